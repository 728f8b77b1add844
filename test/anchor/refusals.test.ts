import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { memberIdOf } from "@lianzheng/sdk/chain";
import { EvidenceLogsFactory, MembersFactory, maskOfRoles } from "@lianzheng/sdk/contracts";
import { fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { describeRefusal, decodeRefusal, httpRpc, publishCheckpoint, type Anchor } from "@lianzheng/node/anchor";
import { ChainDoor } from "./chain-door.ts";
import { codeOf, detailOf, failureOf } from "./failure.ts";
import { newKey, openOracle, type Key, type Oracle } from "./oracle.ts";
import { owner } from "./owner.ts";
import { grow, quick, submit } from "./log-of-tests.ts";
import { openGround, Scene, throwAt, type Ground } from "./scene.ts";

describe("anchor", () => {
  let ground: Ground;
  let scene: Scene;
  before(async () => (ground = await openGround()));
  after(() => ground.oracle.close());
  beforeEach(async () => {
    scene = await Scene.open(ground);
    await grow(scene.log, 3);
  });
  afterEach(async () => {
    ground.oracle.door.clear();
    await scene.close();
  });

  describe("beside another one with the same key", () => {
    it("lets one of two win, and both see everything anchored", async () => {
      // Two processes, one log's contents: the second has the first's journal, as a restored copy of the machine would.
      const twin = await scene.anotherLog("twin");
      await grow(twin, 3);
      const one = await scene.anchor();
      const two = await scene.anchor({ log: twin, directory: join(scene.folder, "twin", "anchor") });
      for (let round = 0; round < 5; round++) {
        await Promise.all([one.flush(), two.flush()]);
        await Promise.all([grow(scene.log, 1), grow(twin, 1)]);
      }
      await Promise.all([one.flush(), two.flush()]);
      expect(await scene.problems()).to.deep.equal([]);
      expect((await twin.anchors.latest())?.root).to.equal((await scene.log.anchors.latest())?.root);
      expect(await scene.published()).to.have.length(6);
    });

    it("goes on from a head that another one moved", async () => {
      const twin = await scene.anotherLog("twin");
      await grow(twin, 3);
      const one = await scene.anchor();
      await one.flush();
      const two = await scene.anchor({ log: twin, directory: join(scene.folder, "twin", "anchor") });
      await grow(twin, 2);
      await grow(scene.log, 4);
      await two.flush();
      await one.flush();
      expect((await scene.published()).map(({ size }) => size)).to.deep.equal([3, 5, 7]);
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("finds its nonce taken by another transaction and signs again", async () => {
      const first = await scene.anchor({ failpoint: throwAt("anchor.afterPersist"), timings: forEver });
      first.start();
      await until(() => first.status().error !== null);
      expect(first.status().pending).to.not.equal(null);
      await first.close();
      await (await ground.key.sendTransaction({ to: ground.key.address })).wait();
      await (await scene.anchor()).flush();
      expect(await scene.problems()).to.deep.equal([]);
    });
  });

  it("goes on with another key of the same member while the old one's bytes lie about", async () => {
    const first = await scene.anchor({ failpoint: throwAt("anchor.afterPersist"), timings: forEver });
    first.start();
    await until(() => first.status().error !== null);
    await first.close();
    const key = await rotatedKey(ground);
    await grow(scene.log, 1);
    const anchor = await scene.anchor({ signer: key, timings: { ...quick, replaceMs: 100 } });
    await anchor.flush();
    expect(await scene.problems()).to.deep.equal([]);
  });

  describe("with an older state file", () => {
    it("anchors each tree once and everything in the end", async () => {
      const state = join(scene.folder, "node", "anchor", "state.json");
      const first = await scene.anchor({ failpoint: throwAt("anchor.afterPersist"), timings: forEver });
      first.start();
      await until(() => first.status().error !== null);
      await first.close();
      await cp(state, join(scene.folder, "older.json"));
      for (let round = 0; round < 3; round++) {
        const anchor = await scene.anchor();
        await anchor.flush();
        await anchor.close();
        await cp(join(scene.folder, "older.json"), state);
        await grow(scene.log, 1);
      }
      await (await scene.anchor()).flush();
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("does not mind that it is missing", async () => {
      const first = await scene.anchor({ failpoint: throwAt("anchor.afterSend"), timings: forEver });
      first.start();
      await until(() => first.status().error !== null);
      await first.close();
      const elsewhere = await scene.anchor({ directory: join(scene.folder, "empty") });
      await elsewhere.flush();
      expect(await scene.problems()).to.deep.equal([]);
      expect(await scene.published()).to.have.length(1);
    });

    it("refuses one that is damaged or of another log", async () => {
      const anchor = await scene.anchor({ failpoint: throwAt("anchor.afterPersist"), timings: forEver });
      anchor.start();
      await until(() => anchor.status().error !== null);
      await anchor.close();
      const file = join(scene.folder, "node", "anchor", "state.json");
      const whole = await readFile(file, "utf8");
      const damaged = [
        whole.slice(0, 100),
        whole.replace(`"nonce":`, `"nonce":1`),
        "[]",
        whole.replace('"version":1', '"version":2'),
      ];
      for (const text of damaged) {
        await writeFile(file, text);
        expect(await codeOf(scene.anchor())).to.equal("C_ANCHOR_STORE");
      }
      await writeFile(file, whole);
      const others = [
        { ...ground.deployment, chainId: 5 },
        { ...ground.deployment, genesis: toHex(new Uint8Array(32)) },
      ];
      for (const deployment of others) expect(await codeOf(scene.anchor({ deployment }))).to.equal("C_WRONG_CHAIN");
      await (await scene.anchor()).flush();
      expect(await scene.problems()).to.deep.equal([]);
    });
  });

  describe("on a chain that is not the deployment's", () => {
    const resets: readonly (readonly [string, string, () => Promise<Oracle>])[] = [
      ["another genesis", "C_WRONG_CHAIN", () => openOracle(new Date("2025-01-01T00:00:00Z"))],
      ["the same genesis and nothing on it", "C_CONTRACT_MISSING", () => openOracle()],
    ];
    for (const [what, code, open] of resets)
      it(`refuses a chain that was reset to ${what}, and takes the right one back`, async () => {
        const anchor = await scene.anchor();
        await anchor.flush();
        const reset = await open();
        const { chain } = ground.oracle.door;
        ground.oracle.door.chain = reset.door.chain;
        await grow(scene.log, 1);
        expect(await codeOf(anchor.flush())).to.equal(code);
        expect(anchor.status()).to.deep.include({ state: "refused", backlog: 1 });
        expect(await reset.request("eth_blockNumber")).to.equal("0x0");
        ground.oracle.door.chain = chain;
        await reset.close();
        await anchor.flush();
        expect(await scene.problems()).to.deep.equal([]);
      });

    it("sees a reset while it has nothing to publish", async () => {
      const anchor = await scene.anchor();
      anchor.start();
      await until(() => anchor.status().backlog === 0);
      ground.oracle.door.weather = (method) =>
        method === "eth_chainId" ? { kind: "answer", result: "0x1" } : undefined;
      await until(() => anchor.status().state === "refused");
      expect(anchor.status().error?.code).to.equal("C_WRONG_CHAIN");
      ground.oracle.door.clear();
      await until(() => anchor.status().state === "idle");
    });

    const lies: readonly (readonly [string, string, (scene: Scene) => Promise<Anchor>])[] = [
      [
        "no contract",
        "C_CONTRACT_MISSING",
        (scene) => scene.anchor({ deployment: moved(scene, { address: nowhere }) }),
      ],
      [
        "other code",
        "C_CONTRACT_MISMATCH",
        (scene) => scene.anchor({ deployment: moved(scene, { codeHash: word("ab") }) }),
      ],
      [
        "another chain id",
        "C_WRONG_CHAIN",
        (scene) => scene.anchor({ deployment: { ...scene.deployment, chainId: 7 } }),
      ],
      [
        "another genesis",
        "C_WRONG_CHAIN",
        (scene) => scene.anchor({ deployment: { ...scene.deployment, genesis: word("cd") } }),
      ],
      ["no such log", "C_LOG_UNKNOWN", (scene) => scene.anchor({ owner: "91460000MA5T00002T" })],
    ];
    it("has five ways to be so", () => expect(lies).to.have.length(5));
    for (const [what, code, open] of lies)
      it(`refuses one with ${what} and sends nothing`, async () => {
        const before = await scene.sent();
        expect(await codeOf((await open(scene)).flush())).to.equal(code);
        expect(await scene.sent()).to.equal(before);
      });

    it("refuses a key that does not own the log, with the contract's reason", async () => {
      const anchor = await scene.anchor({ signer: await newKey(ground.oracle) });
      expect(await detailOf(anchor.flush(), "C_ANCHOR_REVERTED", "reason")).to.equal("MembersUnknownKey");
      expect(anchor.status().state).to.equal("refused");
    });

    it("waits, and sends nothing, while the chain lacks blocks that it had", async () => {
      const snapshot = await ground.oracle.request("evm_snapshot");
      const anchor = await scene.anchor();
      await anchor.flush();
      await ground.oracle.request("evm_revert", snapshot);
      await grow(scene.log, 1);
      anchor.start();
      await until(() => anchor.status().error?.code === "C_CHAIN_BEHIND");
      expect(anchor.status().state).to.equal("stalled");
      expect(await scene.published()).to.deep.equal([]);
      await ground.oracle.request("hardhat_mine", "0x10");
      await until(() => anchor.status().error?.code === "C_REORGANISED");
      expect(anchor.status().state).to.equal("refused");
      expect(await scene.published()).to.deep.equal([]);
    });
  });

  describe("when the chain holds another history of its log", () => {
    it("stops, says so, and never sends again", async () => {
      const forged = await scene.anotherLog("forged");
      await grow(forged, 3, "product:0x01", "forged");
      const forger = await scene.anchor({ log: forged, directory: join(scene.folder, "forged", "anchor") });
      await forger.flush();
      const before = await scene.sent();
      const anchor = await scene.anchor();
      const failure = await failureOf(anchor.flush());
      expect(failure.code).to.equal("C_FENCED");
      expect(failure.details["ours"]).to.equal(toHex(await scene.log.rootAt(3)));
      expect(failure.details["root"]).to.equal(toHex(await forged.rootAt(3)));
      expect(anchor.status()).to.deep.include({ state: "forked", backlog: 3, pending: null });
      anchor.start();
      await grow(scene.log, 1);
      expect(await codeOf(anchor.flush())).to.equal("C_FENCED");
      expect(await scene.sent()).to.equal(before);
    });

    it("is not taken in by one lying answer", async () => {
      const anchor = await scene.anchor();
      await anchor.flush();
      await grow(scene.log, 1);
      const lie = `0x${(3).toString(16).padStart(64, "0")}${"ab".repeat(32)}`;
      ground.oracle.door.script("eth_call", { kind: "answer", result: lie }, { kind: "answer", result: lie });
      await anchor.flush();
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("refuses to publish with a log that lost records", async () => {
      await (await scene.anchor()).flush();
      const restored = await scene.anotherLog("restored");
      await grow(restored, 2);
      const anchor = await scene.anchor({ log: restored, directory: join(scene.folder, "restored", "anchor") });
      expect(await detailOf(anchor.flush(), "C_FENCED", "logSize")).to.equal(2);
      expect(anchor.status().state).to.equal("refused");
    });
  });

  describe("somebody who rewrites history", () => {
    it("is refused by the contract, with a reason that people can read", async () => {
      await (await scene.anchor()).flush();
      const forged = await scene.anotherLog("forged");
      await submit(forged, "product:0x01", "x-test.note", { note: "it was never so" });
      await grow(forged, 4);
      const contract = EvidenceLogsFactory.connect(ground.deployment.contracts.evidenceLogs.address, ground.key);
      const root = toHex(await forged.rootAt(5));
      const { logId } = scene;
      const attempts = [
        { expectedSize: 3, size: 5, root, proof: await forged.consistencyProof(3, 5) },
        { expectedSize: 3, size: 5, root, proof: await scene.log.consistencyProof(1, 3) },
        { expectedSize: 3, size: 3, root, proof: [] },
        { expectedSize: 0, size: 5, root, proof: [] },
        { expectedSize: 3, size: 2, root, proof: [] },
      ];
      const reasons = [];
      for (const attempt of attempts) {
        const failure = await failureOf(publishCheckpoint(contract, { logId, ...attempt }));
        expect(failure.code).to.equal("C_ANCHOR_REVERTED");
        const refusal = decodeRefusal(failure.details["data"] as Hex)!;
        expect(failure.message).to.contain(describeRefusal(refusal));
        reasons.push(refusal.name);
      }
      expect(reasons).to.deep.equal([
        "EvidenceLogsNotConsistent",
        "EvidenceLogsNotConsistent",
        "EvidenceLogsNotGrowing",
        "EvidenceLogsStaleHead",
        "EvidenceLogsNotGrowing",
      ]);
      const stale = await failureOf(publishCheckpoint(contract, { logId, ...attempts[3]! }));
      expect(stale.details["values"]).to.deep.equal({ logId, expected: "0", actual: "3" });
      expect(await scene.problems()).to.deep.equal([]);
    });

    it("may repeat what was accepted, and nothing happens", async () => {
      await (await scene.anchor()).flush();
      const contract = EvidenceLogsFactory.connect(ground.deployment.contracts.evidenceLogs.address, ground.key);
      const root = toHex(await scene.log.rootAt(3));
      await publishCheckpoint(contract, { logId: scene.logId, expectedSize: 0, size: 3, root, proof: [] });
      expect(await scene.published()).to.have.length(1);
    });
  });

  it("reaches its chain through a door of its own that checks every answer", async () => {
    const door = await ChainDoor.open({ request: () => Promise.resolve("0x1") });
    const rpc = httpRpc(door.url, { timeoutMs: 500 });
    expect(await rpc.send("eth_chainId", [])).to.equal("0x1");
    door.script("eth_chainId", { kind: "other-id" }, { kind: "body", text: "{" }, { kind: "lost", how: "cut" });
    expect(await codeOf(rpc.send("eth_chainId", []))).to.equal("C_INCONSISTENT");
    expect(await codeOf(rpc.send("eth_chainId", []))).to.equal("C_INCONSISTENT");
    expect(await codeOf(rpc.send("eth_chainId", []))).to.equal("C_UNREACHABLE");
    await door.close();
    expect(await codeOf(rpc.send("eth_chainId", []))).to.equal("C_UNREACHABLE");
  });
});

/** A new key of the member, beside its first, that may do nothing but publish. */
async function rotatedKey({ oracle, deployment, key }: Ground): Promise<Key> {
  const next = await newKey(oracle);
  const members = MembersFactory.connect(deployment.contracts.members.address, key);
  const verifyingContract = deployment.contracts.members.address;
  const domain = { name: "Lianzheng Members", version: "1", chainId: 31337, verifyingContract };
  const added = { key: next.address, roles: maskOfRoles(["publish"]), until: NO_END, deadline: 4_000_000_000 };
  const message = { member: memberIdOf(owner), ...added };
  const consent = await next.signTypedData(domain, { KeyConsent: consentFields }, message);
  await (await members.addKey({ ...added, consent })).wait();
  return next;
}

/** End of a key that has none. */
const NO_END = 2n ** 48n - 1n;

const consentFields = [
  { name: "member", type: "bytes18" },
  { name: "key", type: "address" },
  { name: "roles", type: "uint8" },
  { name: "until", type: "uint48" },
  { name: "deadline", type: "uint256" },
];

/** After its first failure an anchor with these waits longer than any test. */
const forEver = { ...quick, backoffFirstMs: 600_000, backoffLastMs: 600_000 };
const nowhere: Hex = `0x${"12".repeat(20)}`;

function word(byte: string): Hex {
  return toHex(fromHex(`0x${byte.repeat(32)}`));
}

function moved({ deployment }: Scene, fields: object): Scene["deployment"] {
  const { contracts } = deployment;
  return { ...deployment, contracts: { ...contracts, evidenceLogs: { ...contracts.evidenceLogs, ...fields } } };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
