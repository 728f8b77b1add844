import { toHex, fromHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { ChainBlock } from "../block.ts";
import { requireBlock } from "./blocks.ts";
import { quantity } from "./format.ts";
import type { Method, MethodContext, Methods } from "./method.ts";
import { toAddressParam, toArray, toBlockParam, toSlotParam } from "./params.ts";

type Read = (context: MethodContext, address: Hex, block: ChainBlock) => Promise<unknown>;

/** A method of an address and a block. */
function ofAccount(read: Read): Method {
  return {
    parameters: 2,
    async answer(context, params) {
      const address = toAddressParam(params[0], "0");
      return read(context, address, await requireBlock(context.backend, toBlockParam(params[1], "1")));
    },
  };
}

/** Accounts after any block: balance, code, storage, nonce, proofs. */
export const accountMethods: Methods = {
  eth_getBalance: ofAccount(async ({ backend }, address, block) =>
    quantity((await backend.state.account(address, block)).balance),
  ),
  eth_getCode: ofAccount(({ backend }, address, block) => backend.state.code(address, block)),
  eth_getTransactionCount: { parameters: 2, answer: transactionCount },
  eth_getStorageAt: { parameters: 3, answer: storageAt },
  eth_getProof: { parameters: 3, answer: proof },
};

async function transactionCount({ backend }: MethodContext, params: readonly unknown[]): Promise<Hex> {
  const address = toAddressParam(params[0], "0");
  const reference = toBlockParam(params[1], "1");
  const { nonce } = await backend.state.account(address, await requireBlock(backend, reference));
  const pending = "tag" in reference && reference.tag === "pending";
  return quantity(pending ? backend.miner.nextNonce(address, nonce) : nonce);
}

async function storageAt({ backend }: MethodContext, params: readonly unknown[]): Promise<Hex> {
  const address = toAddressParam(params[0], "0");
  const slot = toSlotParam(params[1], "1");
  const block = await requireBlock(backend, toBlockParam(params[2], "2"));
  return `0x${(await backend.state.storage(address, slot, block)).toString(16).padStart(64, "0")}`;
}

async function proof({ backend }: MethodContext, params: readonly unknown[]): Promise<unknown> {
  const address = toAddressParam(params[0], "0");
  const given = toArray(params[1] ?? [], "1");
  const slots = given.map((slot, index) => toSlotParam(slot, `1.${index}`));
  const block = await requireBlock(backend, toBlockParam(params[2], "2"));
  const found = await backend.state.proof(address, slots, block);
  return {
    address,
    nonce: quantity(found.nonce),
    balance: quantity(found.balance),
    codeHash: found.codeHash,
    storageHash: found.storageHash,
    accountProof: found.accountProof,
    storageProof: found.storageProof.map(({ key, value, proof: nodes }, index) => ({
      key: keyAsGiven(given[index], key),
      value: quantity(value),
      proof: nodes,
    })),
  };
}

/** As geth: a key that came as 32 bytes goes back so, a quantity as a quantity. */
function keyAsGiven(given: unknown, key: Hex): Hex {
  return typeof given === "string" && given.length === 66 ? key : quantity(BigInt(toHex(fromHex(key))));
}
