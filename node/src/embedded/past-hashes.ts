import { fromHex } from "@lianzheng/sdk/encoding";
import type { Ledger } from "./ledger.ts";

/** What the EVM's BLOCKHASH asks. */
export interface PastHashes {
  getBlock(number: number): Promise<{ hash(): Uint8Array }>;
  putBlock(): Promise<void>;
  shallowCopy(): PastHashes;
}

/** Hashes of the ledger's blocks. */
export function pastHashes(ledger: Ledger): PastHashes {
  const past: PastHashes = {
    async getBlock(number) {
      const { hash } = await ledger.existing(number);
      return { hash: () => fromHex(hash) };
    },
    putBlock: () => Promise.resolve(),
    shallowCopy: () => past,
  };
  return past;
}
