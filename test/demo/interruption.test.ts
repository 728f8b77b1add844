import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { NodeClient } from "@lianzheng/sdk/client";
import { expect } from "chai";
import { finish, inFolder, startCommand } from "../cli/command.ts";

describe("the demo, interrupted", function () {
  this.timeout(120_000);

  it("ends with 130, stops what it started and leaves no keys behind", () =>
    inFolder(async (folder) => {
      const child = startCommand(["demo", "--out", "out"], { cwd: folder });
      let told = "";
      while (!told.includes("2. ")) told += String((await once(child.stderr!, "data"))[0]);
      const chainUrl = /http:\/\/127\.0\.0\.1:\d+/.exec(told)![0];
      expect((await fetch(chainUrl, { method: "POST", body: "{}" })).status).to.be.greaterThan(0);
      child.kill("SIGINT");
      expect((await finish(child)).exitCode).to.equal(130);
      const answer = await fetch(chainUrl, { method: "POST", body: "{}" }).catch((error: unknown) => error);
      expect(answer).to.be.instanceOf(TypeError);
      expect((await readdir(join(folder, "out"))).sort()).to.deep.equal([".lianzheng-demo", "evidence"]);
    }));

  const long = process.env["LIANZHENG_LONG"] === "1" ? it : it.skip;

  long("with --keep runs chain and nodes again on what they had, until Ctrl-C", () =>
    inFolder(async (folder) => {
      const child = startCommand(["demo", "--keep", "--json"], { cwd: folder });
      child.stderr?.resume();
      const [line] = (await once(child.stdout!, "data")) as [Buffer];
      const { running } = JSON.parse(String(line)) as { readonly running: readonly { name: string; url: string }[] };
      expect(running.map(({ name }) => name)).to.deep.equal([
        "chain",
        "log.qiongzhou.example/demo",
        "log.shipping.example/demo",
      ]);
      const status = await new NodeClient({ url: running[1]!.url }).status();
      expect(status).to.deep.include({ size: 10_026, origin: "log.qiongzhou.example/demo" });
      child.kill("SIGINT");
      expect((await finish(child)).exitCode).to.equal(130);
    }),
  );

  it("refuses a folder that it did not make, before it starts anything", () =>
    inFolder(async (folder) => {
      const run = await finish(startCommand(["demo", "--out", "..", "--json"], { cwd: folder }));
      expect(run.exitCode).to.equal(2);
      expect(JSON.parse(run.stdout)).to.include({ result: "error", code: "E_OUTPUT_FOREIGN" });
    }));
});
