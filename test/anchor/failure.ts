import { expect } from "chai";
import { ChainError } from "../../node/src/chain-error.ts";

/** The ChainError that `action` fails with; a success or another class fails the test. */
export async function failureOf(action: Promise<unknown>): Promise<ChainError> {
  const outcome = await action.then(
    () => expect.fail("did not fail"),
    (error: unknown) => error,
  );
  if (outcome instanceof ChainError) return outcome;
  throw outcome;
}

/** Code of the ChainError that `action` fails with. */
export async function codeOf(action: Promise<unknown>): Promise<string> {
  return (await failureOf(action)).code;
}

/** One of the details of the ChainError of this code that `action` fails with. */
export async function detailOf(action: Promise<unknown>, code: string, name: string): Promise<unknown> {
  const failure = await failureOf(action);
  expect(failure.code).to.equal(code);
  return failure.details[name];
}
