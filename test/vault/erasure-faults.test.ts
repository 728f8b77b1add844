import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { VaultFailpoint, VaultFailpointName } from "@lianzheng/node/vault";
import { vaultFailpoints } from "@lianzheng/node/vault";
import type { EvidenceLog } from "@lianzheng/node/log";
import type { Hex } from "@lianzheng/sdk/encoding";
import { FailingFiles } from "../faults/failing-files.ts";
import type { Manner } from "../faults/failing-files.ts";
import { refusal, withFolder } from "../journal/fixture.ts";
import { identity, openLog, otherSigner, submissionOf, submitOne } from "../log-node/fixture.ts";
import { NodeError } from "../../node/src/errors.ts";
import { checkErasures, eraseRecord, filesIn, submitMany } from "./erasing.ts";
import type { ToldErasure } from "./erasing.ts";

interface Outcome {
  readonly wanted: readonly Hex[];
  readonly told: readonly ToldErasure[];
  readonly error: unknown;
}

/** Four records, of which three are erased: one alone, two at once. On a disk, or at steps, that fail. */
async function eraseOn(folder: string, files: FailingFiles, vaultFailpoint?: VaultFailpoint): Promise<Outcome> {
  const told: ToldErasure[] = [];
  const wanted: Hex[] = [];
  let log: EvidenceLog | undefined;
  let error: unknown;
  const erase = async (target: Hex): Promise<void> => {
    const { receipt } = await eraseRecord(log!, target);
    told.push({ target, receipt });
  };
  try {
    ({ log } = await openLog(folder, { files, ...(vaultFailpoint === undefined ? {} : { vaultFailpoint }) }));
    const ids = await submitMany(log, ["a", "b", "c", "d"]);
    wanted.push(...ids.slice(0, 3));
    await erase(ids[0]!);
    const both = await Promise.allSettled(ids.slice(1, 3).map(erase));
    error = both.find((one) => one.status === "rejected")?.reason;
  } catch (cause) {
    error = cause;
  }
  await log?.close().catch((cause: unknown) => (error ??= cause));
  return { wanted, told, error };
}

describe("an erasure on a disk that fails", () => {
  const kinds: readonly { manner: Manner; errno: string; stays: boolean }[] = [
    { manner: "before", errno: "EIO", stays: false },
    { manner: "after", errno: "EIO", stays: false },
    { manner: "half", errno: "ENOSPC", stays: true },
  ];
  for (const kind of kinds) {
    it(`is done or not done, and never half, ${kind.manner} ${kind.errno}`, async () => {
      let failed = 0;
      for (let at = 0; ; at += 1) {
        const files = new FailingFiles({ at, ...kind });
        await withFolder(async (folder) => {
          const { wanted, told, error } = await eraseOn(folder, files);
          if (error !== undefined && !(error instanceof NodeError)) {
            expect(error).to.be.instanceOf(Error).with.property("message").that.contains("planned failure");
          }
          await checkErasures(folder, wanted, told);
        });
        if (files.failed === undefined) break;
        failed += 1;
      }
      expect(failed).to.be.greaterThan(40);
    }).timeout(120_000);
  }
});

describe("an erasure of which a step fails", () => {
  for (const name of vaultFailpoints) {
    it(`is completed by the next opening (${name})`, async () => {
      let thrown = 0;
      for (const nth of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
        let count = -1;
        const failpoint = (step: VaultFailpointName): void => {
          if (step !== name || (count += 1) !== nth) return;
          thrown += 1;
          throw new Error("planned failure of a step");
        };
        await withFolder(async (folder) => {
          const { wanted, told } = await eraseOn(folder, new FailingFiles(), failpoint);
          await checkErasures(folder, wanted, told);
        });
      }
      expect(thrown).to.be.greaterThan(1);
    }).timeout(60_000);
  }
});

/** Lets a process submit and erase until it kills itself; answers what it was asked and what it told. */
async function killed(folder: string, name: string, nth: number, run: number): Promise<Omit<Outcome, "error">> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "erasing-child.ts"), folder, name, String(nth), String(run)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let [printed, failure] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (failure += chunk.toString()));
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  expect(signal, failure).to.equal("SIGKILL");
  const lines = printed
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { wanted?: Hex[]; told?: ToldErasure });
  return {
    wanted: lines.flatMap(({ wanted = [] }) => wanted),
    told: lines.flatMap(({ told }) => (told === undefined ? [] : [told])),
  };
}

