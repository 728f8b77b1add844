import { join } from "node:path";
import { expect } from "chai";
import { Transaction } from "ethers";
import { httpRpc, type Anchor } from "@lianzheng/node/anchor";
import type { ChainError } from "../../node/src/chain-error.ts";
import { codeOf } from "./failure.ts";
import { grow, quick, submit } from "./log-of-tests.ts";
import { newKey } from "./oracle.ts";
import { openGround, Scene, throwAt, type Ground } from "./scene.ts";

const gwei = 1_000_000_000n;
const answered = (result: string) => ({ kind: "answer", result }) as const;
/** Taken and forgotten: a node that lost its pool. */
const forgotten = answered(`0x${"ab".repeat(32)}`);

describe("anchor", () => {
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
    await ground.oracle.request("evm_setAutomine", true);
    await scene.close();
  });

  /** What is sent from now on, in order. */
  function watchSent(): Transaction[] {
    const sent: Transaction[] = [];
    ground.oracle.door.onAsked = (method, params) => {
      if (method === "eth_sendRawTransaction") sent.push(Transaction.from(String(params[0])));
    };
    return sent;
  }

  describe("on a chain that asks for fees", () => {
    it("raises them with each replacement up to the cap, says so there, and sends on", async () => {
      const { door } = ground.oracle;
      const sent = watchSent();
      let isForgetful = true;
      door.weather = (method) => {
        if (method === "eth_gasPrice") return answered(`0x${(10n * gwei).toString(16)}`);
        return method === "eth_sendRawTransaction" && isForgetful ? forgotten : undefined;
      };
      const cap = 14n * gwei;
      const timings = { ...quick, rebroadcastMs: 10, replaceMs: 30 };
      const anchor = await scene.anchor({ maxFeePerGas: cap, timings });
      anchor.start();
      await until(() => alarmsOf(anchor).includes("C_FEE_CAP"));
      const atCap = sent.length;
      await until(() => sent.length > atCap + 2);
      const fees = sent.map(({ maxFeePerGas }) => maxFeePerGas!);
      expect(fees[0]).to.equal(10n * gwei);
      expect(fees.at(-1)).to.equal(cap);
      expect(fees).to.deep.equal(fees.toSorted((a, b) => Number(a - b)));
      expect(new Set(sent.map(({ nonce }) => nonce)).size).to.equal(1);
      expect(sent.at(-1)!.hash, "the same bytes again").to.equal(sent.at(-2)!.hash);
      isForgetful = false;
      await until(() => anchor.status().backlog === 0);
      expect(alarmsOf(anchor)).to.deep.equal([]);
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("that are above the cap from the beginning, offers the cap", async () => {
      const sent = watchSent();
      ground.oracle.door.weather = (method) => (method === "eth_gasPrice" ? answered("0xffffffffff") : undefined);
      await (await scene.anchor({ maxFeePerGas: 5000n })).flush();
      expect(sent.map(({ maxFeePerGas }) => maxFeePerGas)).to.deep.equal([5000n]);
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("and a key without funds, sends nothing, says so, and goes on when there are some", async () => {
      const { door } = ground.oracle;
      door.weather = (method) => (method === "eth_gasPrice" ? answered(`0x${gwei.toString(16)}`) : undefined);
      await ground.oracle.request("hardhat_setBalance", scene.key.address, "0x1");
      const before = await scene.sent();
      const anchor = await scene.anchor();
      anchor.start();
      await until(() => anchor.status().error?.code === "C_FUNDS");
      expect(anchor.status()).to.deep.include({ state: "stalled", backlog: 2 });
      expect(anchor.status().error?.details).to.deep.include({ balance: "1" });
      expect(await scene.sent()).to.equal(before);
      await ground.oracle.request("hardhat_setBalance", scene.key.address, "0xde0b6b3a7640000");
      await until(() => anchor.status().backlog === 0);
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("and funds that go away after it signed, says so beside the pool's own words", async () => {
      const { door } = ground.oracle;
      door.weather = (method) => {
        if (method === "eth_gasPrice") return answered(`0x${gwei.toString(16)}`);
        return method === "eth_sendRawTransaction" ? { kind: "lost", how: "error-answer" } : undefined;
      };
      const anchor = await scene.anchor();
      anchor.start();
      await until(() => anchor.status().pending !== null);
      await ground.oracle.request("hardhat_setBalance", scene.key.address, "0x0");
      await until(() => alarmsOf(anchor).includes("C_FUNDS"));
      await ground.oracle.request("hardhat_setBalance", scene.key.address, "0xde0b6b3a7640000");
      door.clear();
      await until(() => anchor.status().backlog === 0);
      expect(alarmsOf(anchor)).to.deep.equal([]);
    });
  });

  it("publishes on a chain that takes nothing for its gas with a key that has nothing", async () => {
    const { door } = ground.oracle;
    door.weather = (method) => (method === "eth_gasPrice" ? answered("0x0") : undefined);
    await ground.oracle.request("hardhat_setBalance", scene.key.address, "0x0");
    const sent = watchSent();
    await (await scene.anchor({ maxFeePerGas: 0n })).flush();
    expect(sent.map(({ maxFeePerGas }) => maxFeePerGas)).to.deep.equal([0n]);
    await ground.oracle.request("hardhat_setBalance", scene.key.address, "0xde0b6b3a7640000");
  });

  describe("finds its nonce taken", () => {
    it("by another program: says so, and signs the same log with the next one", async () => {
      const first = await scene.anchor({ failpoint: throwAt("anchor.afterPersist"), timings: forEver });
      first.start();
      await until(() => first.status().error !== null);
      const { nonce } = first.status().pending!;
      await first.close();
      await (await ground.key.sendTransaction({ to: ground.key.address })).wait();
      const anchor = await scene.anchor();
      const sent = watchSent();
      await anchor.flush();
      expect(sent.map((one) => one.nonce)).to.deep.equal([nonce + 1]);
      expect(anchor.status().alarms).to.have.length(1);
      expect(anchor.status().alarms[0]).to.deep.include({ code: "C_NONCE" });
      expect(anchor.status().alarms[0]?.details).to.deep.include({ nonce });
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("by older bytes of its own: says nothing, and publishes the rest", async () => {
      const { door, request } = ground.oracle;
      await request("evm_setAutomine", false);
      const sent = watchSent();
      // The first bytes wait in the pool; all that replace them get lost on the way.
      door.weather = (method) =>
        method === "eth_sendRawTransaction" && new Set(sent.map(({ hash }) => hash)).size > 1 ? forgotten : undefined;
      const anchor = await scene.anchor({ timings: { ...quick, rebroadcastMs: 10, replaceMs: 40 } });
      anchor.start();
      await until(() => sent.length > 0);
      await grow(scene.log, 1);
      await until(() => new Set(sent.map(({ hash }) => hash)).size > 1);
      expect(new Set(sent.map(({ nonce }) => nonce)).size, "one nonce, whatever waits in the pool").to.equal(1);
      await request("evm_mine");
      door.weather = () => undefined;
      await request("evm_setAutomine", true);
      await until(() => anchor.status().backlog === 0);
      expect((await scene.published()).map(({ size }) => size)).to.deep.equal([2, 3]);
      expect(alarmsOf(anchor)).to.deep.equal([]);
      expect(await scene.problems()).to.deep.equal([]);
    });
  });

  describe("whose blocks go away", () => {
    it("before they were final: says so until it is final again", async () => {
      const { request } = ground.oracle;
      const snapshot = await request("evm_snapshot");
      const anchor = await scene.anchor({ finality: { kind: "depth", blocks: 3 } });
      anchor.start();
      await until(async () => (await scene.published()).length === 1);
      await until(() => ground.oracle.door.asked.at(-1) === "eth_getBlockByNumber");
      for (let looks = 0; looks < 10; looks++) await settled();
      await request("evm_revert", snapshot);
      await until(() => alarmsOf(anchor).includes("C_BLOCK_LOST"));
      expect(anchor.status().lastAnchored).to.equal(null);
      await until(async () => (await scene.published()).length === 1);
      await request("hardhat_mine", "0x3");
      await until(() => anchor.status().backlog === 0);
      expect(alarmsOf(anchor)).to.deep.equal([]);
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("after they were final: refuses, although the same transaction stands in another block", async () => {
      const { request } = ground.oracle;
      const sent = watchSent();
      const snapshot = await request("evm_snapshot");
      const anchor = await scene.anchor();
      const { blockHash } = (await anchor.flush())!;
      await request("evm_revert", snapshot);
      await request("hardhat_mine", "0x2");
      await request("eth_sendRawTransaction", sent[0]!.serialized);
      expect(await scene.published()).to.have.length(1);
      anchor.start();
      await until(() => anchor.status().error?.code === "C_REORGANISED");
      expect(anchor.status().error?.details).to.deep.include({ expected: blockHash });
      expect(anchor.status().state).to.equal("refused");
      await grow(scene.log, 1);
      expect(await codeOf(anchor.flush())).to.equal("C_REORGANISED");
      expect(sent).to.have.length(1);
    });
  });

  it("says that the chain makes no blocks, and goes on when it does", async () => {
    await ground.oracle.request("evm_setAutomine", false);
    const anchor = await scene.anchor({ timings: { ...quick, stallMs: 50 } });
    anchor.start();
    await until(() => anchor.status().error?.code === "C_CHAIN_STALLED");
    expect(anchor.status()).to.deep.include({ state: "stalled", backlog: 2 });
    await ground.oracle.request("evm_setAutomine", true);
    await ground.oracle.request("evm_mine");
    await until(() => anchor.status().backlog === 0);
    expect(anchor.status().error).to.equal(null);
    expect(await scene.problems()).to.deep.equal([]);
  });

  describe("whose publication a block refuses", () => {
    // More than its data alone costs, less than the call needs.
    const tooLittle = answered("0x8000");

    it("says why, and does not send another at once", async () => {
      ground.oracle.door.script("eth_estimateGas", tooLittle);
      const before = await scene.sent();
      const anchor = await scene.anchor({ timings: { ...quick, backoffLastMs: 600_000 } });
      anchor.start();
      await until(() => anchor.status().error?.attempts === 4);
      expect(anchor.status().error?.code).to.equal("C_ANCHOR_REVERTED");
      expect(anchor.status().error?.details).to.deep.include({ reason: "out of gas" });
      expect(anchor.status()).to.deep.include({ state: "refused", backlog: 2, pending: null });
      expect(await scene.sent()).to.equal(before + 1);
    });

    it("tries again later, and goes on", async () => {
      ground.oracle.door.script("eth_estimateGas", tooLittle, tooLittle);
      const before = await scene.sent();
      const anchor = await scene.anchor();
      anchor.start();
      await until(() => anchor.status().backlog === 0);
      expect(await scene.sent()).to.equal(before + 3);
      expect(await scene.problems()).to.deep.equal([]);
    });
  });

  describe("beside a clock that is wrong", () => {
    it("says so when blocks come from the future, until the clock is right", async () => {
      let ahead = -2 * 3600_000;
      const anchor = await scene.anchor({ now: () => Date.now() + ahead });
      await anchor.flush();
      expect(alarmsOf(anchor)).to.deep.equal(["C_CLOCK_SKEW"]);
      ahead = 0;
      await grow(scene.log, 1);
      await anchor.flush();
      expect(alarmsOf(anchor)).to.deep.equal([]);
    });

    it("says so when new blocks are older than its last look", async () => {
      const anchor = await scene.anchor({ now: () => Date.now() + 86_400_000 });
      await anchor.flush();
      await grow(scene.log, 1);
      await anchor.flush();
      expect(alarmsOf(anchor)).to.deep.equal(["C_CLOCK_SKEW"]);
      expect(await scene.problems()).to.deep.equal([]);
    });
  });

  describe("that finds the chain ahead of its log", () => {
    it("tells the log's owner once, before anything is taken", async () => {
      await (await scene.anchor()).flush();
      const restored = await scene.anotherLog("restored");
      await grow(restored, 1);
      const told: ChainError[] = [];
      const directory = join(scene.folder, "restored", "anchor");
      const anchor = await scene.anchor({ log: restored, directory, onFenced: (refusal) => told.push(refusal) });
      await anchor.lookFirst();
      expect(told.map(({ code, details }) => [code, details["size"], details["logSize"]])).to.deep.equal([
        ["C_FENCED", 2, 1],
      ]);
      anchor.start();
      expect(await codeOf(anchor.flush())).to.equal("C_FENCED");
      expect(told).to.have.length(1);
    });

    it("or of another history, tells him once", async () => {
      await (await scene.anchor()).flush();
      const forged = await scene.anotherLog("forged");
      await submit(forged, "product:0x01", "x-test.note", { note: "it was never so" });
      await grow(forged, 4);
      const told: ChainError[] = [];
      const directory = join(scene.folder, "forged", "anchor");
      const anchor = await scene.anchor({ log: forged, directory, onFenced: (refusal) => told.push(refusal) });
      anchor.start();
      await until(() => told.length === 1);
      expect(told[0]?.details["ours"]).to.be.a("string");
    });

    it("in one lying answer, tells nobody", async () => {
      const lie = answered(`0x${(9).toString(16).padStart(64, "0")}${"ab".repeat(64)}`);
      ground.oracle.door.script("eth_call", lie, lie);
      const told: ChainError[] = [];
      const anchor = await scene.anchor({ onFenced: (refusal) => told.push(refusal) });
      await anchor.lookFirst();
      await anchor.flush();
      expect(ground.oracle.door.unmet).to.equal(0);
      expect(told).to.deep.equal([]);
    });
  });

  it("asks through its own key only: another key of nobody is refused before anything is sent", async () => {
    const stranger = await newKey(ground.oracle);
    const anchor = await scene.anchor({ signer: stranger, chain: httpRpc(ground.oracle.door.url) });
    const sent = watchSent();
    expect(await codeOf(anchor.flush())).to.equal("C_ANCHOR_REVERTED");
    expect(sent).to.deep.equal([]);
  });
});

/** After its first failure an anchor with these waits longer than any test. */
const forEver = { ...quick, backoffFirstMs: 600_000, backoffLastMs: 600_000 };

function alarmsOf(anchor: Anchor): readonly string[] {
  return anchor.status().alarms.map(({ code }) => code);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
