import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Transaction } from "ethers";
import type { AnchorFailpoint } from "@lianzheng/node/anchor";
import type { Fault } from "./chain-door.ts";
import { grow, quick } from "./log-of-tests.ts";
import { openGround, Scene, throwAt, type Ground } from "./scene.ts";

const isLong = process.env["LIANZHENG_LONG"] === "1";
const cut: Fault = { kind: "lost", how: "cut" };

/** What an endpoint can do wrong to one call, whichever it is. */
const faults: readonly (readonly [string, Fault])[] = [
  ["is cut off before the chain saw it", cut],
  ["is answered 500 and never reaches the chain", { kind: "lost", how: "status-500" }],
  ["is answered with an error and never reaches the chain", { kind: "lost", how: "error-answer" }],
  ["is cut off after the chain did it", { kind: "unanswered", how: "cut" }],
  ["is answered 500 after the chain did it", { kind: "unanswered", how: "status-500" }],
  ["is answered with an error after the chain did it", { kind: "unanswered", how: "error-answer" }],
  ["is answered with half an answer", { kind: "unanswered", how: "truncated" }],
  ["is answered null", { kind: "answer", result: null }],
  ["is answered with another type", { kind: "answer", result: { status: "0x1" } }],
  ["is answered with a wrong number", { kind: "answer", result: "0x7" }],
  ["is answered with a web page", { kind: "body", text: "<!doctype html><title>login</title>" }],
  ["is answered with nothing", { kind: "body", text: "" }],
  ["is answered with a list", { kind: "body", text: "[]" }],
  ["is answered with another call's answer", { kind: "other-id" }],
  ["is done twice", { kind: "twice" }],
  ["is answered too late", { kind: "late", ms: 500 }],
];

/** Every method that a publication needs, with the number of times it is spoiled in a row. */
const methods = [
  "eth_chainId",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_call",
  "eth_getTransactionCount",
  "eth_estimateGas",
  "eth_getBalance",
  "eth_gasPrice",
  "eth_sendRawTransaction",
  "eth_getTransactionReceipt",
  "eth_getLogs",
] as const;