describe("an erasure that is killed", () => {
  const rounds = process.env["LIANZHENG_LONG"] === "1" ? 10 : 2;
  for (const name of vaultFailpoints) {
    it(`has been done if it was told, and is completed if it was begun (${name})`, () =>
      withFolder(async (folder) => {
        const [wanted, told]: [Hex[], ToldErasure[]] = [[], []];
        for (let run = 0; run < rounds; run += 1) {
          const outcome = await killed(folder, name, 1 + 3 * run, run);
          wanted.push(...outcome.wanted);
          told.push(...outcome.told);
          await checkErasures(folder, wanted, told);
        }
        expect(wanted.length).to.be.at.least(3 * rounds);
      })).timeout(rounds * 30_000);
  }
  it("was tried at every step", () => expect(vaultFailpoints).to.have.length(6));
});

describe("the bytes of an erased record", () => {
  const canary = "trade.contract";
  /** Texts that would give the body away: the disclosures as they were submitted, and what they hold. */
  const traces = (name: string): readonly string[] => {
    const { disclosures } = submissionOf(name);
    const plain = disclosures.map((text) => Buffer.from(text, "base64url").toString("utf8"));
    return [...disclosures, ...plain, `price ${name}`];
  };

  it("are in no file of the folder, before the erasure in the clear, after it in any form that a key is left for", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const names = ["first-canary", "second-canary"];
      const [first] = await submitMany(log, names);
      const found = async (): Promise<readonly string[]> => {
        const files = [...(await filesIn(folder))];
        expect(
          files.some(([, bytes]) => bytes.includes(canary)),
          "entries are in the clear, so files are read",
        ).to.equal(true);
        return files
          .filter(([, bytes]) => names.flatMap(traces).some((text) => bytes.includes(text)))
          .map(([file]) => file);
      };
      expect(await found()).to.deep.equal([]);
      await eraseRecord(log, first!);
      await log.close();
      expect(await found()).to.deep.equal([]);
      const { log: again } = await openLog(folder);
      expect((await again.recordById(first!))?.disclosures).to.deep.equal([]);
      expect((await again.recordAt(1))?.disclosures).to.deep.equal(submissionOf("second-canary").disclosures);
      await again.close();
    }));

  it("cannot be confirmed by who guesses the request: no digest of it is kept", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      await submitOne(log, "guessed");
      await log.close();
      const digest = Buffer.from(identity("guessed").requestDigest.slice(2), "hex");
      for (const [file, bytes] of await filesIn(folder)) expect(bytes.includes(digest), file).to.equal(false);
    }));

  it("are erased again where the vault is an older copy than the journal", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const [first] = await submitMany(log, ["a", "b"]);
      await cp(join(folder, "vault"), join(folder, "copy"), { recursive: true });
      const { receipt } = await eraseRecord(log, first!);
      await log.close();
      await rm(join(folder, "vault"), { recursive: true });
      await cp(join(folder, "copy"), join(folder, "vault"), { recursive: true });
      const { log: again, progress } = await openLog(folder);
      expect(progress).to.deep.include({ stage: "erasures-completed", records: 1 });
      expect((await again.recordById(first!))?.erasedBy).to.equal(receipt.records[0]!.index);
      await again.close();
    }));
});

describe("a log with another vault", () => {
  it("is refused, and the index is made again without any", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      await submitMany(log, ["a", "b"]);
      await log.close();
      await refusal(openLog(folder, { vaultKey: Buffer.alloc(32, 9) }), "VAULT_KEY");
      await cp(join(folder, "vault"), join(folder, "kept"), { recursive: true });
      await rm(join(folder, "vault"), { recursive: true });
      await rm(join(folder, "index"), { recursive: true });
      await refusal(openLog(folder), "VAULT_MISSING");
      await withFolder(async (other) => {
        const { log: foreign } = await openLog(other, { signer: otherSigner });
        await submitMany(foreign, ["a", "b"]);
        await foreign.close();
        await rm(join(folder, "vault"), { recursive: true, force: true });
        await cp(join(other, "vault"), join(folder, "vault"), { recursive: true });
        await refusal(openLog(folder), "VAULT_IDENTITY");
      });
      await rm(join(folder, "vault"), { recursive: true });
      await cp(join(folder, "kept"), join(folder, "vault"), { recursive: true });
      const { log: again } = await openLog(folder);
      expect((await again.recordAt(1))?.disclosures).to.deep.equal(submissionOf("b").disclosures);
      await again.close();
    }));

  it("that knows of erasures that the journal has lost is refused", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const [first] = await submitMany(log, ["a", "b"]);
      await log.close();
      for (const part of ["journal", "index"])
        await cp(join(folder, part), join(folder, `kept-${part}`), { recursive: true });
      const { log: more } = await openLog(folder);
      await eraseRecord(more, first!);
      await more.close();
      for (const part of ["journal", "index"]) {
        await rm(join(folder, part), { recursive: true });
        await cp(join(folder, `kept-${part}`), join(folder, part), { recursive: true });
      }
      await refusal(openLog(folder), "JOURNAL_CORRUPT");
    }));
});
