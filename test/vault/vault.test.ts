import { cp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect } from "chai";
import type { Files } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";
import type { MendedCopy, VaultOptions } from "@lianzheng/node/vault";
import { Vault, newKeys, openDisclosures, sealDisclosures, sealUnder, shardRecords } from "@lianzheng/node/vault";
import { refusal, withFolder } from "../journal/fixture.ts";

const key = Buffer.alloc(32, 7);
const identity = "log.example/a+00000001";

async function open(directory: string, options: Partial<VaultOptions> = {}): Promise<Vault> {
  return await Vault.open({ directory, identity, key, records: 0, ...options });
}

/** A vault with three shards, two keys of the first one destroyed, closed again; answers some of its keys. */
async function filled(directory: string): Promise<ReadonlyMap<number, string>> {
  const vault = await open(directory);
  await vault.reserve(2 * shardRecords + 1);
  await vault.erase([
    { index: 5, by: 100 },
    { index: 9, by: 101 },
  ]);
  const keys = keysOf(vault);
  await vault.close();
  return keys;
}

const some = [0, 4, 6, 8, 10, shardRecords - 1, shardRecords, 2 * shardRecords];

function keysOf(vault: Vault): ReadonlyMap<number, string> {
  return new Map(some.map((index) => [index, vault.key(index)!.toString("hex")]));
}

async function checkFilled(directory: string, keys: ReadonlyMap<number, string>): Promise<readonly MendedCopy[]> {
  const mended: MendedCopy[] = [];
  const vault = await open(directory, { records: 2 * shardRecords + 1, onMended: (copy) => mended.push(copy) });
  expect(keysOf(vault)).to.deep.equal(keys);
  expect([vault.key(5), vault.key(9)]).to.deep.equal([undefined, undefined]);
  expect([vault.erasedBy(5), vault.erasedBy(9), vault.erasedBy(6)]).to.deep.equal([100, 101, undefined]);
  expect([...vault.erasures()]).to.have.members([100, 101]);
  await vault.close();
  return mended;
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = bytes[at]! ^ 1;
  await writeFile(path, bytes);
}

/** The real disk, which writes down what is done to it, each with the file's name. */
function recording(done: string[]): Files {
  return {
    ...diskFiles,
    open: async (path, mode) => {
      const file = await diskFiles.open(path, mode);
      const name = basename(path);
      if (mode === "create") done.push(`create ${name}`);
      return {
        ...file,
        write: (bytes, position) => (done.push(`write ${name}`), file.write(bytes, position)),
        datasync: () => (done.push(`sync ${name}`), file.datasync()),
      };
    },
    syncDirectory: (directory) => (done.push("sync directory"), diskFiles.syncDirectory(directory)),
  };
}

