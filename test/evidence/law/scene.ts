/**
 * The law on a real chain, and evidence that leans on it: the contracts run in Hardhat's EDR, the node's own code asks that
 * chain for proofs, and only the log and the seal of the anchor's block are the test's own.
 */
import { logIdOf, type Deployment } from "@lianzheng/sdk/chain";
import { toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import {
  lawContracts,
  verify,
  type Bundle,
  type LawContract,
  type Policy,
  type Verdict,
} from "@lianzheng/sdk/evidence";
import { encodeVerifierKey, leafDigest } from "@lianzheng/sdk/log";
import { encodeEntry, statementTypedData, toInstant, type Entry } from "@lianzheng/sdk/record";
import type { ChainRpc } from "@lianzheng/node/anchor";
import { ChainView } from "../../../node/src/anchor/chain-view.ts";
import { withLaw } from "../../../node/src/anchor/law-proofs.ts";
import { BlockState } from "../../../node/src/anchor/state-proof.ts";
import { stepsBeside } from "../../../node/src/anchor/trade-law.ts";
import { ethers, type Actor, type World } from "../../contracts/fixture.ts";
import { usccOf } from "../../contracts/uscc.ts";
import { chain, deploymentOf } from "../../registry/scene.ts";
import { Story } from "../../registry/story.ts";
import {
  bundleRecord,
  chainId,
  encoded,
  logKey,
  makeBlock,
  makeLog,
  makeRecord,
  origin,
  policy as fixturePolicy,
  published,
  receipt,
  strangers,
  type Made,
  type RecordSpec,
} from "../fixture.ts";

/** The exchange that keeps the log is the first seat of the council. */
const exchange = usccOf(1);
const logId = logIdOf(exchange, origin);

export interface Shown {
  readonly bundle: Bundle;
  /** Unix milliseconds of the anchor's block. */
  readonly timeMs: number;
}

/** A consortium whose exchange keeps a log: the venue of the cast. */
export class LawScene {
  readonly story: Story;
  readonly world: World;
  readonly deployment: Deployment;
  readonly policy: Policy;

  private constructor(world: World, deployment: Deployment) {
    this.world = world;
    this.story = new Story(world);
    this.deployment = deployment;
    this.policy = policyOf(deployment);
  }

  static async of(world: World): Promise<LawScene> {
    return new LawScene(world, await deploymentOf(world));
  }

  /** A record that its issuer signs, at the chain's time unless said otherwise. */
  async record(
    issuer: Actor,
    spec: Omit<RecordSpec, "issuer"> & {
      readonly sequence?: number;
      readonly previous?: Made;
      readonly signer?: Actor;
    },
  ): Promise<Made> {
    const instant = toInstant((await chainTime()) * 1000);
    const about = { occurredAt: instant, receivedAt: spec.occurredAt ?? instant, ...spec, issuer: usccOfActor(issuer) };
    const made = makeRecord(about, spec.sequence ?? 0, spec.previous?.id ?? null);
    return await signedBy(spec.signer ?? issuer, made, this.deployment.contracts.members.address);
  }

  /** Evidence of these records in a log that the newest block of the chain witnesses, as a node makes it. */
  async evidence(records: readonly Made[], shown: readonly Made[] = records, rpc: ChainRpc = chain): Promise<Shown> {
    const latest = (await ethers.provider.send("eth_getBlockByNumber", ["latest", false])) as LatestBlock;
    const log = makeLog([...strangers(3), ...records.map(({ id }) => id)]);
    const timeMs = Number(latest.timestamp) * 1000;
    const { evidenceLogs } = this.deployment.contracts;
    const block = makeBlock({
      number: Number(latest.number),
      timeMs,
      stateRoot: latest.stateRoot,
      receipts: [receipt([published(log, { address: evidenceLogs.address, logId })])],
    });
    const { genesis } = fixturePolicy.chain;
    const bare: Bundle = {
      format: "lianzheng-evidence",
      version: 1,
      records: await Promise.all(shown.map((record) => bundleRecord(record, log))),
      anchor: { chainId, genesis, logId, event: block.event(0, 0) },
      law: {},
    };
    const view = new ChainView({ rpc, deployment: this.deployment, timeoutMs: 10_000 });
    const state = new BlockState(view, this.deployment, bare.anchor.event);
    const law = await this.#tradeLaw(view, state, shown, Number(latest.number));
    return { bundle: await withLaw({ ...bare, law }, state, this.deployment), timeMs };
  }

  async #tradeLaw(view: ChainView, state: BlockState, shown: readonly Made[], block: number): Promise<Bundle["law"]> {
    const { subject } = shown[0]!.entry;
    if (!subject.startsWith("trade:")) return {};
    const tradeId = subject.slice("trade:".length) as Hex;
    const steps = await stepsBeside(view, this.deployment, tradeId, shown, block);
    const proof = await state.trade(tradeId);
    return { state: proof!, ...(steps === undefined ? {} : { steps }) };
  }

  judge({ bundle, timeMs }: Shown, policy: Policy = this.policy): Verdict {
    return verify(encoded(bundle), policy, { now: timeMs + 60_000 });
  }
}

interface LatestBlock {
  readonly number: Hex;
  readonly timestamp: Hex;
  readonly stateRoot: Hex;
}

/** Seconds of the newest block. */
export async function chainTime(): Promise<number> {
  return (await ethers.provider.getBlock("latest"))!.timestamp;
}

/** USCC of a member of the cast: its id holds the characters. */
export function usccOfActor({ id }: Actor): string {
  return Buffer.from(id.slice(2), "hex").toString("ascii");
}

async function signedBy(signer: Actor, { entry, disclosures }: Made, members: Hex): Promise<Made> {
  const { domain, types, message } = statementTypedData({ chainId, members }, entry);
  const signature = (await signer.key.signTypedData(domain, types, message)) as Hex;
  const signed: Entry = { ...entry, statement: { key: signer.address.toLowerCase() as Hex, signature } };
  const text = encodeEntry(signed);
  return { entry: signed, text, id: toHex(leafDigest(utf8(text))), disclosures };
}

function policyOf({ contracts }: Deployment): Policy {
  const trusted = (name: LawContract | "evidenceLogs"): { address: Hex; codeHash: Hex } => {
    const { address, codeHash } = contracts[name];
    return { address, codeHash };
  };
  return {
    ...fixturePolicy,
    contracts: {
      members: trusted("members"),
      evidenceLogs: trusted("evidenceLogs"),
      trades: trusted("trades"),
      ...Object.fromEntries(lawContracts.map((name) => [name, trusted(name)])),
    },
    logs: [{ origin, key: encodeVerifierKey(origin, logKey("log").publicKey), logId, owner: exchange }],
    members: [],
    required: ["unaltered", "logged", "anchored", "final", "time", "entitled"],
  };
}
