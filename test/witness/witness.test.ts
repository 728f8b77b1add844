import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { EvidenceLog } from "@lianzheng/node/log";
import { diskFiles } from "@lianzheng/node/journal";
import type { WitnessAnswer } from "@lianzheng/node/witness";
import { Witnesses } from "@lianzheng/node/witness";
import { encodeAddCheckpoint, openCheckpoint, openNote, signNote } from "@lianzheng/sdk/log";
import { FailingFiles } from "../faults/failing-files.ts";
import { withFolder } from "../journal/fixture.ts";
import { openLog, origin, otherSigner, submitOne, verifier } from "../log-node/fixture.ts";
import { served, witnessIn, witnessName, witnessVerifier } from "./fixture.ts";

async function grow(log: EvidenceLog, count: number, name = "w"): Promise<string> {
  for (let at = 0; at < count; at += 1) await submitOne(log, `${name}${log.size}`);
  return log.checkpoint();
}

async function request(log: EvidenceLog, oldSize: number, checkpoint = log.checkpoint()): Promise<string> {
  const { size } = openCheckpoint(checkpoint, [verifier]);
  const proof = oldSize === 0 || oldSize >= size ? [] : await log.consistencyProof(oldSize, size);
  return encodeAddCheckpoint({ oldSize, proof, checkpoint });
}

/** A log of its own, and another with the same key that does not begin with it. */
async function withTwoLogs(use: (log: EvidenceLog, fork: EvidenceLog, folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const { log } = await openLog(join(folder, "log"));
    const { log: fork } = await openLog(join(folder, "fork"));
    await use(log, fork, folder);
    await log.close();
    await fork.close();
  });
}

const statusOf = (answer: WitnessAnswer): number => answer.status;

describe("a witness", () => {
  it("cosigns what extends what it cosigned, and what it signs verifies under the checkpoint", () =>
    withTwoLogs(async (log, _fork, folder) => {
      const witness = witnessIn(join(folder, "state"));
      let seen = 0;
      for (const count of [3, 1, 5]) {
        const checkpoint = await grow(log, count);
        const answer = await witness.answer(await request(log, seen));
        if (answer.status !== 200) throw new Error(JSON.stringify(answer));
        const { signatures } = openNote(checkpoint + answer.cosignatures, [verifier, witnessVerifier]);
        expect(signatures.map(({ name }) => name)).to.deep.equal([origin, witnessName]);
        seen = log.size;
      }
      expect(statusOf(await witness.answer(await request(log, seen)))).to.equal(200);
      expect(await witness.seen()).to.deep.equal([{ origin, size: 9 }]);
    })).timeout(20_000);

  it("refuses in the standard's words everything else, and moves nothing", () =>
    withTwoLogs(async (log, fork, folder) => {
      const witness = witnessIn(join(folder, "state"));
      const first = await grow(log, 4);
      const empty = await witness.answer(await request(log, 0));
      expect(statusOf(empty)).to.equal(200);
      await grow(log, 3);
      const forked = await grow(fork, 4, "fork");
      const longer = await grow(fork, 3, "fork");
      const text = openNote(first, [verifier]).text;
      const cases: readonly (readonly [string, number, string])[] = [
        ["no request", 400, "hello\n"],
        [
          "an old size above the checkpoint's",
          400,
          encodeAddCheckpoint({ oldSize: 9, proof: [], checkpoint: log.checkpoint() }),
        ],
        [
          "another log",
          404,
          encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint: first.replace(origin, `${origin}/2`) }),
        ],
        ["another key", 403, encodeAddCheckpoint({ oldSize: 4, proof: [], checkpoint: signNote(text, otherSigner) })],
        ["an older size than it has seen", 409, await request(log, 0)],
        ["a size that it has not seen", 409, await request(log, 5)],
        ["the same size with another root", 409, encodeAddCheckpoint({ oldSize: 4, proof: [], checkpoint: forked })],
        [
          "a fork",
          422,
          encodeAddCheckpoint({ oldSize: 4, proof: await fork.consistencyProof(4, 7), checkpoint: longer }),
        ],
        ["no proof", 422, encodeAddCheckpoint({ oldSize: 4, proof: [], checkpoint: log.checkpoint() })],
      ];
      for (const [what, status, body] of cases) {
        const answer = await witness.answer(body);
        expect(answer.status, what).to.equal(status);
        if (answer.status === 409) expect(answer.size).to.equal(4);
        expect(await witness.seen()).to.deep.equal([{ origin, size: 4 }]);
      }
      expect(cases).to.have.length(9);
      expect(statusOf(await witness.answer(await request(log, 4)))).to.equal(200);
    })).timeout(20_000);

  it("lets one of many that come at once move its state, and tells the others where it stands", () =>
    withTwoLogs(async (log, _fork, folder) => {
      const witness = witnessIn(join(folder, "state"));
      await grow(log, 4);
      await witness.answer(await request(log, 0));
      const bodies: string[] = [];
      for (let at = 0; at < 6; at += 1) {
        await grow(log, 1);
        bodies.push(await request(log, 4));
      }
      const statuses = (await Promise.all(bodies.map((body) => witness.answer(body)))).map(statusOf);
      expect(statuses).to.deep.equal([200, 409, 409, 409, 409, 409]);
    })).timeout(20_000);

  it("gives no cosignature whose state is not on disk, and never goes back, whatever write fails", () =>
    withTwoLogs(async (log, fork, folder) => {
      await grow(log, 4);
      const first = await request(log, 0);
      await grow(log, 3);
      const second = await request(log, 4);
      const forked = encodeAddCheckpoint({ oldSize: 4, proof: [], checkpoint: await grow(fork, 4, "fork") });
      await grow(fork, 3, "fork");
      const longerFork = (oldSize: number) =>
        encodeAddCheckpoint({ oldSize, proof: [], checkpoint: fork.checkpoint() });
      let failed = 0;
      for (const manner of ["before", "after", "half"] as const) {
        for (let at = 0; at < 40; at += 1) {
          const directory = join(folder, `${manner}${at}`);
          await witnessIn(directory).answer(first);
          const files = new FailingFiles({ at, manner, errno: "EIO" });
          const given = await witnessIn(directory, files)
            .answer(second)
            .catch(() => undefined);
          if (files.failed !== undefined) failed += 1;
          // The process ends here; what follows is another one, on a good disk.
          const witness = witnessIn(directory);
          const [state] = await witness.seen();
          expect([4, 7]).to.include(state?.size);
          if (given?.status === 200) expect(state?.size).to.equal(7);
          expect(statusOf(await witness.answer(forked))).to.equal(409);
          expect(statusOf(await witness.answer(longerFork(state?.size ?? 0)))).to.be.oneOf([409, 422]);
          expect(statusOf(await witness.answer(await request(log, state?.size ?? 0)))).to.equal(200);
          if (files.failed === undefined) break;
        }
      }
      expect(failed).to.be.greaterThan(15);
    })).timeout(60_000);
});

