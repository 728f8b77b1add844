import { expect } from "chai";
import { openCheckpoint, parseVerifierKey } from "@lianzheng/sdk/log";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Anchor } from "@lianzheng/node/anchor";
import { codeOf } from "./failure.ts";
import { grow, verifierKey } from "./log-of-tests.ts";
import { openGround, Scene, type Ground } from "./scene.ts";

describe("anchor", () => {
  let ground: Ground;
  let scene: Scene;
  before(async () => (ground = await openGround()));
  after(() => ground.oracle.close());
  beforeEach(async () => (scene = await Scene.open(ground)));
  afterEach(() => scene.close());

  it("anchors nothing of an empty log", async () => {
    const anchor = await scene.anchor();
    expect(await anchor.flush()).to.equal(undefined);
    expect(await scene.published()).to.deep.equal([]);
    expect(anchor.status()).to.deep.include({
      state: "idle",
      lastAnchored: null,
      pending: null,
      backlog: 0,
      error: null,
    });
  });

  it("anchors what the log holds and notes where", async () => {
    await grow(scene.log, 3);
    const anchor = await scene.anchor();
    const anchored = (await anchor.flush())!;
    const receipt = (await scene.oracle.request("eth_getTransactionReceipt", anchored.transaction)) as Record<
      string,
      string
    >;
    expect(anchored.blockHash).to.equal(receipt["blockHash"]);
    expect(anchored.blockNumber).to.equal(Number(receipt["blockNumber"]));
    expect(anchored).to.include({ size: 3, logIndex: 0, receiptIndex: 0, root: toHex(await scene.log.rootAt(3)) });
    expect(openCheckpoint(anchored.checkpoint, [parseVerifierKey(verifierKey(scene.origin))]).size).to.equal(3);
    expect(await scene.log.anchors.covering(0)).to.deep.equal(anchored);
    expect(await scene.problems()).to.deep.equal([]);
    const { size, root, transaction, blockNumber, blockHash } = anchored;
    expect(anchor.status()).to.deep.include({
      state: "idle",
      lastAnchored: { size, root, transaction, blockNumber, blockHash },
      pending: null,
      backlog: 0,
    });
  });

  it("takes a backlog of any length with one transaction", async () => {
    await grow(scene.log, 1);
    const anchor = await scene.anchor();
    await anchor.flush();
    const before = await scene.sent();
    await grow(scene.log, 40);
    expect(anchor.status().backlog).to.equal(40);
    await anchor.flush();
    expect(await scene.sent()).to.equal(before + 1);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("sends nothing when there is nothing new", async () => {
    await grow(scene.log, 2);
    const anchor = await scene.anchor();
    const first = await anchor.flush();
    const before = await scene.sent();
    expect(await anchor.flush()).to.deep.equal(first);
    expect(await scene.sent()).to.equal(before);
  });

  it("publishes by the number of records once started", async () => {
    const anchor = await scene.anchor({ policy: { everyRecords: 3, everySeconds: 3600 } });
    anchor.start();
    await grow(scene.log, 2);
    await settled(anchor);
    expect(await scene.published()).to.deep.equal([]);
    await grow(scene.log, 1);
    await until(() => anchor.status().lastAnchored?.size === 3);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("publishes by the age of the first new record once started", async () => {
    let ms = 0;
    const anchor = await scene.anchor({ policy: { everyRecords: 1000, everySeconds: 60 }, monotonic: () => ms });
    anchor.start();
    await grow(scene.log, 2);
    for (ms = 0; ms < 50_000; ms += 10_000) await settled(anchor);
    expect(await scene.published()).to.deep.equal([]);
    ms += 60_000;
    await until(() => anchor.status().lastAnchored?.size === 2);
  });

  it("goes on where it stopped when it is opened again", async () => {
    await grow(scene.log, 2);
    const first = await scene.anchor();
    await first.flush();
    await first.close();
    await grow(scene.log, 2);
    const second = await scene.anchor();
    expect(second.status()).to.deep.include({ backlog: 2 });
    await second.flush();
    expect(await scene.problems()).to.deep.equal([]);
    expect((await scene.published()).map(({ size }) => size)).to.deep.equal([2, 4]);
  });

  it("waits for as many blocks on top as the finality says", async () => {
    await grow(scene.log, 2);
    const anchor = await scene.anchor({ finality: { kind: "depth", blocks: 3 } });
    const flushed = anchor.flush();
    await until(async () => (await scene.published()).length === 1);
    await until(() => anchor.status().state === "publishing");
    expect(anchor.status().lastAnchored).to.equal(null);
    await scene.oracle.request("hardhat_mine", "0x2");
    await settled(anchor);
    expect(anchor.status().lastAnchored).to.equal(null);
    await scene.oracle.request("hardhat_mine", "0x1");
    expect((await flushed)?.size).to.equal(2);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("sends the same bytes again when its block is gone before it was final", async () => {
    await grow(scene.log, 2);
    const sent: unknown[] = [];
    scene.oracle.door.onAsked = (method, params) => {
      if (method === "eth_sendRawTransaction") sent.push(params[0]);
    };
    const snapshot = await scene.oracle.request("evm_snapshot");
    const anchor = await scene.anchor({ finality: { kind: "depth", blocks: 3 } });
    const flushed = anchor.flush();
    await until(async () => (await scene.published()).length === 1);
    const pending = await waited(() => anchor.status().pending);
    await scene.oracle.request("evm_revert", snapshot);
    expect(await scene.published()).to.deep.equal([]);
    await until(async () => (await scene.published()).length === 1);
    await scene.oracle.request("hardhat_mine", "0x3");
    expect((await flushed)?.transaction).to.equal(pending.transaction);
    expect(sent).to.have.length(2);
    expect(sent[0]).to.equal(sent[1]);
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("keeps its bytes when blocks are replaced between two of its looks", async () => {
    await grow(scene.log, 2);
    const { door, request } = scene.oracle;
    const events: string[] = [];
    const snapshot = await request("evm_snapshot");
    const anchor = await scene.anchor({
      finality: { kind: "depth", blocks: 3 },
      observe: (event: string) => events.push(event),
    });
    const flushed = anchor.flush();
    await until(async () => (await scene.published()).length === 1);
    const pending = await waited(() => anchor.status().pending);
    const newest = await request("eth_blockNumber");
    const { chain } = door;
    let isReplaced = false;
    // The log's head was read of the old block of this number, the nonce will be of the new one.
    const replaceBlock = async (): Promise<void> => {
      isReplaced = true;
      await request("evm_revert", snapshot);
      await request("hardhat_mine", "0x1");
    };
    door.chain = {
      request: async (args) => {
        const isNonce = args.method === "eth_getTransactionCount" && args.params?.[1] === newest;
        if (isNonce && !isReplaced) await replaceBlock();
        return await chain.request(args);
      },
    };
    await until(() => isReplaced);
    door.chain = chain;
    await until(async () => (await scene.published()).length === 1);
    await request("hardhat_mine", "0x3");
    expect((await flushed)?.transaction).to.equal(pending.transaction);
    expect(events).to.not.include("overtaken");
    expect(await scene.problems()).to.deep.equal([]);
  });

  it("serves nobody after it is closed, and closes while the chain is silent", async () => {
    await grow(scene.log, 1);
    const anchor = await scene.anchor({ timings: { answerMs: 600_000 } });
    scene.oracle.door.weather = () => ({ kind: "late", ms: 400 });
    const before = scene.oracle.door.asked.length;
    const flushed = codeOf(anchor.flush());
    await until(() => scene.oracle.door.asked.length > before);
    await anchor.close();
    expect(await flushed).to.equal("C_CLOSED");
    expect(await codeOf(anchor.flush())).to.equal("C_CLOSED");
    expect(anchor.status().state).to.equal("closed");
    scene.oracle.door.weather = () => undefined;
  });
});

/** A few rounds of the anchor's loop. */
async function settled(anchor: Anchor): Promise<void> {
  for (let round = 0; round < 10; round++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(anchor.status().error).to.equal(null);
}

/** What `read` gives, as soon as it gives something. */
async function waited<T>(read: () => T | null): Promise<T> {
  let found = read();
  await until(() => (found = read()) !== null);
  return found!;
}

/** Asks again until it is so; mocha's own limit ends what never comes. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
