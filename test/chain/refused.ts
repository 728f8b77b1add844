import { EvidenceError, type EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { expect } from "chai";

/** Runs what must fail and answers its error, after looking at class and code. */
export function refused(act: () => unknown, code: EvidenceErrorCode): EvidenceError {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, `expected ${code}`).to.be.instanceOf(EvidenceError);
  const error = thrown as EvidenceError;
  expect(error.code).to.equal(code);
  return error;
}
