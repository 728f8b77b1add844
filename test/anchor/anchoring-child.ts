/**
 * A process that anchors a log until it is killed: the parent names a failpoint, and at its n-th visit the process kills
 * itself as a power cut would end it, in the middle of whatever it does.
 */
import { JsonRpcProvider, Network, Wallet } from "ethers";
import { Anchor, httpRpc } from "@lianzheng/node/anchor";
import { readDeployment } from "@lianzheng/node/deployment";
import { owner } from "./owner.ts";
import { grow, openLog, quick } from "./log-of-tests.ts";

const [folder, origin, url, key, failpoint, visit, records] = process.argv.slice(2) as [string, ...string[]];

const log = await openLog(folder, String(origin));
await grow(log, Number(records));
let visits = 0;
const network = Network.from(31337);
const anchor = await Anchor.open({
  log,
  chain: httpRpc(String(url)),
  signer: new Wallet(String(key), new JsonRpcProvider(url, network, { staticNetwork: network })),
  deployment: await readDeployment(`${folder}/deployment.json`),
  owner,
  directory: `${folder}/anchor`,
  policy: { everyRecords: 1, everySeconds: 1 },
  timings: quick,
  failpoint: (name) => {
    if (name === failpoint && ++visits === Number(visit)) process.kill(process.pid, "SIGKILL");
  },
});
await anchor.flush();
await anchor.close();
await log.close();
process.stdout.write("done\n");
process.exit(0);
