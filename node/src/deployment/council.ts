import { memberIdOf } from "@lianzheng/sdk/chain";
import { Kind, Tier, maskOfKinds, type KindName } from "@lianzheng/sdk/contracts";
import { isHex, keccak256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson, isUscc } from "@lianzheng/sdk/record";
import { ChainError } from "../chain-error.ts";

const nobody: Hex = `0x${"00".repeat(18)}`;

/** A founding seat of the council. */
export interface CouncilSeat {
  /** USCC of the member. */
  readonly member: string;
  /** Address of its first key, lower-case hex. */
  readonly key: Hex;
  readonly kinds: readonly KindName[];
}

/** Who founds the consortium, and how many of the seats' votes decide: more than half. */
export interface Council {
  readonly seats: readonly CouncilSeat[];
  readonly threshold: number;
}

/** A founding member as the contract's constructor takes it: no tier and no parent, which the council gives. */
export interface FounderArgument {
  readonly member: Hex;
  readonly key: Hex;
  readonly kinds: number;
  readonly tier: number;
  readonly parent: Hex;
  readonly metadata: Hex;
}

/** Digest of a council and its threshold, by which an interrupted deployment is known again. @throws as {@link founderArguments} */
export function foundingDigest(council: Council): Hex {
  const seats = founderArguments(council).map((founder) => ({ ...founder }));
  const text = canonicalJson({ seats, threshold: council.threshold });
  return toHex(keccak256(utf8(text)));
}

/**
 * The founding members as constructor arguments.
 *
 * @throws ChainError C_DEPLOYMENT_FAILED naming the field: what the contract would refuse is refused before it costs a
 *   transaction
 */
export function founderArguments({ seats, threshold }: Council): readonly FounderArgument[] {
  if (seats.length === 0 || seats.length > 64) throw unusable("/seats", "a council has 1 to 64 seats");
  if (!Number.isSafeInteger(threshold) || threshold > seats.length || threshold * 2 <= seats.length)
    throw unusable("/threshold", "the threshold must be more than half of the seats and at most all");
  if (new Set(seats.map((seat) => seat.member)).size !== seats.length) throw unusable("/seats", "a member sits twice");
  if (new Set(seats.map((seat) => seat.key)).size !== seats.length) throw unusable("/seats", "a key holds two seats");
  return seats.map((seat, at) => founderArgument(seat, `/seats/${at}`));
}

function founderArgument({ member, key, kinds }: CouncilSeat, field: string): FounderArgument {
  if (!isUscc(member)) throw unusable(`${field}/member`, "not a unified social credit code");
  if (!isHex(key, 20) || /^0x0+$/.test(key)) throw unusable(`${field}/key`, "not an address in lower-case hex");
  if (kinds.length === 0 || kinds.some((kind) => !Object.hasOwn(Kind, kind)))
    throw unusable(`${field}/kinds`, `one or more of ${Object.keys(Kind).join(", ")}`);
  // What it says of itself in the beginning is its code; it may say more with `setMetadata`.
  const metadata = toHex(keccak256(utf8(canonicalJson({ uscc: member }))));
  return { member: memberIdOf(member), key, kinds: maskOfKinds(kinds), tier: Tier.none, parent: nobody, metadata };
}

function unusable(field: string, message: string): ChainError {
  return new ChainError("C_DEPLOYMENT_FAILED", `${field}: ${message}`, { field });
}
