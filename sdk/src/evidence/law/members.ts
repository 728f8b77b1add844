import { mappingSlot } from "@lianzheng/sdk/chain";
import { concatBytes, fromHex, type Hex } from "@lianzheng/sdk/encoding";
import { memberKey, nameOf, toMember } from "./ids.ts";
import { keyLifeFields, mappings } from "./layout.ts";
import type { LawState } from "./state.ts";

const { _standings, _freezes, _lives } = mappings.members;

/** `Standing.Active`. */
const ACTIVE = 1n;
/** Bit of `KeyRole.Act`. */
const ACT = 4n;

/**
 * Why a member could not act at a time: it was not active, or frozen. Undefined if it could.
 * @param member - 18 bytes
 * @param time   - Unix seconds, not after the state's block
 * @see IMembers.isActiveAt
 */
export function whyInactive(state: LawState, member: Hex, time: number): string | undefined {
  const standings = state.once(`standings ${member}`, () => mappingSlot(memberKey(member), _standings));
  const freezes = state.once(`freezes ${member}`, () => mappingSlot(memberKey(member), _freezes));
  if (state.at("members", standings, time) !== ACTIVE) return `${nameOf(member)} was no active member`;
  const frozenUntil = state.at("members", freezes, time);
  return BigInt(time) < frozenUntil ? `${nameOf(member)} was frozen` : undefined;
}

/**
 * Why a key did not speak for a member at a time; undefined if it did.
 * @param key - address, 20 bytes
 * @see IMembers.keyLife
 */
export function whyNoKey(state: LawState, member: Hex, key: Hex, time: number): string | undefined {
  const life = state.once(`life ${key}`, () => {
    const word = concatBytes(new Uint8Array(12), fromHex(key, 20));
    return state.struct("members", mappingSlot(word, _lives), keyLifeFields);
  });
  if (toMember(life.member) !== member) return `${key} is no key of ${nameOf(member)}`;
  if (BigInt(time) < life.from || BigInt(time) >= life.until)
    return `the key ${key} of ${nameOf(member)} did not count`;
  return (life.roles & ACT) === 0n ? `the key ${key} may not act for ${nameOf(member)}` : undefined;
}
