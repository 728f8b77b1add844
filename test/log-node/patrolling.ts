import type { EvidenceLogOptions, LogProgress } from "@lianzheng/node/log";
import { expect } from "chai";
import { NodeError } from "../../node/src/errors.ts";
import { refusal } from "../journal/fixture.ts";
import { openLog, submitOne } from "./fixture.ts";

export const small = { maxSegmentBytes: 60_000 };
export const patrolling = { patrolBytesPerSecond: 1e9, patrolRestMs: 1 };

/** What a log that is opened says within one round of its patrol: why it ended, or that the round found nothing. */
export async function patrolled(directory: string): Promise<{
  readonly found: NodeError | "nothing";
  readonly stages: readonly LogProgress["stage"][];
}> {
  const stages: LogProgress["stage"][] = [];
  let told: ((found: NodeError | "nothing") => void) | undefined;
  const answer = new Promise<NodeError | "nothing">((resolve) => (told = resolve));
  const options: Partial<EvidenceLogOptions> = {
    ...small,
    ...patrolling,
    onEnd: (failure) => told?.(failure),
    onProgress: ({ stage }) => {
      stages.push(stage);
      if (stage === "patrolled") told?.("nothing");
    },
  };
  const opened = await openLog(directory, options).catch((error: unknown) => error as NodeError);
  if (opened instanceof NodeError) return { found: opened, stages };
  const { log } = opened;
  const found = await answer;
  if (found !== "nothing") {
    expect(log.failure).to.equal(found);
    await refusal(submitOne(log, "late"), found.code);
  }
  await log.close();
  return { found, stages };
}
