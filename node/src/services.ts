import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { buildEvidence } from "@lianzheng/node/anchor";
import type { Anchor } from "@lianzheng/node/anchor";
import { createAccess, createMemberKeys } from "@lianzheng/node/api";
import type { AppServices, Condition, EvidenceDesk, NodeStatus } from "@lianzheng/node/api";
import { docsAccessOf } from "@lianzheng/node/config";
import type { NodeFolder, TokenWatch } from "@lianzheng/node/config";
import type { EvidenceLog } from "@lianzheng/node/log";
import type { Witnesses } from "@lianzheng/node/witness";
import { witnessOf } from "./witnessing.ts";
import type { PolicyRoom } from "@lianzheng/node/policies";
import type { NodeRegistry } from "@lianzheng/node/registry";
import type { Deployment } from "@lianzheng/sdk/chain";
import { unknownWitness } from "./chain-link.ts";
import type { ChainLink } from "./chain-link.ts";
import { createErasureDesk } from "./erasure-desk.ts";
import type { NodeError } from "./errors.ts";
import { ownPolicyOf } from "./own-policy.ts";
import type { Membership } from "./membership.ts";
import { inSpan } from "./tracing.ts";
import type { Watch } from "./watch.ts";

/** The opened parts of a node. */
export interface NodeParts {
  readonly folder: NodeFolder;
  readonly chain: ChainLink;
  readonly deployment: Deployment;
  readonly log: EvidenceLog;
  /** Resolves when the log has ended writing for good. */
  readonly failed: Promise<NodeError>;
  /** The witnesses that the log asks. */
  readonly witnesses: Witnesses;
  readonly anchor: Anchor;
  readonly membership: Membership;
  readonly registry: NodeRegistry;
  readonly tokens: TokenWatch;
  readonly policies: PolicyRoom;
  readonly watch: Watch;
  readonly logger: Logger;
}

/** Longest that a status waits for the chain, ms. */
const statusPatienceMs = 2_000;

/** What the API leans on, made of the node's parts. */
export function servicesOf(parts: NodeParts): AppServices {
  const { folder, chain, deployment, log, watch, logger } = parts;
  const now = Date.now;
  const witness = witnessOf(folder, logger);
  return {
    log,
    ...(witness === undefined ? {} : { witness }),
    evidence: evidenceDeskOf(parts),
    erasures: createErasureDesk({ log, owner: folder.settings.owner, retention: folder.settings.retention, now }),
    keys: createMemberKeys({ chain: chain.rpc, deployment, now }),
    condition: conditionOf(parts),
    access: createAccess(() => parts.tokens.current),
    settings: folder.settings.limits,
    events: watch.events,
    metrics: watch.metricsPort,
    ...(watch.warnings === undefined ? {} : { warnings: watch.warnings }),
    docs: docsAccessOf(folder.settings),
    policies: parts.policies.desk,
    listing: log,
    proofs: log,
    verification: { ownPolicy: () => ownPolicyOf(folder, deployment, parts.anchor.logId) },
    registry: parts.registry.desk,
    logger,
    now,
  };
}

function evidenceDeskOf({ folder, chain, deployment, log, anchor }: NodeParts): EvidenceDesk {
  const { logId } = anchor;
  return {
    anchorOf: (index) => log.anchors.covering(index),
    bundleOf: (indexes) =>
      inSpan("evidence build", { attributes: { "lianzheng.records": indexes.length } }, () =>
        buildEvidence({ log, chain: chain.rpc, deployment, logId }, [...indexes]),
      ),
    expectedWaitSeconds: Math.min(folder.settings.anchor.everySeconds, 60),
  };
}

function conditionOf(parts: NodeParts): Condition {
  return { status: () => statusOf(parts), readiness: () => parts.watch.readiness() };
}

async function statusOf({
  folder,
  chain,
  deployment,
  log,
  witnesses,
  anchor,
  membership,
  registry,
  policies,
}: NodeParts): Promise<NodeStatus> {
  const { settings, logKey } = folder;
  const { chainId, genesis, contracts } = deployment;
  const { lastAnchored, backlog, state, error, alarms } = anchor.status();
  const [blockNumber, witness] = await Promise.all([blockNumberOf(chain), inTime(chain.witness(), unknownWitness)]);
  const healthy = membership.missing === undefined && (state === "idle" || state === "publishing");
  return {
    origin: settings.origin,
    owner: settings.owner,
    logId: anchor.logId,
    key: logKey.verifier,
    size: log.size,
    chain: { chainId, genesis, blockNumber, ...witness },
    contracts,
    anchored: lastAnchored === null ? null : { ...lastAnchored, pending: backlog },
    anchoring: {
      healthy,
      code: membership.missing ?? error?.code ?? null,
      since: membership.missing === undefined ? (error?.since ?? null) : membership.since,
      alarms: alarms.map(({ code, since }) => ({ code, since })),
    },
    witnesses: [...witnesses.states()],
    registry: registryStatus(registry),
    policies: policiesStatus(policies),
  };
}

function registryStatus({ registry }: NodeRegistry): NodeStatus["registry"] {
  const { block, tip, fault, check } = registry.status;
  return { block: block === null ? null : { ...block }, tip, code: fault?.code ?? check.code };
}

/** A missing document is told before a chain that is away: it is the operator's to mend, and records are refused for it. */
function policiesStatus({ follower }: PolicyRoom): NodeStatus["policies"] {
  const missing = [...follower.missing];
  return { code: missing.length > 0 ? "E_POLICY_UNKNOWN_VERSION" : follower.condition, missing };
}

/** Null when the chain does not say, or not in time: a status is for finding out what is wrong. */
async function blockNumberOf({ rpc }: ChainLink): Promise<number | null> {
  const answer = await inTime(
    rpc.send("eth_blockNumber", []).catch(() => null),
    null,
  );
  return typeof answer === "string" && /^0x[0-9a-f]{1,13}$/.test(answer) ? Number(answer) : null;
}

function inTime<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  return Promise.race([answer, pause(statusPatienceMs, otherwise, { ref: false })]);
}
