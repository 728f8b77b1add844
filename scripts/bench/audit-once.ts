/* One audit, for scripts/bench/audit.ts: `node audit-once.ts <log> <folder for papers> <policy>` prints its time and greatest memory. */
import { join } from "node:path";
import { fastNodeDigest } from "@lianzheng/node/log";
import { auditLog } from "../../cli/src/audit/audit.ts";
import { openSource } from "../../cli/src/audit/source.ts";
import { readPolicy } from "../../cli/src/files/policy.ts";

const [log = "", folder = "", policyFile = ""] = process.argv.slice(2);
const source = await openSource(log, undefined);
const { policy } = await readPolicy(policyFile);
const began = performance.now();
const worked = process.cpuUsage();
const papers = await auditLog({
  ...{ source, policy, folder: join(folder, "papers"), fresh: true, hash: fastNodeDigest },
  now: Date.now,
  progress: () => undefined,
});
const { user, system } = process.cpuUsage(worked);
console.log(
  JSON.stringify({
    cpuSeconds: (user + system) / 1e6,
    seconds: (performance.now() - began) / 1000,
    maxRssKiB: process.resourceUsage().maxRSS,
    checked: papers.checkpoint.size,
    ...{ result: papers.result, counts: papers.counts, found: papers.found },
  }),
);
