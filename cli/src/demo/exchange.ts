import { initNode, readNodeFolder, writeDeployment } from "@lianzheng/node/config";
import { registerLog } from "@lianzheng/node/deployment";
import { NodeClient } from "@lianzheng/sdk/client";
import { toHex } from "@lianzheng/sdk/encoding";
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
  /** Vkey of the log, and its Ed25519 public key. */
  readonly logKey: string;
  readonly logPublicKey: Uint8Array;
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
  const { memberKey, logKey } = await readNodeFolder(folder, {});
  return {
    role,
    folder,
    origin,
    token: made.adminToken,
    logKey: made.logKey,
    logPublicKey: logKey.publicKey,
    memberKey: new Wallet(memberKey.privateKey),
  };
}

/** Registers the exchange's log on the chain, then starts `lianzheng start` in a process of its own. */
export async function openExchange({ ledger }: Consortium, exchange: ExchangeFolder): Promise<Venue> {
  const { role, folder, origin, logKey, token, memberKey, logPublicKey } = exchange;
  const key = toHex(logPublicKey);
  const { logId } = await registerLog(memberKey.connect(ledger.provider), ledger.deployment, { origin, key });
  const service = await startService(["start", folder], folder);
  const url = String(service.ready["url"]);
  const client = new NodeClient({ url, token });
  return { role: cast[role], origin, folder, url, logId, logKey, client, service };
}
