import { mappingSlot } from "@lianzheng/sdk/chain";
import { fromHex, type Hex } from "@lianzheng/sdk/encoding";
import { mappings, subjectFields } from "./layout.ts";
import type { LawState } from "./state.ts";

/** `RegistrationStatus.Registered`. */
const REGISTERED = 2n;
/** `Grade.Core`. */
export const CORE = 2n;

export type SubjectRow = Readonly<Record<keyof typeof subjectFields, bigint>>;

/** What `Registry` keeps of a resource or product; of one that is not there all is zero. */
export function subjectOf(state: LawState, subject: Hex): SubjectRow {
  return state.once(`subject ${subject}`, () =>
    state.struct("registry", mappingSlot(fromHex(subject, 32), mappings.registry._records), subjectFields),
  );
}

/** Whether a registration counted at a time. @see IRegistry.inForceAt */
export function isInForce(state: LawState, subject: Hex, seconds: number): boolean {
  const { registeredAt, status, cancelledAt } = subjectOf(state, subject);
  const time = BigInt(seconds);
  if (registeredAt === 0n || time < registeredAt) return false;
  return status === REGISTERED || time < cancelledAt;
}
