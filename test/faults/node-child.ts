/**
 * A member's node in a process of its own, to be killed. Arguments: folder, timings of anchoring as JSON. Prints one line of
 * JSON with its address once it listens; ends with 7 and the code on stderr when its log takes nothing more.
 */
import { flushCompileCache } from "node:module";
import { startNode, stopOnSignal } from "@lianzheng/node";
import type { AnchorTimings } from "@lianzheng/node/anchor";

const [folder, timings] = process.argv.slice(2);
if (folder === undefined || timings === undefined) throw new Error("which folder, and which timings?");
const node = await startNode({
  folder,
  environment: {},
  anchorTimings: JSON.parse(timings) as Partial<AnchorTimings>,
}).catch((error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  process.stderr.write(`${JSON.stringify({ ended: code ?? "none", message })}\n`);
  process.exit(6);
});
void node.failed.then(async (failure) => {
  process.stderr.write(`${JSON.stringify({ ended: failure.code, message: failure.message })}\n`);
  await node.close();
  process.exit(7);
});
process.stdout.write(`${JSON.stringify({ url: node.url })}\n`);
// Before it is killed, which leaves no time for it: the next start is quicker.
flushCompileCache();
await stopOnSignal(node);
process.exit(0);
