import { JsonRpcProvider, Wallet, type HDNodeWallet } from "ethers";
import hre from "hardhat";
import type { Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { deployContracts } from "@lianzheng/node/deployment";
import { ChainDoor } from "./chain-door.ts";
import { owner } from "./owner.ts";

export type Key = Wallet | HDNodeWallet;

/** Hardhat's EDR behind a door on loopback: a chain that is not ours, with blocks made at once and no fees due. */
export interface Oracle {
  readonly door: ChainDoor;
  /** Through the door, as a node sees the chain. */
  readonly provider: JsonRpcProvider;
  /** Past the door. */
  readonly request: (method: string, ...params: unknown[]) => Promise<unknown>;
  close(): Promise<void>;
}

/** @param initialDate - of block 0: chains with the same one have the same genesis */
export async function openOracle(initialDate?: Date): Promise<Oracle> {
  const override = initialDate === undefined ? {} : { initialDate };
  const network = await hre.network.create({ network: "oracle", override });
  const door = await ChainDoor.open(network.provider);
  const provider = new JsonRpcProvider(door.url, 31337, { staticNetwork: true, batchMaxCount: 1 });
  return {
    door,
    provider,
    request: (method, ...params) => network.provider.request({ method, params }),
    close: async (): Promise<void> => {
      provider.destroy();
      await door.close();
      await network.close();
    },
  };
}

/** A new key; the chain lets it send without funds. */
export async function newKey(oracle: Oracle): Promise<Key> {
  const key = Wallet.createRandom().connect(oracle.provider);
  await oracle.request("hardhat_setBalance", key.address, "0xde0b6b3a7640000");
  return key;
}

/** The contracts on a new chain, with one member whose key also made them. */
export async function found(oracle: Oracle): Promise<{ readonly key: Key; readonly deployment: Deployment }> {
  const key = await newKey(oracle);
  const seat = { member: owner, key: key.address.toLowerCase() as Hex, kinds: ["venue"] as const };
  return { key, deployment: await deployContracts(key, { seats: [seat], threshold: 1 }) };
}
