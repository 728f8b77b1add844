import { mappingSlot } from "@lianzheng/sdk/chain";
import { fromHex, type Hex } from "@lianzheng/sdk/encoding";
import { toId } from "./ids.ts";
import { consentFields, mandateFields, mappings } from "./layout.ts";
import type { LawState } from "./state.ts";

const { _consents, _mandates, _left } = mappings.consents;

/** `Decision.Allowed`. */
const ALLOWED = 1n;

/** Whether a person's consent, or a trustee's for that person, counted at a time. @see IConsents.isValidAt */
export function isConsentValid(state: LawState, consent: Hex, seconds: number): boolean {
  const given = state.once(`consent ${consent}`, () =>
    state.struct("consents", mappingSlot(fromHex(consent, 32), _consents), consentFields),
  );
  const time = BigInt(seconds);
  if (given.decision !== ALLOWED || time < given.givenAt || time < given.from) return false;
  if (time >= given.until || !isBefore(time, given.withdrawnAt)) return false;
  if (given.mandate === 0n) return true;
  const mandate = fromHex(toId(given.mandate));
  const { endedAt } = state.struct("consents", mappingSlot(mandate, _mandates), mandateFields);
  const [leftAt = 0n] = state.words("consents", [
    mappingSlot(fromHex(toId(given.person)), mappingSlot(mandate, _left)),
  ]);
  return isBefore(time, endedAt) && isBefore(time, BigInt.asUintN(48, leftAt));
}

/** An end of zero is none. */
function isBefore(time: bigint, end: bigint): boolean {
  return end === 0n || time < end;
}
