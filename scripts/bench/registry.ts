import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RegistryDesk, type Registry } from "@lianzheng/node/registry";
import { toHex } from "@lianzheng/sdk/encoding";
import { createHash } from "node:crypto";
import { Draft } from "../../node/src/registry/draft.ts";
import type { LawEvent } from "../../node/src/registry/event.ts";
import { takeIn } from "../../node/src/registry/law/index.ts";
import { RegistryStore } from "../../node/src/registry/store.ts";

/*
 * How long answers from the views take: `node scripts/bench/registry.ts [things]` takes in events of so many products and trades (10,000 by
 * default), as the follower does but without a chain, and asks the desk.
 */

const things = Number(process.argv[2] ?? 10_000);
const asked = 1_000;

const id = (text: string): `0x${string}` => toHex(createHash("sha256").update(text).digest());
const [seller, buyer] = ["91460000MA00000044", "91460000MA00000052"];

function event(
  contract: LawEvent["contract"],
  name: string,
  facts: LawEvent["facts"],
  block: number,
  logIndex: number,
): LawEvent {
  const place = {
    block,
    blockHash: id(`block ${block}`),
    time: 1_795_000_000 + block,
    transaction: id(`tx ${block}`),
    logIndex,
  };
  return { contract, name, facts, place };
}

function eventsOf(number: number, block: number): readonly LawEvent[] {
  const [subject, right, tradeId] = [id(`subject ${number}`), id(`right ${number}`), id(`trade ${number}`)];
  const registration = {
    digest: id(`digest ${number}`),
    metadata: null,
    grade: "general",
    source: "enterprise",
    venue: null,
    contents: [],
  };
  const scope = { purposes: [0], territories: [0], from: 0, until: 2_000_000_000, uses: 0, depth: 2 };
  const opened = { tradeId, seller, buyer, venue: null, subject, right, amount: id("amount"), crossBorder: false };
  const stages = ["listing", "offer", "contract", "delivery"];
  return [
    event(
      "registry",
      "SubjectEntered",
      { subject, owner: seller, isProduct: false, round: 1, right, registration, parents: [] },
      block,
      0,
    ),
    event("registry", "NumberGiven", { subject, number: number + 1, venue: null }, block, 1),
    event(
      "rights",
      "RightGranted",
      {
        right,
        subject,
        holder: seller,
        kind: "holding",
        scope,
        granter: seller,
        document: null,
        consent: null,
        basis: [],
      },
      block,
      2,
    ),
    event("trades", "TradeOpened", opened, block, 3),
    ...stages.map((stage, at) =>
      event(
        "trades",
        "StageRecorded",
        { tradeId, count: at + 1, stage, evidence: id(`e${number}${at}`), head: id(`h${number}${at}`) },
        block,
        4 + at,
      ),
    ),
  ];
}

const directory = await mkdtemp(join(tmpdir(), "registry-bench-"));
const { store } = await RegistryStore.open({ directory, identity: "bench", undoBlocks: 256 });
await store.begin({ number: 0, hash: id("block 0"), time: 1_795_000_000 });
const members = [seller, buyer].map((member, at) =>
  event("members", "StandingChanged", { member, standing: "active", reason: null }, 1, at),
);
const begun = performance.now();
for (let block = 1; block <= things; block += 1) {
  const reading = await store.read();
  const draft = new Draft(reading);
  for (const taken of [...(block === 1 ? members : []), ...eventsOf(block, block)]) await takeIn(taken, draft);
  await store.commit({ number: block, hash: id(`block ${block}`), time: 1_795_000_000 + block }, draft.writes());
  await reading.close();
}
const seconds = (performance.now() - begun) / 1000;
console.log(`${things} products and trades taken in, one block each: ${(things / seconds).toFixed(0)} blocks/s`);

const desk = new RegistryDesk({ read: () => store.read() } as unknown as Registry);
const anyOf = (at: number): number => ((at * 7_919) % things) + 1;
const audience = { member: seller, all: false };
const questions: Readonly<Record<string, (at: number) => Promise<unknown>>> = {
  product: (at) => desk.show("subjects", id(`subject ${anyOf(at)}`)),
  "right at a time": (at) => desk.right(id(`right ${anyOf(at)}`), 1_795_000_000 + at),
  "trade dossier (chain part)": (at) => desk.dossier(id(`trade ${anyOf(at)}`)),
  lineage: (at) => desk.lineage(id(`subject ${anyOf(at)}`), { up: 8, down: 8 }),
  "100 trades of a member": () => desk.list("trades", { filters: { member: seller }, limit: 100 }),
  "100 rights with validity": () => desk.list("rights", { filters: {}, limit: 100 }),
  "search by id": (at) => desk.search(id(`trade ${anyOf(at)}`), audience, { limit: 20 }),
};
for (const [name, ask] of Object.entries(questions)) {
  const times: number[] = [];
  for (let at = 0; at < (name.startsWith("100") ? asked / 10 : asked); at += 1) {
    const from = performance.now();
    await ask(at);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  const quantile = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(2);
  console.log(`${name}: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`);
}
await store.close();
await rm(directory, { recursive: true });
