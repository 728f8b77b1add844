import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "@lianzheng/node/deployment";
import { DocumentFolder } from "@lianzheng/node/policies";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { documentDigest, recordSchemas } from "@lianzheng/sdk/schemas";
import { expect } from "chai";
import { versionAt } from "../../node/src/policies/in-force.ts";
import { NodeError } from "../../node/src/errors.ts";
import { offer, openCouncilChain, stricterOffer, verdictOn, withFollower } from "./fixture.ts";
import type { CouncilChain } from "./fixture.ts";

const name = "schema/trade.offer";
const first = stricterOffer("until");
const second = stricterOffer("rows");
const HOUR_MS = 3600_000;
const bytesOf = (document: object): Uint8Array => utf8(JSON.stringify(document));

describe("policies: following the council", function () {
  this.timeout(120_000);
  let council: CouncilChain;
  before(async () => {
    council = await openCouncilChain();
  });
  after(() => council.close());

  it("judges by what is built in until the council publishes, then by its version from its second on", () =>
    withFollower(council, async ({ follower, directory, told }) => {
      const documents = new DocumentFolder(directory, writeWhole);
      expect(verdictOn(follower, offer({ price: "1.00" }))).to.equal(undefined);
      expect(follower.book.inForce(name, follower.second())).to.deep.include({ version: 0 });
      const digest = await documents.add(bytesOf(first), "first.json");
      expect(digest).to.equal(documentDigest(first));
      await council.publish(name, 1, digest, council.now() + 4 * 24 * HOUR_MS);
      await follower.look();
      expect(verdictOn(follower, offer({ price: "1.00" })), "announced, not in force").to.equal(undefined);
      council.pass(2 * 24 * HOUR_MS);
      const refused = { code: "E_SCHEMA", field: "/body/until", policy: { name, version: 1, digest } };
      expect(verdictOn(follower, offer({ price: "1.00" }))).to.deep.equal(refused);
      expect(verdictOn(follower, offer({ price: "1.00", until: "2026-12-01T00:00:00.000Z" }))).to.equal(undefined);
      expect(told.map(({ message }) => message)).to.deep.equal(Array(2).fill("policies follow the chain"));
    }));

  it("refuses what a version governs whose document is not there, and goes on when an operator puts it in", () =>
    withFollower(council, async ({ follower, directory, told }) => {
      const digest = documentDigest(second);
      const documents = new DocumentFolder(directory, writeWhole);
      await documents.add(bytesOf(first), "first.json");
      await council.publish(name, 2, digest);
      await follower.look();
      const refused = { code: "E_SCHEMA_UNKNOWN_VERSION", field: "/type", policy: { name, version: 2, digest } };
      expect(verdictOn(follower, offer({ price: "1.00", rows: 3 }))).to.deep.equal(refused);
      expect(verdictOn(follower, { ...offer({ a: 1 }), type: "x-own.thing" }), "others go on").to.equal(undefined);
      expect(told.some(({ facts }) => "digest" in facts && facts.digest === digest)).to.equal(true);
      await documents.add(bytesOf(second), "second.json");
      await follower.look();
      expect(verdictOn(follower, offer({ price: "1.00", rows: 3 }))).to.equal(undefined);
      expect(verdictOn(follower, offer({ price: "1.00" }))).to.deep.include({ code: "E_SCHEMA", field: "/body/rows" });
    }));

  it("goes by what it knew when it starts again while the chain is away", async () => {
    const directory = await mkdtemp(join(tmpdir(), "lianzheng-away-"));
    try {
      await withFollower(council, ({ follower }) => Promise.resolve(follower.condition), { directory });
      council.away = true;
      await withFollower(
        council,
        async ({ follower }) => {
          expect(follower.condition).to.equal("C_UNREACHABLE");
          expect(verdictOn(follower, offer({ price: "1.00" }))).to.deep.include({ code: "E_SCHEMA_UNKNOWN_VERSION" });
          council.away = false;
          await follower.look();
          expect(follower.condition).to.equal(null);
        },
        { directory },
      );
    } finally {
      council.away = false;
      await rm(directory, { recursive: true });
    }
  });

  it("asks the chain two questions a look while nothing is published", () =>
    withFollower(council, async ({ follower }) => {
      const before = council.asked;
      await follower.look();
      expect(council.asked - before).to.equal(2);
    }));

  it("answers which version is in force as the contract does, in every second around each change", async () => {
    await withFollower(council, async ({ follower }) => {
      const policy = follower.book.published(name);
      if (policy === undefined) throw new TypeError("nothing was published");
      const seconds = policy.versions.flatMap(({ effectiveFrom, publishedAt }) =>
        [publishedAt, effectiveFrom].flatMap((at) => [at - 1, at, at + 1]),
      );
      for (const at of seconds) expect(versionAt(policy, at), String(at)).to.equal(await inForceOnChain(council, at));
      expect(seconds.length).to.be.greaterThan(10);
    });
  });

  it("refuses a type whose schema the council retired, and takes the built-in text again once it is published", () =>
    withFollower(council, async ({ follower }) => {
      await council.retire(name, 2);
      await follower.look();
      expect(verdictOn(follower, offer({ price: "1.00" }))).to.deep.include({ code: "E_SCHEMA_UNKNOWN_VERSION" });
      await council.publish(name, 3, documentDigest(recordSchemas.get("trade.offer") ?? {}));
      await follower.look();
      expect(follower.book.inForce(name, follower.second())).to.deep.include({ version: 3 });
      expect(verdictOn(follower, offer({ price: "1.00" }))).to.equal(undefined);
    }));

  it("does not take other code for the contract of policies", async () => {
    const { policies } = council.deployment.contracts;
    const other = { ...policies, codeHash: toHex(keccak256(utf8("other"))) };
    const deployment = { ...council.deployment, contracts: { ...council.deployment.contracts, policies: other } };
    await withFollower({ ...council, chain: council.chain, deployment }, async ({ follower }) => {
      await follower.look();
      expect(follower.condition).to.equal("C_CONTRACT_MISMATCH");
      expect(follower.book.block).to.equal(null);
    });
  });

  describe("with a disk that fails", () => {
    for (const [what, persists] of [
      ["before anything is written", false],
      ["after it was written", true],
    ] as const) {
      it(`${what}: the old version holds, it is told, and the next look or start goes on`, async () => {
        const directory = await mkdtemp(join(tmpdir(), "lianzheng-disk-"));
        let failing = true;
        const write = async (file: string, text: string): Promise<void> => {
          if (!failing || persists) await writeWhole(file, text);
          if (failing) throw new Error("EIO");
        };
        try {
          await withFollower(
            council,
            async ({ follower }) => {
              expect(follower.condition).to.equal("CONFIG_STORAGE");
              expect(follower.book.published(name), "nothing is judged by what may not be on disk").to.equal(undefined);
              expect((await readdir(directory)).includes("state.json")).to.equal(persists);
            },
            { directory, write },
          );
          council.away = true;
          await withFollower(
            council,
            ({ follower }) => {
              expect(follower.book.published(name) !== undefined).to.equal(persists);
              return Promise.resolve();
            },
            { directory },
          );
          [council.away, failing] = [false, false];
          await withFollower(
            council,
            ({ follower }) => {
              expect(follower.condition).to.equal(null);
              expect(follower.book.published(name)?.versions).to.have.length(3);
              return Promise.resolve();
            },
            { directory, write },
          );
        } finally {
          council.away = false;
          await rm(directory, { recursive: true });
        }
      });
    }

    it("and a state that is torn stops the start, naming the file", async () => {
      const directory = await mkdtemp(join(tmpdir(), "lianzheng-torn-"));
      const file = join(directory, "state.json");
      try {
        await withFollower(council, () => Promise.resolve(), { directory });
        const whole = await readFile(file, "utf8");
        for (const torn of [whole.slice(0, -20), "", "{}", whole.replace('"version": 2', '"version": 9')]) {
          await writeFile(file, torn);
          const error = await withFollower(council, () => Promise.resolve(undefined), { directory }).catch(
            (e: unknown) => e,
          );
          expect(error).to.be.instanceOf(NodeError);
          expect((error as NodeError).code).to.equal("CONFIG_FORMAT");
          expect((error as NodeError).message).to.contain(file);
        }
      } finally {
        await rm(directory, { recursive: true });
      }
    });
  });
});

