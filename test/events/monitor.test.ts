import { rm, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import { decodeRules, Monitor, WarningDesk } from "@lianzheng/node/monitor";
import type { ListedWarning, MonitorParts, LawAt } from "@lianzheng/node/monitor";
import type { EvidenceLog } from "@lianzheng/node/log";
import { decodeDisclosure, decodeEntry, encodeDisclosure, saltOf } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { Level } from "level";
import { NodeError } from "../../node/src/errors.ts";
import { MonitorState } from "../../node/src/monitor/state.ts";
import { buyer, identity, seller, submissionOf } from "../log-node/fixture.ts";
import { inFolder, openFed, until } from "./fixture.ts";
import type { Fed } from "./fixture.ts";

const start = Date.parse("2026-11-22T10:00:00.000Z");
const right = `0x${"ab".repeat(32)}`;

/** A record with a body at a time of the log's clock. */
interface Step {
  readonly type: string;
  readonly body?: Readonly<Record<string, JsonValue>>;
  readonly subject?: string;
  readonly issuer?: string;
  /** Seconds after the start. */
  readonly at?: number;
}

class Clock {
  ms = start;
  readonly now = (): number => this.ms;
}

let count = 0;

async function take(
  log: EvidenceLog,
  clock: Clock,
  { type, body = {}, subject = "trade:1", issuer = seller, at }: Step,
): Promise<string> {
  if (at !== undefined) clock.ms = start + at * 1000;
  count += 1;
  const seed = new Uint8Array(32).fill(count % 256);
  const disclosures = Object.entries({ ...body, n: count }).map(([name, value]) =>
    encodeDisclosure(saltOf(seed, name), name, value),
  );
  const submission = { ...submissionOf(String(count)), type, subject, issuer, submitter: issuer, disclosures };
  const { receipt } = await log.submit([submission], identity(`step ${count}`));
  return receipt.records[0]!.id;
}

const rule = (more: object): object => ({
  ...{ id: "r", severity: "warning", title: { en: "A rule", zh: "规则" }, types: ["trade.contract"] },
  ...more,
});

function rulesOf(...rules: object[]): MonitorParts["rules"] {
  return decodeRules(Buffer.from(JSON.stringify({ format: "lianzheng-monitor", version: 1, rules })), "monitor.json");
}

const product = `0x${"cd".repeat(32)}`;
const trade = `0x${"ef".repeat(32)}`;

/** A law that knows one right, one product and one trade of it. */
class Law implements LawAt {
  answer: "valid" | "expired" | "unknown" | "down" = "valid";
  grade = "general";
  crossBorder = false;
  asked = 0;

  right(): ReturnType<LawAt["right"]> {
    this.asked += 1;
    if (this.answer === "down") return Promise.reject(new Error("the law cannot be asked"));
    return Promise.resolve({ validity: this.answer, block: 7 });
  }

  product(id: string): ReturnType<LawAt["product"]> {
    return Promise.resolve(id === product ? { grade: this.grade, block: 8 } : undefined);
  }

  trade(id: string): ReturnType<LawAt["trade"]> {
    const { crossBorder } = this;
    return Promise.resolve(id === trade ? { product, parties: [seller, buyer], crossBorder, block: 9 } : undefined);
  }
}

interface Watching {
  readonly monitor: Monitor;
  readonly desk: WarningDesk;
  readonly law: Law;
  readonly failed: unknown[];
  readonly raised: string[];
}

const everybody = { member: buyer, scopes: new Set(["monitor"]) };

async function watch(
  fed: Fed,
  directory: string,
  clock: Clock,
  rules: MonitorParts["rules"],
  more: Partial<MonitorParts> = {},
): Promise<Watching> {
  const [failed, raised, law]: [unknown[], string[], Law] = [[], [], new Law()];
  const monitor = await Monitor.open({
    ...{
      directory: join(directory, "monitor"),
      owner: seller,
      rules,
      feed: fed.feed,
      log: fed.log,
      law,
      now: clock.now,
    },
    raised: ({ id }) => raised.push(id),
    failed: (error) => failed.push(error),
    ...more,
  });
  monitor.start();
  return { monitor, desk: new WarningDesk(monitor, fed.log, seller, clock.now), law, failed, raised };
}

async function listed({ desk }: Watching): Promise<readonly ListedWarning[]> {
  return (await desk.list({ from: 0, limit: 1000 }, everybody)).items;
}

/** Waits until every record, those of warnings included, was looked at. */
async function settled(fed: Fed, { monitor }: Watching): Promise<void> {
  for (;;) {
    const { size } = fed.log;
    await until(() => !monitor.isBehind);
    const position = (await monitor.state.get("p")) as { readonly cursor?: string } | undefined;
    const rest = position?.cursor === undefined ? undefined : await fed.feed.page(position.cursor, 1);
    if (rest?.events.length === 0 && fed.log.size === size) return;
    await pause(5);
  }
}

/** The warnings that rules come to over these steps. */
async function warningsOf(
  rules: object[],
  steps: readonly Step[],
  prepare?: (watching: Watching) => void,
): Promise<readonly ListedWarning[]> {
  return await inFolder(async (directory) => {
    const clock = new Clock();
    const fed = await openFed(directory, { now: clock.now });
    const watching = await watch(fed, directory, clock, rulesOf(...rules));
    prepare?.(watching);
    for (const step of steps) await take(fed.log, clock, step);
    await settled(fed, watching);
    const warnings = await listed(watching);
    expect(watching.failed).to.deep.equal([]);
    await watching.monitor.close();
    await fed.close();
    return warnings;
  });
}

const contract = (body: Step["body"] = {}, more: Partial<Step> = {}): Step => ({
  type: "trade.contract",
  body,
  ...more,
});

describe("a rule about volume", () => {
  const count3 = rule({ kind: "volume", per: "subject", windowSeconds: 120, above: "3" });

  it("warns once when a window has more than the bound, and again only after it was below", async () => {
    const quick = Array.from({ length: 6 }, (_, at) => contract({}, { at }));
    const later = Array.from({ length: 4 }, (_, at) => contract({}, { at: 1000 + at }));
    const warnings = await warningsOf([count3], [...quick, ...later]);
    expect(warnings.map(({ facts }) => facts["total"])).to.deep.equal(["4", "4"]);
  });

  it("is silent at the bound, over more time, for other types and over several subjects", async () => {
    const slow = Array.from({ length: 8 }, (_, at) => contract({}, { at: at * 60 }));
    const spread = Array.from({ length: 8 }, (_, at) => contract({}, { at: 1000, subject: `trade:${at}` }));
    const other = Array.from({ length: 8 }, (): Step => ({ type: "delivery.receipt", at: 1000 }));
    expect(await warningsOf([count3], [...slow.slice(0, 3), ...spread, ...other])).to.deep.equal([]);
  });

  it("adds amounts up exactly", async () => {
    const sum = rule({ kind: "volume", per: "member", windowSeconds: 120, above: "0.3", sum: "price" });
    const exact = [contract({ price: "0.1" }), contract({ price: "0.2" }), contract({ price: "nothing" })];
    expect(await warningsOf([sum], exact)).to.deep.equal([]);
    expect(await warningsOf([sum], [...exact, contract({ price: "0.000000000000000001" })])).to.have.length(1);
  });
});

describe("a rule about prices", () => {
  it("warns outside of the bounds and not at them", async () => {
    const bounds = rule({ kind: "price", per: "type", member: "price", min: "10", max: "20" });
    const steps = ["10", "20", "9.99", "20.01", 15].map((price) => contract({ price }));
    const warnings = await warningsOf([bounds], steps);
    expect(warnings.map(({ facts }) => facts["amount"])).to.deep.equal(["9.99", "20.01"]);
  });

  it("warns of what is far from the median of those before it", async () => {
    const far = rule({ kind: "price", per: "type", member: "price", deviation: { factor: "2", last: 5 } });
    const steps = ["100", "110", "90", "200", "201", "49", "100"].map((price) => contract({ price }));
    const warnings = await warningsOf([far], steps);
    expect(warnings.map(({ facts }) => [facts["amount"], facts["median"]])).to.deep.equal([
      ["201", "100"],
      ["49", "110"],
    ]);
  });
});

describe("a rule about rights", () => {
  const valid = rule({ kind: "expired-right", member: "right" });

  it("warns of a right that is not valid then, or was never granted, and not of a valid one", async () => {
    expect(await warningsOf([valid], [contract({ right })])).to.deep.equal([]);
    for (const answer of ["expired", "unknown"] as const) {
      const warnings = await warningsOf(
        [valid],
        [contract({ right }), contract({})],
        ({ law }) => (law.answer = answer),
      );
      expect(warnings.map(({ facts }) => facts)).to.deep.equal([
        { right, validity: answer, source: "registry", block: 7 },
      ]);
    }
  });

  it("waits for the law and skips nothing while it cannot be asked", () =>
    inFolder(async (directory) => {
      const clock = new Clock();
      const fed = await openFed(directory, { now: clock.now });
      const watching = await watch(fed, directory, clock, rulesOf(valid));
      watching.law.answer = "down";
      await take(fed.log, clock, contract({ right }));
      await until(() => watching.failed.length > 0);
      watching.law.answer = "expired";
      await settled(fed, watching);
      expect(await listed(watching)).to.have.length(1);
      await watching.monitor.close();
      await fed.close();
    }));
});

describe("a rule about stages", () => {
  const followed = rule({ kind: "missing-stage", next: ["delivery.receipt"], withinSeconds: 60 });

  it("warns of a stage that nothing followed in time, by the log's time", async () => {
    const steps = [
      contract({}, { at: 0 }),
      contract({}, { at: 10, subject: "trade:2" }),
      { type: "x-test.other", at: 65 },
    ];
    const warnings = await warningsOf([followed], steps);
    expect(warnings.map(({ subject }) => subject)).to.deep.equal(["trade:1"]);
  });

  it("warns by the clock when nothing comes any more", () =>
    inFolder(async (directory) => {
      const clock = new Clock();
      const fed = await openFed(directory, { now: clock.now });
      const watching = await watch(fed, directory, clock, rulesOf(followed));
      await take(fed.log, clock, contract({}, { at: 0 }));
      await settled(fed, watching);
      expect(await listed(watching)).to.deep.equal([]);
      clock.ms = start + 63_000;
      await until(() => watching.raised.length === 1);
      await settled(fed, watching);
      expect(await listed(watching)).to.have.length(1);
      await watching.monitor.close();
      await fed.close();
    }));

  it("is silent when the next stage came in time", async () => {
    const steps = [contract({}, { at: 0 }), { type: "delivery.receipt", at: 59 }, { type: "x-test.other", at: 1000 }];
    expect(await warningsOf([followed], steps)).to.deep.equal([]);
  });
});

describe("rules about grades and borders", () => {
  it("warn of core data and not of others", async () => {
    const core = rule({ kind: "core-grade", member: "grade", grades: ["core", "核心"] });
    const steps = [contract({ grade: "general" }), contract({ grade: "核心" }), contract({})];
    expect((await warningsOf([core], steps)).map(({ facts }) => facts["grade"])).to.deep.equal(["核心"]);
  });

  it("warn of what is registered as core, whatever the record says, and name the source and its block", async () => {
    const core = rule({ kind: "core-grade", member: "grade", grades: ["core"] });
    const about = [`product:${product}`, `resource:${product}`, `trade:${trade}`];
    const steps = [...about, `product:${trade}`, `trade:${product}`, "product:0xcd", `x${product}`].map((subject) =>
      contract({ grade: "general" }, { subject }),
    );
    expect(await warningsOf([core], steps)).to.deep.equal([]);
    const warnings = await warningsOf([core], steps, ({ law }) => (law.grade = "core"));
    expect(warnings.map(({ subject }) => subject)).to.deep.equal(about);
    for (const { facts } of warnings)
      expect(facts).to.deep.equal({ grade: "core", product, source: "registry", block: 8 });
    const said = await warningsOf([core], [contract({ grade: "core" }, { subject: `product:${product}` })]);
    expect(said.map(({ facts }) => facts)).to.deep.equal([{ grade: "core", source: "record" }]);
  });

  it("warn of a trade that the law has as crossing the border, unless it was approved", async () => {
    const subject = `trade:${trade}`;
    const border = rule({
      ...{ kind: "cross-border", member: "territory", inside: ["CN"] },
      ...{ approvals: ["attestation.security"], approvers: [buyer] },
    });
    const steps = [contract({ territory: "CN" }, { subject }), contract({}, { subject: `trade:${product}` })];
    expect(await warningsOf([border], steps)).to.deep.equal([]);
    const crossing = ({ law }: Watching): void => void (law.crossBorder = true);
    const warnings = await warningsOf([border], steps, crossing);
    const approvals = ["attestation.security"];
    expect(warnings.map(({ facts }) => facts)).to.deep.equal([
      { trade, parties: [seller, buyer], approvals, source: "registry", block: 9 },
    ]);
    const approval: Step = { type: "attestation.security", subject, issuer: buyer };
    expect(await warningsOf([border], [approval, ...steps], crossing)).to.deep.equal([]);
  });

  it("warn of a territory outside unless an approver approved before", async () => {
    const border = rule({
      ...{ kind: "cross-border", member: "territory", inside: ["CN"] },
      ...{ approvals: ["attestation.security"], approvers: [buyer] },
    });
    const approval = (subject: string, issuer: string): Step => ({ type: "attestation.security", subject, issuer });
    const warnings = await warningsOf(
      [border],
      [
        ...[contract({ territory: "CN" }), contract({ territory: ["CN", "SG"] })],
        ...[approval("trade:2", buyer), contract({ territory: "SG" }, { subject: "trade:2" })],
        ...[approval("trade:3", seller), contract({ territory: "SG" }, { subject: "trade:3" })],
      ],
    );
    expect(warnings.map(({ subject, facts }) => [subject, facts["territory"]])).to.deep.equal([
      ["trade:1", ["SG"]],
      ["trade:3", ["SG"]],
    ]);
  });
});

describe("a warning", () => {
  const core = rule({ kind: "core-grade", member: "grade", grades: ["core"] });

  it("is a record of the node's member about the same subject, and names its cause", () =>
    inFolder(async (directory) => {
      const clock = new Clock();
      const fed = await openFed(directory, { now: clock.now });
      const watching = await watch(fed, directory, clock, rulesOf(core));
      const cause = await take(fed.log, clock, contract({ grade: "core" }, { issuer: buyer }));
      await settled(fed, watching);
      const [warning] = await listed(watching);
      const record = (await fed.log.recordById(warning!.record as `0x${string}`))!;
      expect(decodeEntry(record.entry)).to.include({ type: "monitor.warning", subject: "trade:1", issuer: seller });
      const body = Object.fromEntries(
        record.disclosures.map((text) => [decodeDisclosure(text).name, decodeDisclosure(text).value]),
      );
      expect(body).to.deep.include({ warning: warning?.id, member: buyer, records: [cause], severity: "warning" });
      expect(warning).to.deep.include({ state: "open", member: buyer, title: { en: "A rule", zh: "规则" } });
      await watching.monitor.close();
      await fed.close();
    }));

  it("is raised once, whatever ends in between: before it is in the log, after it, or with the state lost", () =>
    inFolder(async (directory) => {
      const clock = new Clock();
      const fed = await openFed(directory, { now: clock.now });
      let failing: "before" | "after" | undefined = "before";
      const failingLog: MonitorParts["log"] = {
        recordAt: (index) => fed.log.recordAt(index),
        submit: async (...request) => {
          if (failing === "before") throw new NodeError("E_STORAGE_FULL", "a disk of tests");
          const result = await fed.log.submit(...request);
          if (failing === "after") throw new NodeError("E_READ_ONLY", "a disk of tests");
          return result;
        },
      };
      const first = await watch(fed, directory, clock, rulesOf(core), { log: failingLog });
      await take(fed.log, clock, contract({ grade: "core" }));
      await until(() => first.failed.length === 1);
      failing = "after";
      await until(() => first.failed.length === 2);
      await first.monitor.close();
      failing = undefined;
      expect(fed.log.size).to.equal(2);
      const second = await watch(fed, directory, clock, rulesOf(core));
      await settled(fed, second);
      expect([fed.log.size, await listed(second)]).to.have.nested.property("[0]", 2);
      expect(await listed(second)).to.have.length(1);
      const before = await listed(second);
      await second.monitor.close();
      await rm(join(directory, "monitor"), { recursive: true });
      const third = await watch(fed, directory, clock, rulesOf(core));
      await settled(fed, third);
      expect(await listed(third)).to.deep.equal(before);
      expect(fed.log.size).to.equal(2);
      expect(third.raised).to.deep.equal([]);
      await third.monitor.close();
      for (const name of await readdir(join(directory, "monitor")))
        await writeFile(join(directory, "monitor", name), "spoilt");
      const fourth = await watch(fed, directory, clock, rulesOf(core));
      await settled(fed, fourth);
      expect(await listed(fourth)).to.deep.equal(before);
      await fourth.monitor.close();
      await fed.close();
    }));

  it("is not raised for what came before the rule is asked to look, and is when the rule is another", () =>
    inFolder(async (directory) => {
      const clock = new Clock();
      const fed = await openFed(directory, { now: clock.now });
      await take(fed.log, clock, contract({ grade: "core" }, { at: 0 }));
      const late = await watch(fed, directory, clock, rulesOf({ ...core, since: "2026-11-22T10:00:00.001Z" }));
      await settled(fed, late);
      expect(await listed(late)).to.deep.equal([]);
      await late.monitor.close();
      const all = await watch(fed, directory, clock, rulesOf(core));
      await settled(fed, all);
      expect(await listed(all)).to.have.length(1);
      await all.monitor.close();
      await fed.close();
    }));

  it("changes its state by later records only, and is shown to whom it concerns", () =>
    inFolder(async (directory) => {
      const clock = new Clock();
      const fed = await openFed(directory, { now: clock.now });
      const watching = await watch(fed, directory, clock, rulesOf(core));
      await take(fed.log, clock, contract({ grade: "core" }, { issuer: buyer }));
      await settled(fed, watching);
      const [warning] = await listed(watching);
      const { desk } = watching;
      const reader = (member: string): { member: string; scopes: Set<string> } => ({
        member,
        scopes: new Set(["read"]),
      });
      expect((await desk.list({ from: 0, limit: 10 }, reader(buyer))).items).to.have.length(1);
      expect((await desk.list({ from: 0, limit: 10 }, reader(seller))).items).to.deep.equal([]);
      for (const id of [warning!.id, "wn_none"]) {
        const error: unknown = await desk.find(id, reader(seller)).catch((reason: unknown) => reason);
        expect((error as NodeError).code).to.equal("E_NOT_FOUND");
      }
      const states = {
        acknowledge: "acknowledged",
        dismiss: "dismissed",
        reopen: "open",
        resolve: "resolved",
      } as const;
      for (const [decision, state] of Object.entries(states)) {
        const handling = { decision: decision as keyof typeof states, note: "looked at" };
        const { replayed } = await desk.handle(warning!.id, handling, everybody, `key-${decision}`);
        expect(replayed).to.equal(false);
        expect((await desk.handle(warning!.id, handling, everybody, `key-${decision}`)).replayed).to.equal(true);
        await settled(fed, watching);
        expect((await desk.find(warning!.id, everybody)).state).to.equal(state);
      }
      expect((await desk.find(warning!.id, everybody)).handlings).to.have.length(4);
      expect((await desk.list({ from: 0, limit: 10, state: "open" }, everybody)).items).to.deep.equal([]);
      expect(fed.log.size).to.equal(6);
      await watching.monitor.close();
      await fed.close();
    }));
});

describe("the monitor's state", () => {
  it("is begun anew, and that is told, when LevelDB lost an entry of it or an older value came back", () =>
    inFolder(async (directory) => {
      const changed: readonly ((database: Level) => Promise<void>)[] = [
        (database) => database.del("two"),
        async (database) => database.put("two", await database.get("one")),
        (database) => database.del("~sum"),
      ];
      for (const [at, change] of changed.entries()) {
        const folder = join(directory, String(at));
        const before = await MonitorState.open(folder);
        for (const value of [1, 2])
          await before.apply(
            new Map<string, JsonValue | undefined>([
              ["one", value],
              ["two", value],
              ["gone", value],
            ]),
          );
        await before.apply(new Map([["gone", undefined]]));
        await before.close();
        const same = await MonitorState.open(folder);
        expect([same.damage, await same.get("two"), await same.get("gone")]).to.deep.equal([undefined, 2, undefined]);
        await same.close();
        const database = new Level(folder);
        await change(database);
        await database.close();
        const after = await MonitorState.open(folder);
        expect(after.damage).to.have.property("code", "INDEX_CORRUPT");
        expect(await after.range("a", "~", 10)).to.deep.equal([]);
        await after.close();
      }
    }));
});

describe("the monitor's rules", () => {
  it("are refused by field", () => {
    const core = rule({ kind: "core-grade", member: "grade", grades: ["core"] });
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...core, types: ["monitor.warning"] }, "/rules/0/types"],
      [{ ...core, kind: "mood" }, "/rules/0/kind"],
      [{ ...core, severity: "bad" }, "/rules/0/severity"],
      [{ ...core, title: { en: "x" } }, "/rules/0/title/zh"],
      [{ ...core, more: 1 }, "/rules/0/more"],
      [{ ...core, since: "yesterday" }, "/rules/0/since"],
      [rule({ kind: "volume", per: "day", windowSeconds: 60, above: "1" }), "/rules/0/per"],
      [rule({ kind: "volume", per: "type", windowSeconds: 1, above: "1" }), "/rules/0/windowSeconds"],
      [rule({ kind: "volume", per: "type", windowSeconds: 60, above: 1 }), "/rules/0/above"],
      [rule({ kind: "price", per: "type", member: "p" }), "/rules/0"],
      [
        rule({ kind: "price", per: "type", member: "p", deviation: { factor: "1", last: 5 } }),
        "/rules/0/deviation/factor",
      ],
      [rule({ kind: "cross-border", member: "t", inside: [], approvals: [], approvers: ["x"] }), "/rules/0/approvers"],
    ];
    for (const [one, field] of wrong) {
      const error = ((): unknown => {
        try {
          return rulesOf(one);
        } catch (reason) {
          return reason;
        }
      })();
      expect(error, field).to.be.instanceOf(NodeError);
      expect((error as NodeError).code).to.equal("CONFIG_VALUE");
      expect((error as NodeError).details["field"]).to.equal(field);
    }
    expect(() => rulesOf(core, core)).to.throw(NodeError, "two rules of one id");
    expect(wrong).to.have.length(12);
  });
});
