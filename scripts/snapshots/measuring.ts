import type { ContractTransactionResponse, Signer } from "ethers";
import { DAY, admit, ethers, type Actor, type World } from "../../test/contracts/fixture.ts";
import { seal } from "../../test/contracts/sealing.ts";
import { memberId, usccOf } from "../../test/contracts/uscc.ts";

/** First second of the measured chain, far ahead, so that every run sees the same times and the same calldata. */
export const START = 4_000_000_000;
export const UNTIL = START + 365 * DAY;

export type Figures = Record<string, number>;

export async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt?.status !== 1) throw new Error("a measured transaction failed");
  return Number(receipt.gasUsed);
}

/** The law with a second regulator, an arbitrator that is a trustee too, and a second notary. */
export interface Stage extends World {
  readonly supervisor: Actor;
  readonly trustee: Actor;
  readonly attester: Actor;
}

export async function staged(context: World): Promise<Stage> {
  const actors = await Promise.all(
    context.spare.slice(0, 3).map(async (key: Signer, i): Promise<Actor> => ({
      id: memberId(usccOf(30 + i)),
      key,
      address: await key.getAddress(),
    })),
  );
  const [supervisor, trustee, attester] = actors as [Actor, Actor, Actor];
  const seats = [context.venue, context.regulator];
  await admit(context.members, seats, supervisor, ["regulator"]);
  await admit(context.members, seats, trustee, ["trustee", "arbitrator"]);
  await admit(context.members, seats, attester, ["notary"]);
  return { ...context, supervisor, trustee, attester };
}

/** A signature with the nonce and deadline that it is over. */
export const approval = async (
  { key, address }: Actor,
  digest: (nonce: number, deadline: number) => Promise<string>,
  nonce = 1,
): Promise<{ key: string; nonce: number; deadline: number; signature: string }> => ({
  key: address,
  nonce,
  deadline: UNTIL,
  signature: await seal(key, digest(nonce, UNTIL)),
});

/** Signatures under one digest, in the order of the signers. */
export async function signed(
  signers: readonly Actor[],
  digest: Promise<string>,
): Promise<{ key: string; signature: string }[]> {
  const over = await digest;
  return Promise.all(signers.map(async ({ key, address }) => ({ key: address, signature: await seal(key, over) })));
}

/** Bytes of the code at a contract's address. */
export async function codeBytes(contract: { getAddress(): Promise<string> }): Promise<number> {
  return ethers.getBytes(await ethers.provider.getCode(await contract.getAddress())).length;
}
