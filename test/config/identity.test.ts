import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { expect } from "chai";
import type { FolderIdentity } from "@lianzheng/node/config";
import { bindFolder, identityPath } from "@lianzheng/node/config";
import { refusalOf, withFolder } from "./fixture.ts";

const bound: FolderIdentity = {
  logKey: "log.example/test+00000001+AQID",
  chainId: 20260,
  genesis: `0x${"11".repeat(32)}`,
  evidenceLogs: `0x${"22".repeat(20)}`,
  memberKey: `0x${"33".repeat(20)}`,
};

const others: FolderIdentity = {
  logKey: "log.example/test+00000002+AQIE",
  chainId: 20261,
  genesis: `0x${"44".repeat(32)}`,
  evidenceLogs: `0x${"55".repeat(20)}`,
  memberKey: `0x${"66".repeat(20)}`,
};

describe("the identity of a node's folder", () => {
  it("is kept at the first start, and agreed with at the next", () =>
    withFolder(async (folder) => {
      await mkdir(folder);
      await bindFolder(folder, bound);
      const text = await readFile(identityPath(folder), "utf8");
      await bindFolder(folder, { ...bound, evidenceLogs: bound.evidenceLogs.toUpperCase().replace("0X", "0x") });
      expect(await readFile(identityPath(folder), "utf8")).to.equal(text);
      expect(JSON.parse(text)).to.deep.equal({ format: "lianzheng-identity", version: 1, ...bound });
    }));

  let tried = 0;
  for (const field of Object.keys(bound) as (keyof FolderIdentity)[]) {
    it(`refuses another ${field}, and changes nothing`, () =>
      withFolder(async (folder) => {
        await mkdir(folder);
        await bindFolder(folder, bound);
        const before = await readFile(identityPath(folder), "utf8");
        const error = await refusalOf(bindFolder(folder, { ...bound, [field]: others[field] }));
        expect([error.code, error.details["field"]]).to.deep.equal(["CONFIG_IDENTITY", `/${field}`]);
        expect(error.message).to.include(String(bound[field])).and.include(String(others[field]));
        expect(await readFile(identityPath(folder), "utf8")).to.equal(before);
        expect(await readdir(folder)).to.deep.equal(["identity.json"]);
        tried += 1;
      }));
  }
  it("was tried in all five", () => expect(tried).to.equal(5));

  it("is not believed when its file is damaged", () =>
    withFolder(async (folder) => {
      await mkdir(folder);
      for (const text of ["", "{}", JSON.stringify({ format: "lianzheng-identity", version: 2, ...bound })]) {
        await writeFile(identityPath(folder), text);
        expect((await refusalOf(bindFolder(folder, bound))).code).to.be.oneOf(["CONFIG_FORMAT", "CONFIG_VALUE"]);
      }
    }));
});
