import { expect } from "chai";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";

/** The refusal that `act` ends with; fails unless it is an EvidenceError with this code and, where given, this field. */
export function expectRefusal(act: () => unknown, code: EvidenceErrorCode, field?: string): EvidenceError {
  return checked(thrownBy(act), code, field);
}

/** As {@link expectRefusal}, of what rejects. */
export async function expectRejection(act: Promise<unknown>, code: EvidenceErrorCode): Promise<EvidenceError> {
  return checked(await act.then(nothing, (error: unknown) => error), code);
}

function nothing(): undefined {
  return undefined;
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

function checked(error: unknown, code: EvidenceErrorCode, field?: string): EvidenceError {
  expect(error, `nothing was refused, ${code} was due`).to.be.instanceOf(EvidenceError);
  const refusal = error as EvidenceError;
  expect(refusal.code, refusal.message).to.equal(code);
  if (field !== undefined) expect(refusal.details["field"]).to.equal(field);
  return refusal;
}
