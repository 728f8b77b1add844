import { EvidenceLogsFactory, KeyRole } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, ZeroHash, keccak256 } from "ethers";
import {
  admit,
  digestOf,
  ethers,
  expel,
  networkHelpers,
  newKeyOf,
  now,
  suspend,
  world,
  type World,
} from "../fixture.ts";
import { CLASSIC_ENTRIES, CLASSIC_ROOTS, hex, leafHash, leavesOf, pathOf, proofOf, rootOf } from "./tree.ts";

const ORIGIN = "log.example/evidence";
const KEY = digestOf("Ed25519 public key");
const LEAVES = leavesOf(64);

const rootFor = (size: number): string => hex(rootOf(LEAVES.slice(0, size)));
const proofFor = (from: number, to: number): string[] => proofOf(from, LEAVES.slice(0, to)).map(hex);

async function withLog(): Promise<World & { logId: string }> {
  const context = await world();
  const { logs, seller } = context;
  await logs.connect(seller.key).register(ORIGIN, KEY);
  return { ...context, logId: await logs.logIdOf(seller.id, ORIGIN) };
}
const fixture = () => networkHelpers.loadFixture(withLog);

describe("EvidenceLogs: registration", () => {
  it("names a log by its owner and origin and keeps its key", async () => {
    const { logs, seller, logId } = await fixture();
    const encoded = AbiCoder.defaultAbiCoder().encode(["bytes18", "string"], [seller.id, ORIGIN]);
    expect(logId).to.equal(keccak256(encoded));
    expect(await logs.log(logId)).to.deep.equal([seller.id, KEY, ORIGIN, 0n, false]);
    expect(await logs.latest(logId)).to.deep.equal([0n, ZeroHash, 0n]);
    await expect(logs.connect(seller.key).register("other", KEY))
      .to.emit(logs, "LogRegistered")
      .withArgs(await logs.logIdOf(seller.id, "other"), seller.id, "other", KEY);
  });

  it("takes the same origin from another member, and refuses it twice from one", async () => {
    const { logs, seller, buyer, logId } = await fixture();
    await expect(logs.connect(buyer.key).register(ORIGIN, KEY)).to.emit(logs, "LogRegistered");
    await expect(logs.connect(seller.key).register(ORIGIN, KEY))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsAlreadyRegistered")
      .withArgs(logId);
  });

  const origins = ["", "a b", "a+b", "a\nb", "a\u007fb", "数据", "x".repeat(201)];
  for (const origin of origins) {
    it(`refuses the origin ${JSON.stringify(origin.slice(0, 12))} of ${origin.length} characters`, async () => {
      const { logs, seller } = await fixture();
      await expect(logs.connect(seller.key).register(origin, KEY))
        .to.be.revertedWithCustomError(logs, "EvidenceLogsOrigin")
        .withArgs(origin);
    });
  }

  it("takes an origin of 200 characters, and refuses the zero key and unknown logs", async () => {
    const { logs, seller } = await fixture();
    await expect(logs.connect(seller.key).register("x".repeat(200), KEY)).to.emit(logs, "LogRegistered");
    await expect(logs.connect(seller.key).register("zero", ZeroHash)).to.be.revertedWithCustomError(
      logs,
      "EvidenceLogsZeroKey",
    );
    await expect(logs.log(KEY)).to.be.revertedWithCustomError(logs, "EvidenceLogsUnknownLog").withArgs(KEY);
    await expect(logs.latest(KEY)).to.be.revertedWithCustomError(logs, "EvidenceLogsUnknownLog").withArgs(KEY);
  });

  it("refuses a register of members where there is no contract", async () => {
    const { logs, venue, buyer } = await fixture();
    await expect(new EvidenceLogsFactory(venue.key).deploy(buyer.address))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNoContract")
      .withArgs(buyer.address);
  });
});

