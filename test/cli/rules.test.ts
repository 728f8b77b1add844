import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { documentDigest } from "@lianzheng/sdk/schemas";
import type { JsonObject } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { compileRedLines } from "../../node/src/policies/red-lines.ts";
import { init, withFolder } from "../node/fixture.ts";
import { jsonOf, lianzheng } from "./command.ts";

const example = join(import.meta.dirname, "../../examples/red-lines.json");

describe("lianzheng rules", function () {
  this.timeout(60_000);

  it("puts a document into a node's folder under its digest, and says which it is", () =>
    withFolder(async (folder) => {
      await init(folder);
      const document = JSON.parse(await readFile(example, "utf8")) as JsonObject;
      compileRedLines(document);
      const digest = documentDigest(document);
      for (const again of [false, true]) {
        const run = await lianzheng(["rules", "add", folder, example, "--json"]);
        expect([run.exitCode, jsonOf(run)["digest"]], String(again)).to.deep.equal([0, digest]);
      }
      expect(await readdir(join(folder, "policies"))).to.deep.equal([`${digest.slice(2)}.json`]);
    }));

  it("takes nothing that is no strict JSON, and no folder that is none of a node", () =>
    withFolder(async (folder) => {
      const nowhere = await lianzheng(["rules", "add", folder, example, "--json"]);
      expect([nowhere.exitCode, jsonOf(nowhere)["code"]]).to.deep.equal([2, "CONFIG_MISSING"]);
      await init(folder);
      const odd = join(folder, "odd.json");
      await writeFile(odd, '{"a":1,"a":2}');
      const run = await lianzheng(["rules", "add", folder, odd, "--json"]);
      expect(jsonOf(run)["code"]).to.equal("CONFIG_FORMAT");
      expect(run.exitCode).to.not.equal(0);
    }));
});
