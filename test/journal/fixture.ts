import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Frame, JournalOptions } from "@lianzheng/node/journal";
import { Journal } from "@lianzheng/node/journal";
import type { NodeErrorCode } from "../../node/src/errors.ts";
import { NodeError } from "../../node/src/errors.ts";

/** A folder of its own for one test, and its end. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "lianzheng-test-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A journal of the tests, and the texts of the frames that were there when it was opened. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly texts: readonly string[];
}

export async function openJournal(directory: string, options: Partial<JournalOptions> = {}): Promise<OpenedJournal> {
  const texts: string[] = [];
  const begin = () =>
    Promise.resolve((frame: Frame) => {
      if (frame.type !== "identity") texts.push(frame.payload.toString("latin1"));
    });
  return { journal: await Journal.open({ directory, identity: "log.example/a+00000001", begin, ...options }), texts };
}

/** A journal with these texts, closed again; the path of its first segment and the file's bytes. */
export async function writtenJournal(
  directory: string,
  texts: readonly string[],
  options: Partial<JournalOptions> = {},
): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const { journal } = await openJournal(directory, options);
  for (const text of texts) await journal.append("records", Buffer.from(text));
  await journal.close();
  const path = join(directory, (await readdir(directory)).filter((name) => name.endsWith(".journal")).sort()[0] ?? "");
  return { path, bytes: await readFile(path) };
}

/** Resolves to the error that `action` must end with: a NodeError of one of these codes. */
export async function refusal(action: Promise<unknown>, ...codes: readonly NodeErrorCode[]): Promise<NodeError> {
  const outcome: unknown = await action.then(
    () => "no error",
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(NodeError);
  if (!(outcome instanceof NodeError)) throw new TypeError("not a NodeError");
  expect(codes).to.include(outcome.code);
  return outcome;
}
