import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RpcBlock, RpcReceipt } from "@lianzheng/sdk/chain";

interface EdrBlocks {
  readonly blocks: readonly {
    readonly block: RpcBlock & { readonly hash: string };
    readonly receipts: readonly (RpcReceipt & { readonly logsBloom: string })[];
  }[];
  readonly proof: {
    readonly address: string;
    readonly balance: string;
    readonly nonce: string;
    readonly codeHash: string;
    readonly storageHash: string;
    readonly accountProof: readonly string[];
  };
}

/** Blocks that Hardhat's EDR made and answered; `fixtures/make.ts` says how. */
export const edr = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/edr-blocks.json"), "utf8")) as EdrBlocks;
