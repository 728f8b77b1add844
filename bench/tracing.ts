// What traces cost a request where no SDK is loaded: node bench/tracing.ts. All spans of one submission, without its work.
import { endRequestSpan, inSpan, presentCause, startRequestSpan } from "../node/src/tracing.ts";

const rounds = 300_000;
const nothing = (): Promise<void> => Promise.resolve();

async function traced(): Promise<void> {
  const span = startRequestSpan({ method: "POST", route: "/v1/records" });
  const cause = presentCause();
  await inSpan("group commit", { causes: cause === undefined ? [] : [cause] }, () =>
    inSpan("journal fsync", { attributes: { "lianzheng.bytes": 1000 } }, nothing),
  );
  if (span !== undefined) endRequestSpan(span, 201, null);
}

async function nsPerRound(work: () => Promise<void>): Promise<number> {
  for (let round = 0; round < rounds / 10; round += 1) await work();
  const startedAt = process.hrtime.bigint();
  for (let round = 0; round < rounds; round += 1) await work();
  return Number(process.hrtime.bigint() - startedAt) / rounds;
}

const plain = await nsPerRound(nothing);
const withSpans = await nsPerRound(traced);
console.log(`awaiting nothing ${plain.toFixed(0)} ns, with all spans of a submission and no SDK ${withSpans.toFixed(0)} ns`);