describe("a log that asks witnesses", () => {
  const asking = async (directory: string, log: EvidenceLog, url: string, told: string[] = []): Promise<Witnesses> =>
    await Witnesses.open({
      directory,
      peers: [{ name: witnessName, verifier: witnessVerifier, url }],
      files: diskFiles,
      consistencyProof: (from, to) => log.consistencyProof(from, to),
      patienceMs: 2_000,
      refused: (_name, reason) => told.push(reason),
    });

  it("publishes their cosignatures, keeps them, and goes on from them after a restart", () =>
    withFolder(async (folder) => {
      const witness = witnessIn(join(folder, "state"));
      await served(
        (body) => witness.answer(body),
        async (url) => {
          let witnesses: Witnesses | undefined;
          const cosign = (checkpoint: string) => witnesses!.cosign(checkpoint);
          const { log } = await openLog(folder, { publication: { entries: "members", everyMs: 3_600_000, cosign } });
          witnesses = await asking(join(folder, "witnesses"), log, url);
          for (const count of [3, 2]) {
            await grow(log, count);
            await log.publish();
            const published = await readFile(join(folder, "log", "checkpoint"), "utf8");
            expect(log.publishedCheckpoint()).to.equal(published);
            expect(openNote(published, [verifier, witnessVerifier]).signatures).to.have.length(2);
            expect(openCheckpoint(published, [verifier]).size).to.equal(log.size);
          }
          expect(witnesses.states()).to.deep.equal([{ name: witnessName, size: 5, reason: null }]);
          witnesses = await asking(join(folder, "witnesses"), log, url);
          expect(witnesses.states()).to.deep.equal([{ name: witnessName, size: 5, reason: null }]);
          await grow(log, 1);
          await log.publish();
          expect(witnesses.states()[0]?.size).to.equal(6);
          await log.close();
        },
      );
    })).timeout(20_000);

  it("asks again from the size that the witness names, when it forgot what was cosigned", () =>
    withFolder(async (folder) => {
      const witness = witnessIn(join(folder, "state"));
      await served(
        (body) => witness.answer(body),
        async (url) => {
          const { log } = await openLog(folder);
          await (await asking(join(folder, "a"), log, url)).cosign(await grow(log, 4));
          const forgetful = await asking(join(folder, "b"), log, url);
          expect(openNote(await forgetful.cosign(await grow(log, 2)), [witnessVerifier]).signatures).to.have.length(1);
          expect(await readdir(join(folder, "b"))).to.have.length(1);
          await log.close();
        },
      );
    })).timeout(20_000);

  const answers: readonly (readonly [string, WitnessAnswer | { raw: string; status: number }])[] = [
    ["does not know the log", { status: 404, reason: "" }],
    ["does not know the key", { status: 403, reason: "" }],
    ["finds the log forked", { status: 422, reason: "" }],
    ["names a size of its own making again and again", { status: 409, size: 1 }],
    ["says that it has seen more than there is", { status: 409, size: 1_000_000 }],
    ["answers nothing", { status: 200, raw: "" }],
    [
      "signs with another key",
      { status: 200, raw: `\u2014 ${witnessName} ${Buffer.alloc(76, 7).toString("base64")}\n` },
    ],
    ["answers without end", { status: 200, raw: "x".repeat(100_000) }],
    ["redirects", { status: 302, raw: "" }],
    ["breaks", { status: 500, raw: "<html>" }],
  ];
  for (const [what, answer] of answers) {
    it(`publishes without the one that ${what}, and says why`, () =>
      withFolder(async (folder) => {
        await served(
          () => Promise.resolve(answer),
          async (url) => {
            const { log } = await openLog(folder);
            const told: string[] = [];
            const witnesses = await asking(join(folder, "witnesses"), log, url, told);
            const checkpoint = await grow(log, 3);
            expect(await witnesses.cosign(checkpoint)).to.equal(checkpoint);
            expect(told).to.have.length(1);
            expect(witnesses.states()).to.deep.equal([{ name: witnessName, size: 0, reason: told[0] }]);
            await log.close();
          },
        );
      })).timeout(20_000);
  }

  it("publishes without one that cannot be reached", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const witnesses = await asking(join(folder, "witnesses"), log, "http://127.0.0.1:1/witness");
      const checkpoint = await grow(log, 1);
      expect(await witnesses.cosign(checkpoint)).to.equal(checkpoint);
      expect(witnesses.states()[0]?.reason).to.not.equal(null);
      await log.close();
    })).timeout(20_000);
});
