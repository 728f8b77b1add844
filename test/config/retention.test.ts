import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import {
  initNode,
  pathsOf,
  readNodeFolder,
  readNodeSettings,
  retentionEnd,
  retentionYears,
} from "@lianzheng/node/config";
import { initOf, refusalOf, withFolder } from "./fixture.ts";

async function withRetention(folder: string, retention: unknown): Promise<void> {
  const path = pathsOf(folder).settings;
  const { retention: before, ...settings } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  expect(before).to.deep.equal({ default: { years: 30 }, rules: [] });
  await writeFile(path, JSON.stringify(retention === undefined ? settings : { ...settings, retention }));
}

describe("settings of retention", () => {
  it("are thirty years for everything where a folder says nothing of them", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder));
      await withRetention(folder, undefined);
      const { retention } = await readNodeSettings(folder);
      expect(retentionYears(retention, "trade.contract")).to.equal(30);
    }));

  it("are the first rule that fits: an exact type, or the beginning of some", () => {
    const rules = [
      { type: "delivery.receipt", years: 5 },
      { type: "delivery.*", years: 10 },
    ];
    const retention = { default: { years: 30 }, rules };
    const types = ["delivery.receipt", "delivery.receipt.late", "delivery.note", "deliveryx.note", "delivery"];
    expect(types.map((type) => retentionYears(retention, type))).to.deep.equal([5, 10, 10, 30, 30]);
  });

  it("end on the same day of the year", () => {
    expect(new Date(retentionEnd(Date.parse("2024-02-29T12:00:00.000Z"), 1)).toISOString()).to.equal(
      "2025-03-01T12:00:00.000Z",
    );
    expect(new Date(retentionEnd(Date.parse("2024-02-29T12:00:00.000Z"), 4)).toISOString()).to.equal(
      "2028-02-29T12:00:00.000Z",
    );
  });

  const wrong: readonly [string, unknown, string][] = [
    ["no object", 30, "/retention"],
    ["no default", { rules: [] }, "/retention/default"],
    ["years that are no number", { default: { years: "30" }, rules: [] }, "/retention/default/years"],
    ["half a year", { default: { years: 0.5 }, rules: [] }, "/retention/default/years"],
    ["no list of rules", { default: { years: 30 }, rules: {} }, "/retention/rules"],
    [
      "a rule for no type",
      { default: { years: 30 }, rules: [{ type: "Delivery", years: 1 }] },
      "/retention/rules/0/type",
    ],
    [
      "a star in the middle",
      { default: { years: 30 }, rules: [{ type: "a.*.b", years: 1 }] },
      "/retention/rules/0/type",
    ],
    ["a star alone", { default: { years: 30 }, rules: [{ type: "*", years: 1 }] }, "/retention/rules/0/type"],
    ["an unknown member", { default: { years: 30 }, rules: [], more: 1 }, "/retention/more"],
  ];
  for (const [name, retention, field] of wrong) {
    it(`with ${name} are refused`, () =>
      withFolder(async (folder) => {
        await initNode(initOf(folder));
        await withRetention(folder, retention);
        const { code, details } = await refusalOf(readNodeSettings(folder));
        expect({ code, field: details["field"] }).to.deep.equal({ code: "CONFIG_VALUE", field });
      }));
  }
});

describe("the vault's key", () => {
  it("is random, and opened with the passphrase alone", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder));
      const { vaultKey } = await readNodeFolder(folder, {});
      expect(vaultKey).to.have.length(32);
      expect(new Set(vaultKey).size).to.be.greaterThan(8);
      const text = await readFile(pathsOf(folder).vaultKey, "utf8");
      expect(text).not.to.contain(Buffer.from(vaultKey).toString("hex"));
      await writeFile(pathsOf(folder).passphrase, "another passphrase of the tests\n");
      expect((await refusalOf(readNodeFolder(folder, {}))).code).to.equal("CONFIG_PASSPHRASE");
    }));

  it("is refused when it is missing, changed, another node's, or the log's own key under its name", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder));
      const other = join(dirname(folder), "other");
      const environment = { LIANZHENG_PASSPHRASE_FILE: pathsOf(folder).passphrase };
      await initNode(initOf(other, { origin: "log.example/other", environment }));
      const path = pathsOf(folder).vaultKey;
      const good = await readFile(path, "utf8");
      const refusalWith = async (text: string): Promise<string> => {
        await writeFile(path, text);
        return (await refusalOf(readNodeFolder(folder, {}))).code;
      };
      const flipped = good.replace(
        /"text": "0x(.)/,
        (_all, digit: string) => `"text": "0x${digit === "0" ? "1" : "0"}`,
      );
      expect(await refusalWith(flipped)).to.equal("CONFIG_PASSPHRASE");
      const renamed = good.replace(/"verifier": "[^"]*"/, '"verifier": "log.example/other+00000000+AAAA"');
      expect(await refusalWith(renamed)).to.equal("CONFIG_PASSPHRASE");
      expect(await refusalWith(await readFile(pathsOf(folder).logKey, "utf8"))).to.equal("CONFIG_VALUE");
      const disguised = (await readFile(pathsOf(folder).logKey, "utf8")).replace(
        "lianzheng-log-key",
        "lianzheng-vault-key",
      );
      expect(await refusalWith(disguised)).to.equal("CONFIG_PASSPHRASE");
      expect(await refusalWith(await readFile(pathsOf(other).vaultKey, "utf8"))).to.equal("CONFIG_KEY");
      await writeFile(path, good);
      await readNodeFolder(folder, {});
      await rm(path);
      expect((await refusalOf(readNodeFolder(folder, {}))).code).to.equal("CONFIG_MISSING");
    }));
});