describe("policies: the folder of documents", () => {
  const withFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), "lianzheng-documents-"));
    await work(folder).finally(() => rm(folder, { recursive: true }));
  };

  it("finds a document by the digest of its canonical form, however it was written", () =>
    withFolder(async (folder) => {
      const documents = new DocumentFolder(folder, writeWhole);
      const digest = await documents.add(utf8(' { "b": 1.0, "a": [] } '), "odd.json");
      expect(digest).to.equal(documentDigest({ a: [], b: 1 }));
      expect(await documents.find(digest)).to.deep.equal({ a: [], b: 1 });
      expect(await documents.list()).to.deep.equal([digest]);
      expect(await documents.find(`0x${"00".repeat(32)}`)).to.equal(undefined);
    }));

  it("refuses a file whose text is another than its name says, and what is no strict JSON", () =>
    withFolder(async (folder) => {
      const documents = new DocumentFolder(folder, writeWhole);
      const digest = await documents.add(utf8('{"a":1}'), "a.json");
      await writeFile(join(folder, `${digest.slice(2)}.json`), '{"a":2}');
      expect(await codeOf(documents.find(digest))).to.equal("CONFIG_FORMAT");
      expect(await codeOf(documents.add(utf8('{"a":1,"a":2}'), "twice.json"))).to.equal("CONFIG_FORMAT");
      expect(await codeOf(documents.add(new Uint8Array(300_000).fill(32), "large.json"))).to.equal("CONFIG_FORMAT");
    }));

  it("keeps nothing, or all, when the disk fails", () =>
    withFolder(async (folder) => {
      const before = new DocumentFolder(folder, () => Promise.reject(new Error("EIO")));
      expect(await codeOf(before.add(utf8('{"a":1}'), "a.json"))).to.equal("CONFIG_STORAGE");
      expect(await before.list()).to.deep.equal([]);
      const late = new DocumentFolder(folder, async (file, text) => {
        await writeWhole(file, text);
        throw new Error("EIO");
      });
      expect(await codeOf(late.add(utf8('{"a":1}'), "a.json"))).to.equal("CONFIG_STORAGE");
      expect(await late.find(documentDigest({ a: 1 }))).to.deep.equal({ a: 1 });
    }));
});

async function inForceOnChain({ chain, deployment }: CouncilChain, second: number): Promise<number> {
  const { policies } = contractInterfaces;
  const data = policies.encodeFunctionData("versionAt", [toHex(keccak256(utf8(name))), second]);
  const answer = await chain.send("eth_call", [{ to: deployment.contracts.policies.address, data }, "latest"]);
  return Number(policies.decodeFunctionResult("versionAt", answer as Hex)[0]);
}

async function codeOf(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => "taken",
    (error: unknown) => (error instanceof NodeError ? error.code : String(error)),
  );
}