describe("a vault", () => {
  it("syncs each copy before the next is touched, and the directory that has a new name", () =>
    withFolder(async (folder) => {
      const done: string[] = [];
      const vault = await open(folder, { files: recording(done) });
      const made = (name: string) => [`create ${name}`, `write ${name}`, `sync ${name}`, "sync directory"];
      expect(done).to.deep.equal(["00000000.a", "00000000.b", "00000001.a", "00000001.b"].flatMap(made));
      done.length = 0;
      await vault.erase([{ index: 7, by: 8 }]);
      const rewritten = (name: string) => [`write ${name}`, `sync ${name}`];
      expect(done).to.deep.equal(["00000000.a", "00000000.b"].flatMap(rewritten));
      await vault.close();
      await rm(join(folder, "00000000.b"));
      done.length = 0;
      await (await open(folder, { files: recording(done), records: 3 })).close();
      expect(done, "a mended copy").to.deep.equal(made("00000000.b"));
    }));

  it("has the same keys when it is opened again, and none that was destroyed", () =>
    withFolder(async (folder) => {
      const keys = await filled(folder);
      expect(new Set(keys.values()).size).to.equal(some.length);
      expect(await checkFilled(folder, keys)).to.deep.equal([]);
    }));

  it("makes the shard after the one in use ahead, and is then ready at once", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      expect(vault.reserve(1)).to.equal(true);
      expect(vault.reserve(shardRecords + 1), "starts the third in the background").to.equal(true);
      await vault.close();
      expect(await readdir(folder)).to.have.length(6);
    }));

  it("refuses a key that was not reserved", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      expect(() => vault.key(5 * shardRecords))
        .to.throw()
        .with.property("code", "VAULT_MISSING");
      await vault.close();
    }));

  it("holds no key in the clear", () =>
    withFolder(async (folder) => {
      const keys = await filled(folder);
      for (const name of await readdir(folder)) {
        const bytes = await readFile(join(folder, name));
        for (const one of keys.values()) expect(bytes.includes(Buffer.from(one, "hex"))).to.equal(false);
      }
    }));

  it("mends a copy that is missing, damaged or older from the other one", () =>
    withFolder(async (folder) => {
      const keys = await filled(folder);
      const older = await readFile(join(folder, "00000001.a"));
      await rm(join(folder, "00000000.a"));
      expect(await checkFilled(folder, keys)).to.deep.equal([{ file: join(folder, "00000000.a"), reason: "missing" }]);
      // One bit of each part of the file: magic, number, version, identity, nonce, length, text, tag, checksum.
      for (const at of [0, 4, 15, 20, 50, 63, 70, 64 + 36 + 8 + 5, 200]) {
        await flip(join(folder, "00000001.b"), at);
        const [copy] = await checkFilled(folder, keys);
        if (at < 150) expect(copy).to.deep.equal({ file: join(folder, "00000001.b"), reason: "damaged" });
      }
      const vault = await open(folder, { records: 2 * shardRecords + 1 });
      await vault.erase([{ index: shardRecords + 1, by: 102 }]);
      await vault.close();
      await writeFile(join(folder, "00000001.a"), older);
      const again = await open(folder, { records: 2 * shardRecords + 1 });
      expect(again.key(shardRecords + 1), "the newer copy counts").to.equal(undefined);
      await again.close();
      expect(await readFile(join(folder, "00000001.a"))).not.to.deep.equal(older);
    }));

  it("refuses when both copies of a shard that has records are missing or damaged", () =>
    withFolder(async (folder) => {
      await filled(folder);
      const records = 2 * shardRecords + 1;
      await cp(folder, `${folder}-copy`, { recursive: true });
      for (const copy of ["a", "b"]) await flip(join(folder, `00000001.${copy}`), 80);
      await refusal(open(folder, { records }), "VAULT_CORRUPT");
      for (const copy of ["a", "b"]) await rm(join(folder, `00000001.${copy}`));
      await refusal(open(folder, { records }), "VAULT_MISSING");
      await rm(folder, { recursive: true });
      await refusal(open(folder, { records }), "VAULT_MISSING");
      await rm(`${folder}-copy`, { recursive: true });
    }));

  it("makes a shard again that no record needs yet and whose making was torn", () =>
    withFolder(async (folder) => {
      await (await open(folder)).close();
      for (const copy of ["a", "b"]) await writeFile(join(folder, `00000001.${copy}`), copy === "a" ? "torn" : "");
      const vault = await open(folder, { records: 3 });
      expect(vault.key(shardRecords)).to.have.length(32);
      await vault.close();
    }));

  it("refuses copies that contradict each other", () =>
    withFolder(async (folder) => {
      await filled(folder);
      const records = 2 * shardRecords + 1;
      const first = await readFile(join(folder, "00000001.a"));
      const vault = await open(folder, { records });
      for (const by of [200, 201]) await vault.erase([{ index: shardRecords + by, by }]);
      await vault.close();
      await writeFile(join(folder, "00000001.a"), first);
      await refusal(open(folder, { records }), "VAULT_CORRUPT");
    }));

  it("refuses shards that were swapped, another log's, and another key", () =>
    withFolder(async (folder) => {
      await filled(folder);
      const records = 2 * shardRecords + 1;
      await refusal(open(folder, { records, identity: "log.example/b+00000002" }), "VAULT_IDENTITY");
      await refusal(open(folder, { records, key: Buffer.alloc(32, 8) }), "VAULT_KEY");
      for (const copy of ["a", "b"]) {
        await rename(join(folder, `00000000.${copy}`), join(folder, "kept"));
        await rename(join(folder, `00000001.${copy}`), join(folder, `00000000.${copy}`));
        await rename(join(folder, "kept"), join(folder, `00000001.${copy}`));
      }
      await refusal(open(folder, { records }), "VAULT_IDENTITY");
    }));

  it("that is inspected gives its keys, and is not changed: nothing is made, mended or erased", () =>
    withFolder(async (folder) => {
      const keys = await filled(folder);
      await rm(join(folder, "00000000.a"));
      await flip(join(folder, "00000001.b"), 70);
      await flip(join(folder, "00000002.a"), 70);
      const before = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
      const vault = await Vault.inspect({ directory: folder, identity, key });
      expect(keysOf(vault)).to.deep.equal(keys);
      expect([vault.key(5), vault.erasedBy(5)]).to.deep.equal([undefined, 100]);
      await refusal(vault.erase([{ index: 1, by: 2 }]), "VAULT_FAILED");
      expect(() => vault.key(20 * shardRecords))
        .to.throw()
        .with.property("code", "VAULT_MISSING");
      await vault.close();
      expect(await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))))).to.deep.equal(
        before,
      );
      await flip(join(folder, "00000002.b"), 70);
      await refusal(Vault.inspect({ directory: folder, identity, key }), "VAULT_CORRUPT");
      const none = await Vault.inspect({ directory: join(folder, "none"), identity, key });
      expect(() => none.key(0))
        .to.throw()
        .with.property("code", "VAULT_MISSING");
      expect(await readdir(folder)).not.to.include("none");
    }));

  it("does not rewrite a copy while the other one is damaged", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      await flip(join(folder, "00000000.b"), 70);
      await refusal(vault.erase([{ index: 1, by: 2 }]), "VAULT_CORRUPT");
      expect(vault.failure?.code).to.equal("VAULT_CORRUPT");
      await vault.close();
      const again = await open(folder, { records: 3 });
      await again.erase([{ index: 1, by: 2 }]);
      expect(again.key(1)).to.equal(undefined);
      await again.close();
    }));

  it("overwrites the whole file where a shard shrinks", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      const every = (from: number) => Array.from({ length: 2048 }, (_, at) => ({ index: 2 * at + from, by: at }));
      await vault.erase(every(0));
      const large = await readFile(join(folder, "00000000.a"));
      await vault.erase(every(1));
      await vault.close();
      for (const copy of ["a", "b"]) {
        const bytes = await readFile(join(folder, `00000000.${copy}`));
        const end = 64 + bytes.readUInt32BE(60) + 16 + 32;
        expect(end).to.be.lessThan(large.length / 2);
        expect(bytes.length).to.equal(large.length);
        expect(bytes.subarray(end).every((byte) => byte === 0)).to.equal(true);
      }
    }));

  it("of which every key is destroyed says so, one by one", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      await vault.erase(Array.from({ length: shardRecords }, (_, index) => ({ index, by: index })));
      await vault.close();
      const again = await open(folder, { records: shardRecords });
      for (let index = 0; index < shardRecords; index += 1) {
        if (again.key(index) !== undefined || again.erasedBy(index) !== index) expect.fail(`key ${index}`);
      }
      await again.close();
    }));
});