describe("EvidenceLogs: publishing", () => {
  it("accepts the first checkpoint of any size with no proof, and one that extends it", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    await expect(mine.publish(logId, 0, 5, rootFor(5), []))
      .to.emit(logs, "CheckpointPublished")
      .withArgs(logId, 5, rootFor(5), 0);
    await expect(mine.publish(logId, 5, 13, rootFor(13), proofFor(5, 13)))
      .to.emit(logs, "CheckpointPublished")
      .withArgs(logId, 13, rootFor(13), 5);
    expect(await logs.latest(logId)).to.deep.equal([13n, rootFor(13), BigInt(await now())]);
    expect(await logs.rootAt(logId, 5)).to.equal(rootFor(5));
    expect(await logs.rootAt(logId, 6)).to.equal(ZeroHash);
  });

  it("does nothing when an accepted checkpoint comes again, as head or as past, whatever it expects", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    await mine.publish(logId, 0, 5, rootFor(5), []);
    await mine.publish(logId, 5, 13, rootFor(13), proofFor(5, 13));
    const at = BigInt(await now());
    for (const [expected, size] of [
      [5, 13],
      [0, 5],
      [99, 13],
    ] as const) {
      await expect(mine.publish(logId, expected, size, rootFor(size), [])).not.to.emit(logs, "CheckpointPublished");
      expect(await logs.latest(logId)).to.deep.equal([13n, rootFor(13), at]);
    }
  });

  it("lets one of two writers extend a head and tells the other where it stands", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    await mine.publish(logId, 0, 5, rootFor(5), []);
    await mine.publish(logId, 5, 8, rootFor(8), proofFor(5, 8));
    await expect(mine.publish(logId, 5, 9, rootFor(9), proofFor(5, 9)))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsStaleHead")
      .withArgs(logId, 5, 8);
    for (const expected of [0, 4, 6, 13, 2n ** 64n - 1n]) {
      await expect(mine.publish(logId, expected, 13, rootFor(13), proofFor(8, 13)), String(expected))
        .to.be.revertedWithCustomError(logs, "EvidenceLogsStaleHead")
        .withArgs(logId, expected, 8);
    }
  });

  it("refuses another root for an accepted size: no history is written twice", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    await mine.publish(logId, 0, 5, rootFor(5), []);
    await mine.publish(logId, 5, 8, rootFor(8), proofFor(5, 8));
    await expect(mine.publish(logId, 8, 8, rootFor(9), []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotGrowing")
      .withArgs(logId, 8, 8);
    await expect(mine.publish(logId, 8, 5, rootFor(9), []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotGrowing")
      .withArgs(logId, 8, 5);
    await expect(mine.publish(logId, 5, 5, rootFor(9), []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsStaleHead")
      .withArgs(logId, 5, 8);
  });

  it("refuses a fork, size 0, the zero root, sizes from 2^53 on and a proof for a first checkpoint", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    await expect(mine.publish(logId, 0, 5, rootFor(5), [rootFor(1)]))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotConsistent")
      .withArgs(logId, 0, 5);
    await expect(mine.publish(logId, 0, 0, rootFor(5), []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotGrowing")
      .withArgs(logId, 0, 0);
    await expect(mine.publish(logId, 0, 5, ZeroHash, []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsZeroRoot")
      .withArgs(logId);
    await expect(mine.publish(logId, 0, 2n ** 53n, rootFor(5), []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsSize")
      .withArgs(logId, 2n ** 53n);
    await mine.publish(logId, 0, 5, rootFor(5), []);
    const forged = [...LEAVES.slice(0, 4), LEAVES[40]!, ...LEAVES.slice(5, 13)];
    await expect(mine.publish(logId, 5, 13, hex(rootOf(forged)), proofOf(5, forged).map(hex)))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotConsistent")
      .withArgs(logId, 5, 13);
  });

  it("takes only the owner's live keys while it is active", async () => {
    const context = await fixture();
    const { members, logs, seller, buyer, outsider, logId } = context;
    await expect(logs.connect(buyer.key).publish(logId, 0, 5, rootFor(5), []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotOwner")
      .withArgs(logId, seller.id, buyer.id);
    await expect(logs.connect(outsider).publish(logId, 0, 5, rootFor(5), [])).to.be.revertedWithCustomError(
      members,
      "MembersUnknownKey",
    );
    await expect(logs.connect(seller.key).publish(KEY, 0, 5, rootFor(5), [])).to.be.revertedWithCustomError(
      logs,
      "EvidenceLogsUnknownLog",
    );
    await suspend(context, seller.id);
    await expect(logs.connect(seller.key).publish(logId, 0, 5, rootFor(5), []))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(seller.id, 2);
  });

  it("stands still while its owner is expelled, and goes on when it is readmitted, by its new key alone", async () => {
    const context = await fixture();
    const { members, logs, regulator, notary, seller, spare, logId } = context;
    await logs.connect(seller.key).publish(logId, 0, 5, rootFor(5), []);
    await expel(context, seller.id);
    const fresh = { id: seller.id, key: spare[0]!, address: await spare[0]!.getAddress() };
    const grown = [logId, 5, 8, rootFor(8), proofFor(5, 8)] as const;
    for (const [key, fault] of [
      [seller.key, "MembersKeyNotLive"],
      [fresh.key, "MembersUnknownKey"],
    ] as const) {
      await expect(logs.connect(key).publish(...grown)).to.be.revertedWithCustomError(members, fault);
    }
    await admit(members, [regulator, notary], fresh, ["supplier"]);
    await expect(logs.connect(seller.key).publish(...grown)).to.be.revertedWithCustomError(
      members,
      "MembersKeyNotLive",
    );
    await expect(logs.connect(fresh.key).publish(...grown)).to.emit(logs, "CheckpointPublished");
  });

  it("takes the greatest size there is, and nothing after it", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    const last = 2n ** 53n - 1n;
    await mine.publish(logId, 0, last, rootFor(5), []);
    await expect(mine.publish(logId, last, last + 1n, rootFor(6), []))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsSize")
      .withArgs(logId, last + 1n);
  });

  it("takes two checkpoints of one log in one block", async () => {
    const { logs, seller, logId } = await fixture();
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      const options = { gasLimit: 200_000 };
      const first = await logs.connect(seller.key).publish(logId, 0, 5, rootFor(5), [], options);
      const second = await logs.connect(seller.key).publish(logId, 5, 8, rootFor(8), proofFor(5, 8), options);
      await ethers.provider.send("evm_mine", []);
      const receipts = await Promise.all([first.wait(), second.wait()]);
      expect(receipts[0]!.blockNumber).to.equal(receipts[1]!.blockNumber);
      expect(await logs.latest(logId)).to.deep.equal([8n, rootFor(8), BigInt(await now())]);
    } finally {
      await ethers.provider.send("evm_setAutomine", [true]);
    }
  });

  it("has the roots of the classic tree of RFC 6962, and accepts its growth leaf by leaf", async () => {
    const { logs, seller, logId } = await fixture();
    const leaves = CLASSIC_ENTRIES.map((entry) => leafHash(Buffer.from(entry, "hex")));
    expect(CLASSIC_ROOTS).to.have.length(8);
    for (const [i, root] of CLASSIC_ROOTS.entries()) {
      const proof = proofOf(i, leaves.slice(0, i + 1)).map(hex);
      await logs.connect(seller.key).publish(logId, i, i + 1, `0x${root}`, proof);
    }
    expect((await logs.latest(logId)).slice(0, 2)).to.deep.equal([8n, `0x${CLASSIC_ROOTS[7]!}`]);
  });
});

describe("EvidenceLogs: keys of a log", () => {
  const [SECOND, THIRD] = [digestOf("second key"), digestOf("third key")] as const;

  it("rotate from a block on, and which counted when stays known", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    const registered = await now();
    const [second, third] = [registered + 100, registered + 200];
    await networkHelpers.time.setNextBlockTimestamp(second);
    await expect(mine.rotateKey(logId, SECOND)).to.emit(logs, "LogKeyRotated").withArgs(logId, SECOND, KEY);
    await networkHelpers.time.setNextBlockTimestamp(third);
    await expect(mine.rotateKey(logId, THIRD)).to.emit(logs, "LogKeyRotated").withArgs(logId, THIRD, SECOND);
    for (const [time, key] of [
      [0, ZeroHash],
      [registered - 1, ZeroHash],
      [registered, KEY],
      [second - 1, KEY],
      [second, SECOND],
      [third - 1, SECOND],
      [third, THIRD],
      [2n ** 64n - 1n, THIRD],
    ] as const) {
      expect(await logs.keyAt(logId, time), String(time)).to.equal(key);
    }
    expect((await logs.log(logId)).key).to.equal(THIRD);
    await expect(mine.publish(logId, 0, 5, rootFor(5), [])).to.emit(logs, "CheckpointPublished");
  });

  it("count as the later of two in one second", async () => {
    const { logs, seller, logId } = await fixture();
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      for (const key of [SECOND, THIRD]) await logs.connect(seller.key).rotateKey(logId, key, { gasLimit: 200_000 });
      await ethers.provider.send("evm_mine", []);
    } finally {
      await ethers.provider.send("evm_setAutomine", [true]);
    }
    expect(await logs.keyAt(logId, (await now()) - 1)).to.equal(KEY);
    expect(await logs.keyAt(logId, await now())).to.equal(THIRD);
  });

  it("are the owner's to rotate, and never zero or the same", async () => {
    const { logs, members, seller, buyer, outsider, logId } = await fixture();
    await expect(logs.connect(buyer.key).rotateKey(logId, SECOND))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotOwner")
      .withArgs(logId, seller.id, buyer.id);
    await expect(logs.connect(outsider).rotateKey(logId, SECOND)).to.be.revertedWithCustomError(
      members,
      "MembersUnknownKey",
    );
    const mine = logs.connect(seller.key);
    await expect(mine.rotateKey(logId, ZeroHash)).to.be.revertedWithCustomError(logs, "EvidenceLogsZeroKey");
    await expect(mine.rotateKey(logId, KEY))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsSameKey")
      .withArgs(logId, KEY);
    await expect(mine.rotateKey(KEY, SECOND))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsUnknownLog")
      .withArgs(KEY);
    await expect(logs.keyAt(KEY, 1)).to.be.revertedWithCustomError(logs, "EvidenceLogsUnknownLog").withArgs(KEY);
    expect([await logs.keyAt(logId, await now()), await logs.keyAt(logId, 2n ** 64n - 1n)]).to.deep.equal([KEY, KEY]);
  });
});

describe("EvidenceLogs: roles of the owner's keys", () => {
  it("lets a server's key register and publish, but neither rotate nor close", async () => {
    const { logs, members, seller, spare, logId } = await fixture();
    const [server, manager] = [spare[0]!, spare[1]!];
    const deadline = (await now()) + 3600;
    for (const [key, role] of [
      [server, KeyRole.publish],
      [manager, KeyRole.manage],
    ] as const) {
      await members.connect(seller.key).addKey(await newKeyOf(members, seller.id, key, deadline, { roles: 1 << role }));
    }
    const refused = [
      [logs.connect(server).rotateKey(logId, digestOf("second key")), server, KeyRole.manage],
      [logs.connect(server).close(logId, digestOf("reason")), server, KeyRole.manage],
      [logs.connect(manager).publish(logId, 0, 5, rootFor(5), []), manager, KeyRole.publish],
      [logs.connect(manager).register("other", KEY), manager, KeyRole.publish],
    ] as const;
    for (const [attempt, key, role] of refused) {
      await expect(attempt)
        .to.be.revertedWithCustomError(members, "MembersKeyRole")
        .withArgs(await key.getAddress(), role);
    }
    await expect(logs.connect(server).publish(logId, 0, 5, rootFor(5), [])).to.emit(logs, "CheckpointPublished");
    await expect(logs.connect(manager).rotateKey(logId, digestOf("second key"))).to.emit(logs, "LogKeyRotated");
    await expect(logs.connect(manager).close(logId, digestOf("reason"))).to.emit(logs, "LogClosed");
  });
});

describe("EvidenceLogs: closing", () => {
  const BECAUSE = digestOf("reason");

  it("is for ever: nothing new is accepted, and what was accepted stays and may come again", async () => {
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    await mine.publish(logId, 0, 5, rootFor(5), []);
    const at = BigInt(await now());
    await expect(mine.close(logId, BECAUSE)).to.emit(logs, "LogClosed").withArgs(logId, 5, BECAUSE);
    expect(await logs.log(logId)).to.deep.equal([seller.id, KEY, ORIGIN, 5n, true]);
    const refused = [
      () => mine.publish(logId, 5, 8, rootFor(8), proofFor(5, 8)),
      () => mine.publish(logId, 5, 5, rootFor(6), []),
      () => mine.publish(logId, 0, 5, rootFor(6), []),
      () => mine.rotateKey(logId, digestOf("second key")),
      () => mine.close(logId, BECAUSE),
    ];
    for (const [i, attempt] of refused.entries()) {
      await expect(attempt(), `attempt ${i}`).to.be.revertedWithCustomError(logs, "EvidenceLogsClosed").withArgs(logId);
    }
    await expect(mine.publish(logId, 0, 5, rootFor(5), [])).not.to.emit(logs, "CheckpointPublished");
    expect(await logs.latest(logId)).to.deep.equal([5n, rootFor(5), at]);
    expect(await logs.rootAt(logId, 5)).to.equal(rootFor(5));
    const path = pathOf(3, LEAVES.slice(0, 5)).map(hex);
    expect(await logs.isIncluded(logId, 5, hex(LEAVES[3]!), 3, path)).to.equal(true);
    await expect(mine.register(ORIGIN, KEY))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsAlreadyRegistered")
      .withArgs(logId);
    await expect(mine.register("another", KEY)).to.emit(logs, "LogRegistered");
  });

  it("is the owner's, with a reason", async () => {
    const { logs, members, seller, buyer, outsider, logId } = await fixture();
    await expect(logs.connect(buyer.key).close(logId, BECAUSE))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsNotOwner")
      .withArgs(logId, seller.id, buyer.id);
    await expect(logs.connect(outsider).close(logId, BECAUSE)).to.be.revertedWithCustomError(
      members,
      "MembersUnknownKey",
    );
    await expect(logs.connect(seller.key).close(logId, ZeroHash))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsZeroReason")
      .withArgs(logId);
    await expect(logs.connect(seller.key).close(KEY, BECAUSE))
      .to.be.revertedWithCustomError(logs, "EvidenceLogsUnknownLog")
      .withArgs(KEY);
    expect((await logs.log(logId)).closed).to.equal(false);
  });
});

describe("EvidenceLogs: all growths and places of small trees", () => {
  it("accepts every growth from m to n leaves below 40, and refuses it with a node changed, missing, added or moved", async function () {
    this.timeout(120_000);
    const { logs, seller, logId } = await fixture();
    const mine = logs.connect(seller.key);
    let growths = 0;
    let refusals = 0;
    for (let from = 1; from < 40; ++from) {
      const snapshot = await networkHelpers.takeSnapshot();
      await mine.publish(logId, 0, from, rootFor(from), []);
      for (let to = from + 1; to <= 40; ++to) {
        const proof = proofFor(from, to);
        await mine.publish.staticCall(logId, from, to, rootFor(to), proof);
        growths += 1;
        if ((from + to) % 7 !== 0) continue;
        for (const wrong of mutationsOf(proof)) {
          await expect(mine.publish.staticCall(logId, from, to, rootFor(to), wrong), `${from} to ${to}`)
            .to.be.revertedWithCustomError(logs, "EvidenceLogsNotConsistent")
            .withArgs(logId, from, to);
          refusals += 1;
        }
      }
      await snapshot.restore();
    }
    expect(growths).to.equal(780);
    expect(refusals).to.equal(668);
  });

  it("finds every leaf of every tree of up to 17 leaves, and none at another place, in another tree or by a wrong path", async () => {
    const { logs, seller, logId } = await fixture();
    let found = 0;
    for (let size = 1; size <= 17; ++size) {
      await logs.connect(seller.key).publish(logId, size - 1, size, rootFor(size), proofFor(size - 1, size));
      const tree = LEAVES.slice(0, size);
      for (let index = 0; index < size; ++index) {
        const path = pathOf(index, tree).map(hex);
        const leaf = hex(tree[index]!);
        const included = (s: number | bigint, l: string, i: number | bigint, p: string[]) =>
          logs.isIncluded(logId, s, l, i, p);
        expect(await included(size, leaf, index, path)).to.equal(true);
        found += 1;
        const wrong = await Promise.all([
          included(size, leaf, index + 1, path),
          included(size, hex(LEAVES[40]!), index, path),
          included(size + 1, leaf, index, path),
          included(size, leaf, 2n ** 64n - 1n, path),
          ...mutationsOf(path).map((p) => included(size, leaf, index, p)),
        ]);
        expect(wrong.some(Boolean), `${index} of ${size}`).to.equal(false);
      }
    }
    expect(found).to.equal(153);
  });

  it("refuses hostile paths at bounded gas", async () => {
    const { logs, seller, logId } = await fixture();
    await logs.connect(seller.key).publish(logId, 0, 5, rootFor(5), []);
    const long = Array.from({ length: 1000 }, () => rootFor(1));
    for (const path of [long.slice(0, 64), long.slice(0, 65), long, []]) {
      expect(await logs.isIncluded(logId, 5, rootFor(1), 1, path)).to.equal(false);
    }
    const before = await logs
      .connect(seller.key)
      .publish.staticCall(logId, 5, 6, rootFor(6), long)
      .catch((e: unknown) => e);
    expect(before).to.be.instanceOf(Error);
    const gas = await logs.isIncluded.estimateGas(logId, 5, rootFor(1), 1, long);
    const data = logs.interface.encodeFunctionData("isIncluded", [logId, 5, rootFor(1), 1, long]);
    const calldata = (data.length / 2) * 16;
    expect(Number(gas)).to.be.lessThan(21_000 + calldata + 20_000);
  });
});

function mutationsOf(proof: readonly string[]): string[][] {
  const [first] = proof;
  if (first === undefined) return [[rootFor(1)]];
  const flipped = first.slice(0, -1) + (first.endsWith("0") ? "1" : "0");
  const reversed = [...proof].reverse();
  return [
    [flipped, ...proof.slice(1)],
    proof.slice(1),
    proof.slice(0, -1),
    [...proof, ZeroHash],
    [...proof, first],
    ...(proof.length > 1 ? [reversed] : []),
  ];
}
