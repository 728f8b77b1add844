import { randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Deployment } from "@lianzheng/sdk/chain";
import { createNoteSigner } from "@lianzheng/sdk/log";
import { refusalKeyName } from "@lianzheng/sdk/refusal";
import type { PolicyChain } from "./chain-source.ts";
import { createPolicyDesk } from "./desk.ts";
import type { PolicyDeskParts } from "./desk.ts";
import { PolicyFollower } from "./policies.ts";
import type { PolicyLogger } from "./policies.ts";
import { RefusalDesk } from "./refusal-desk.ts";
import type { RefusalLog } from "./refusal-desk.ts";

/** What a node opens this room with. */
export interface PolicyRoomOptions {
  /** The node's folder `policies/`. */
  readonly directory: string;
  readonly chain: PolicyChain;
  readonly deployment: Deployment;
  readonly origin: string;
  /** USCC of the log's owner. */
  readonly owner: string;
  readonly log: RefusalLog & PolicyDeskParts["log"];
  /** The log's key; refusals are signed under another name ({@link refusalKeyName}). */
  readonly key: { readonly publicKey: Uint8Array; readonly privateKey: KeyObject };
  readonly logger: PolicyLogger & { error(facts: object, message: string): void };
  readonly now?: () => number;
  readonly everyMs?: number;
}

/** The room in work. */
export interface PolicyRoom {
  readonly desk: ReturnType<typeof createPolicyDesk>;
  readonly follower: PolicyFollower;
  /** Writes the refusals that were counted only, and stops looking at the chain. */
  close(): Promise<void>;
}

/** Opens the room. @throws NodeError CONFIG_FORMAT, CONFIG_STORAGE */
export async function openPolicies(options: PolicyRoomOptions): Promise<PolicyRoom> {
  const { directory, chain, deployment, origin, owner, log, key, logger, now = Date.now, everyMs } = options;
  const pace = everyMs === undefined ? {} : { everyMs };
  const follower = await PolicyFollower.open({ directory, chain, deployment, now, logger, ...pace });
  const signer = createNoteSigner(refusalKeyName(origin), key.publicKey, (message) =>
    sign(null, message, key.privateKey),
  );
  const randomSeed = (): Uint8Array => new Uint8Array(randomBytes(32));
  const refusals = new RefusalDesk({ origin, owner, signer, log, now, randomSeed, logger });
  const close = async (): Promise<void> => {
    await refusals.close();
    await follower.close();
  };
  return { desk: createPolicyDesk({ follower, refusals, log }), follower, close };
}