describe("anchor with a faulty endpoint", () => {
  let ground: Ground;
  let scene: Scene;
  before(async () => (ground = await openGround()));
  after(() => ground.oracle.close());
  beforeEach(async () => {
    scene = await Scene.open(ground);
    await grow(scene.log, 2);
  });
  afterEach(async () => {
    ground.oracle.door.clear();
    await scene.close();
  });

  it("uses these methods and no other", async () => {
    const before = ground.oracle.door.asked.length;
    await (await scene.anchor()).flush();
    expect([...new Set(ground.oracle.door.asked.slice(before))].toSorted()).to.deep.equal([...methods].toSorted());
    expect(methods.length * faults.length).to.equal(176);
  });

  for (const [at, method] of methods.entries())
    it(`survives what can go wrong with ${method}, each twice in a row`, async function () {
      this.timeout(60_000);
      // All of it where something is written; of the reads a quarter each, so that every fault meets some of them.
      const isWrite = method === "eth_sendRawTransaction";
      const chosen = faults.filter((_, nth) => isLong || isWrite || nth % 4 === at % 4);
      const anchor = await scene.anchor();
      for (const [what, fault] of chosen) {
        ground.oracle.door.script(method, fault, fault);
        await grow(scene.log, 1);
        await anchor.flush();
        ground.oracle.door.clear();
        expect(await scene.problems(), what).to.deep.equal([]);
      }
      expect(chosen.length).to.be.greaterThan(3);
    });

  it("spoiled at the n-th call, for every n: anchored once", async function () {
    this.timeout(120_000);
    const { door } = ground.oracle;
    const kinds = [{ kind: "unanswered", how: "cut" }, cut, { kind: "answer", result: null }] as const;
    let runs = 0;
    for (const fault of isLong ? kinds : kinds.slice(0, 1))
      for (let nth = 1, met = true; met; nth++, runs++) {
        await grow(scene.log, 1);
        let left = nth;
        door.weather = () => (--left === 0 ? fault : undefined);
        const anchor = await scene.anchor();
        await anchor.flush();
        await anchor.close();
        met = left <= 0;
        door.clear();
        expect(await scene.problems(), `${JSON.stringify(fault)} at call ${nth}`).to.deep.equal([]);
      }
    expect(runs).to.be.greaterThan(20);
  });

  it("that fails a third of all calls at random: anchored once", async function () {
    this.timeout(120_000);
    const seed = Number(process.env["LIANZHENG_SEED"] ?? 20_261_122);
    const random = randomFrom(seed);
    ground.oracle.door.weather = () =>
      random() < 0.3 ? faults[Math.floor(random() * (faults.length - 1))]?.[1] : undefined;
    const anchor = await scene.anchor();
    const rounds = isLong ? 100 : 5;
    for (let round = 0; round < rounds; round++) {
      await grow(scene.log, 1 + Math.floor(random() * 3));
      await anchor.flush();
    }
    ground.oracle.door.clear();
    expect(await scene.problems(), `seed ${seed}`).to.deep.equal([]);
  });

  it("says that it is stalled while nobody answers, keeps everything, and goes on", async () => {
    ground.oracle.door.weather = () => cut;
    const anchor = await scene.anchor();
    anchor.start();
    await until(() => anchor.status().state === "stalled");
    await grow(scene.log, 5);
    await until(() => (anchor.status().error?.attempts ?? 0) > 3);
    expect(anchor.status()).to.deep.include({ state: "stalled", backlog: 7, lastAnchored: null });
    expect(anchor.status().error?.code).to.equal("C_UNREACHABLE");
    ground.oracle.door.clear();
    await until(() => anchor.status().backlog === 0);
    expect(anchor.status()).to.deep.include({ state: "idle", error: null });
    expect(await scene.problems()).to.deep.equal([]);
    expect(await scene.published()).to.have.length(1);
  });

  it("sends the same bytes again when the chain forgot them", async () => {
    // Answered as if taken, and never given to the chain: a node that lost its pool.
    const raws: unknown[] = [];
    const { door } = ground.oracle;
    const hash = `0x${"ab".repeat(32)}`;
    door.script("eth_sendRawTransaction", { kind: "answer", result: hash }, { kind: "answer", result: hash });
    door.onAsked = (method, params) => {
      if (method === "eth_sendRawTransaction") raws.push(params[0]);
    };
    const anchor = await scene.anchor();
    await anchor.flush();
    expect(raws).to.have.length(3);
    expect(new Set(raws).size).to.equal(1);
    expect(door.unmet).to.equal(0);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("signs anew with the same nonce and higher fees when no block takes the first bytes", async () => {
    const sent: Transaction[] = [];
    const { door } = ground.oracle;
    // Taken and forgotten, however often it is sent, until other bytes come.
    door.weather = (method) =>
      method === "eth_sendRawTransaction" && new Set(sent.map(({ hash }) => hash)).size < 2
        ? { kind: "answer", result: `0x${"ab".repeat(32)}` }
        : undefined;
    door.onAsked = (method, params) => {
      if (method === "eth_sendRawTransaction") sent.push(Transaction.from(String(params[0])));
    };
    const anchor = await scene.anchor({ timings: { ...quick, rebroadcastMs: 30, replaceMs: 100 } });
    await anchor.flush();
    const first = sent[0]!;
    const last = sent.at(-1)!;
    expect(new Set(sent.map(({ nonce }) => nonce)).size).to.equal(1);
    expect(last.data).to.equal(first.data);
    expect(last.maxFeePerGas! * 8n >= first.maxFeePerGas! * 9n, "an eighth more").to.equal(true);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("says what the chain answers to a publication that it does not take", async () => {
    const { door } = ground.oracle;
    door.weather = (method) =>
      method === "eth_sendRawTransaction" ? { kind: "lost", how: "error-answer" } : undefined;
    const anchor = await scene.anchor({ timings: { ...quick, stallMs: 50 } });
    anchor.start();
    await until(() => anchor.status().error?.code === "C_ANCHOR_TIMEOUT");
    expect(anchor.status()).to.deep.include({ state: "stalled" });
    expect(anchor.status().error?.message).to.contain("nonce too low");
    door.clear();
    await until(() => anchor.status().backlog === 0);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("does not believe an answer that is too large", async () => {
    ground.oracle.door.script("eth_getLogs", {
      kind: "body",
      text: `{"jsonrpc":"2.0","id":1,"result":"${"a".repeat(17 << 20)}"}`,
    });
    await (await scene.anchor({ timings: { ...quick, answerMs: 5_000 } })).flush();
    expect(await scene.problems()).to.deep.equal([]);
  });
});

/** Each write of the anchor, failed before it was done and after. */
const writes: readonly (readonly [AnchorFailpoint, string])[] = [
  ["anchor.beforeSign", "nothing was signed"],
  ["anchor.beforePersist", "the signed bytes were not kept"],
  ["anchor.afterPersist", "the signed bytes were kept and not sent"],
  ["anchor.afterSend", "the bytes were sent"],
  ["anchor.beforeRecord", "the anchor was not noted"],
  ["anchor.afterRecord", "the anchor was noted"],
  ["anchor.beforeClear", "the pending publication was not cleared"],
  ["anchor.afterClear", "the pending publication was cleared"],
];

describe("anchor with a failing step", () => {
  let ground: Ground;
  let scene: Scene;
  before(async () => (ground = await openGround()));
  after(() => ground.oracle.close());
  beforeEach(async () => {
    scene = await Scene.open(ground);
    await grow(scene.log, 2);
  });
  afterEach(() => scene.close());

  it("sends nothing that it could not keep", async () => {
    const directory = join(scene.folder, "node", "anchor");
    await mkdir(join(directory, "state.json.tmp"), { recursive: true });
    const before = await scene.sent();
    const anchor = await scene.anchor();
    anchor.start();
    await until(() => anchor.status().error !== null);
    expect(anchor.status().error?.code).to.equal("C_ANCHOR_STORE");
    expect(await scene.sent()).to.equal(before);
    await rm(join(directory, "state.json.tmp"), { recursive: true });
    await until(() => anchor.status().backlog === 0);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("has eight of them", () => expect(writes).to.have.length(8));
  for (const [name, what] of writes) {
    it(`goes on in the same process when it failed after ${what}, twice`, async () => {
      let left = 2;
      const failpoint = (reached: AnchorFailpoint): void => {
        if (reached === name && left-- > 0) throw new RangeError(`failpoint ${name}`);
      };
      const anchor = await scene.anchor({ failpoint });
      await grow(scene.log, 1);
      await anchor.flush();
      await grow(scene.log, 1);
      await anchor.flush();
      expect(left).to.be.lessThan(1);
      expect(await scene.problems()).to.deep.equal([]);
    });

    it(`goes on in another process when it failed after ${what}`, async () => {
      const failpoint = throwAt(name);
      const before = await scene.anchor({ failpoint, timings: { backoffFirstMs: 600_000, backoffLastMs: 600_000 } });
      before.start();
      await until(() => before.status().error !== null);
      await before.close();
      await grow(scene.log, 1);
      const after = await scene.anchor();
      await after.flush();
      expect(await scene.problems()).to.deep.equal([]);
    });
  }
});

/** mulberry32: a small generator with a seed, so that a failing run can be had again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
