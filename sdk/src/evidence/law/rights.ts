import { mappingSlot } from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, type Hex } from "@lianzheng/sdk/encoding";
import { isConsentValid } from "./consents.ts";
import { toId, toMember } from "./ids.ts";
import { mappings, rightFields } from "./layout.ts";
import { whyInactive } from "./members.ts";
import { isInForce } from "./registry.ts";
import type { LawState } from "./state.ts";

const { _rights, _lineage, _holders } = mappings.rights;

/** As in Rights.sol: rights that one leans on, and parents of a product. The contract sees to both, so more are no state of it. */
const MAX_REACH = 256;
const MAX_PARENTS = 16;

/** Why a right was valid or was not. @see IRights.Validity */
export type Validity =
  | "valid"
  | "unknown"
  | "notYet"
  | "expired"
  | "revoked"
  | "holderNotActive"
  | "subjectNotInForce"
  | "notAccepted"
  | "consentNotValid"
  | "frozen";

export type RightRow = Readonly<Record<keyof typeof rightFields, bigint>>;

/** What `Rights` keeps of a right; of one that does not exist all is zero. */
export function rightOf(state: LawState, right: Hex): RightRow {
  return state.once(`right ${right}`, () =>
    state.struct("rights", mappingSlot(fromHex(right, 32), _rights), rightFields),
  );
}

/**
 * Who held a right at a time, 18 bytes; undefined if it did not exist.
 * @see IRights.holderAt
 */
export function holderAt(state: LawState, right: Hex, time: number): Hex | undefined {
  const row = rightOf(state, right);
  if (row.kind === 0n || BigInt(time) < row.grantedAt) return undefined;
  const trace = state.once(`holders ${right}`, () => mappingSlot(fromHex(right, 32), _holders));
  const [transfers] = state.words("rights", [trace]);
  return toMember(transfers === 0n ? row.holder : BigInt.asUintN(144, state.at("rights", trace, time)));
}

/**
 * Whether a right was valid at a time, and if not, for which cause in which of the rights that it leans on. A hold of a case
 * is no cause here: cases keep no past of it.
 *
 * @param time - Unix seconds, not after the state's block
 * @see IRights.validityAt, which this follows step by step
 */
export function validityAt(
  state: LawState,
  right: Hex,
  time: number,
): { readonly validity: Validity; readonly cause: Hex } {
  const holder = holderAt(state, right, time);
  if (holder === undefined) return { validity: "unknown", cause: right };
  if (whyInactive(state, holder, time) !== undefined) return { validity: "holderNotActive", cause: right };
  const pending = [right];
  for (let count = 0; ; count++) {
    const current = pending.pop();
    if (current === undefined) return { validity: "valid", cause: right };
    if (count === MAX_REACH) throw new EvidenceError("V_TRIE", `a right leans on more than ${MAX_REACH} others`);
    const row = rightOf(state, current);
    const validity = ownValidityAt(state, current, row, time);
    if (validity !== "valid") return { validity, cause: current };
    pending.push(...basisOf(state, current, row));
  }
}

function basisOf(state: LawState, right: Hex, { base, reach }: RightRow): readonly Hex[] {
  if (base !== 0n) return [toId(base)];
  if (reach <= 1n) return [];
  return state.once(`lineage ${right}`, () =>
    state.list("rights", mappingSlot(fromHex(right, 32), _lineage), MAX_PARENTS).map(toId),
  );
}

function ownValidityAt(state: LawState, right: Hex, row: RightRow, seconds: number): Validity {
  const time = BigInt(seconds);
  if (row.revokedAt !== 0n && time >= row.revokedAt) return "revoked";
  if (row.acceptedAt === 0n || time < row.acceptedAt) return "notAccepted";
  if (time < row.from) return "notYet";
  if (time >= row.until) return "expired";
  if (row.base === 0n && !isInForce(state, toId(row.subject), seconds)) return "subjectNotInForce";
  if (row.consent !== 0n && !isConsentValid(state, toId(row.consent), seconds)) return "consentNotValid";
  return isFrozen(state, right, seconds) ? "frozen" : "valid";
}

/** Whether an order of the regulators froze it. @see IEmergency.isFrozenAt */
export function isFrozen(state: LawState, subject: Hex, time: number): boolean {
  const trace = state.once(`ends ${subject}`, () => mappingSlot(fromHex(subject, 32), mappings.emergency._ends));
  return BigInt(time) < state.at("emergency", trace, time);
}
