import { initNode, readNodeFolder, writeDeployment } from "@lianzheng/node/config";
import { logIdOf } from "@lianzheng/sdk/chain";
import { NodeClient } from "@lianzheng/sdk/client";
import { Wallet } from "ethers";
import type { RoleName } from "./cast.ts";
import { cast } from "./cast.ts";
import type { Consortium } from "./consortium.ts";
import { startService } from "./processes.ts";
import type { Venue } from "./venue.ts";

/** scrypt's N for the keys of the demo, which live a minute: a start then takes a second less than with the default. */
const DEMO_KEYSTORE_COST = 2 ** 12;

/** An exchange's folder, before its node runs. */
export interface ExchangeFolder {
  readonly role: RoleName;
  readonly folder: string;
  readonly origin: string;
  readonly token: string;
  /** Vkey of the log. */
  readonly logKey: string;
  /** The member's key, out of the node's keystore. */
  readonly memberKey: Wallet;
}

/** Sets up the folder of an exchange's node as `lianzheng init` does, with the consortium's address book in it. */
export async function prepareExchange(
  { chainUrl, ledger }: Consortium,
  role: RoleName,
  origin: string,
  folder: string,
): Promise<ExchangeFolder> {
  const made = await initNode({
    folder,
    origin,
    owner: cast[role].uscc,
    chain: chainUrl,
    port: 0,
    anchor: { everyRecords: 2_500, everySeconds: 1 },
    logLevel: "warn",
    keystoreCost: DEMO_KEYSTORE_COST,
    environment: {},
  });
  await writeDeployment(made.paths, ledger.deployment);
  const { memberKey } = await readNodeFolder(folder, {});
  return {
    role,
    folder,
    origin,
    token: made.adminToken,
    logKey: made.logKey,
    memberKey: new Wallet(memberKey.privateKey),
  };
}

/** Starts `lianzheng start` in a process of its own; the node registers its log on the chain by itself. */
export async function openExchange({ role, folder, origin, logKey, token }: ExchangeFolder): Promise<Venue> {
  const service = await startService(["start", folder], folder);
  const url = String(service.ready["url"]);
  const logId = logIdOf(cast[role].uscc, origin);
  return { role: cast[role], origin, folder, url, logId, logKey, client: new NodeClient({ url, token }), service };
}