describe("sealed disclosures", () => {
  const place = { index: 3, leaf: Buffer.alloc(32, 1) };
  const disclosures = ["WyJhIl0", "WyJiIl0"];

  it("are opened where they were sealed, and nowhere else", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      const sealed = sealDisclosures(vault, place, disclosures);
      expect(sealed.includes("WyJhIl0")).to.equal(false);
      expect(openDisclosures(vault, { ...place, sealed })).to.deep.equal(disclosures);
      const elsewhere = [
        { ...place, index: 4 },
        { ...place, leaf: Buffer.alloc(32, 2) },
      ];
      for (const other of elsewhere) {
        expect(() => openDisclosures(vault, { ...other, sealed }))
          .to.throw()
          .with.property("code", "JOURNAL_CORRUPT");
      }
      for (let at = 0; at < sealed.length; at += 1) {
        const altered = Buffer.from(sealed);
        altered[at] = altered[at]! ^ 0x80;
        expect(() => openDisclosures(vault, { ...place, sealed: altered }))
          .to.throw()
          .with.property("code", "JOURNAL_CORRUPT");
      }
      expect(() => openDisclosures(vault, { ...place, sealed: sealed.subarray(0, 20) })).to.throw();
      await vault.close();
    }));

  it("are bound to their index beside their key, so that none is another's even under one key", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      const [key] = newKeys(vault, place.index, 1);
      const sealed = sealUnder(key!, { ...place, index: 4 }, disclosures);
      expect(() => openDisclosures(vault, { ...place, sealed }))
        .to.throw()
        .with.property("code", "JOURNAL_CORRUPT");
      expect(openDisclosures(vault, { ...place, sealed: sealUnder(key!, place, disclosures) })).to.deep.equal(disclosures);
      await vault.close();
    }));

  it("of one text under one key are never the same bytes", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      const sealed = Array.from({ length: 3000 }, () => sealDisclosures(vault, place, disclosures).toString("latin1"));
      expect(new Set(sealed.map((text) => text.slice(0, 12))).size).to.equal(sealed.length);
      await vault.close();
    }));

  it("are gone with their key", () =>
    withFolder(async (folder) => {
      const vault = await open(folder);
      const sealed = sealDisclosures(vault, place, disclosures);
      await vault.erase([{ index: 3, by: 4 }]);
      expect(openDisclosures(vault, { ...place, sealed })).to.equal(undefined);
      expect(() => sealDisclosures(vault, place, disclosures))
        .to.throw()
        .with.property("code", "VAULT_CORRUPT");
      await vault.close();
    }));
});
