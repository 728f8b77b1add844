import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, lianzheng } from "./command.ts";
import type { Run } from "./command.ts";
import { endServices, startService } from "./service.ts";

const recordOf = (type: string, at: number) => ({
  type,
  subject: "thing:1",
  occurredAt: "2026-11-22T09:14:05.120Z",
  body: { canary: `secret-${at}` },
});

const types = ["x-test.step", "x-test.step", "x-kept.step"];

function jsonOf({ stdout }: Run): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("lianzheng erase and retention", function () {
  this.timeout(120_000);
  afterEach(endServices);

  it("erase a record for a reason, list what is past its retention, and erase that, once", () =>
    inFolder(async (cwd) => {
      const about = ["--origin", "log.x/1", "--owner", "91460000MA5DEM119H", "--port", "0", "--anchor-seconds", "1"];
      const made = await lianzheng(["init", "node", ...about, "--token-file", "t", "--json"], { cwd });
      expect(made.exitCode, made.stderr + made.stdout).to.equal(0);
      const path = join(cwd, "node", "lianzheng.json");
      const settings = JSON.parse(await readFile(path, "utf8")) as object;
      const retention = { default: { years: 0 }, rules: [{ type: "x-kept.*", years: 7 }] };
      await writeFile(path, JSON.stringify({ ...settings, retention }));
      const { ready, stop } = await startService(["start", "node"], { cwd });
      const to = ["--url", String(ready["url"]), "--token-file", "t"];
      await writeFile(join(cwd, "records.json"), JSON.stringify(types.map(recordOf)));
      const submitted = await lianzheng(["submit", "records.json", ...to, "--wait", "anchored", "--json"], { cwd });
      const ids = (jsonOf(submitted)["records"] as { id: string }[]).map(({ id }) => id);

      const listed = await lianzheng(["retention", ...to, "--json"], { cwd });
      expect(jsonOf(listed)).to.deep.include({ records: 2, erased: false });
      const early = await lianzheng(["erase", ids[2]!, ...to, "--ground", "retention-ended", "--json"], { cwd });
      expect([early.exitCode, jsonOf(early)["code"]]).to.deep.equal([3, "E_RETENTION"]);
      const bare = await lianzheng(["erase", ids[2]!, ...to, "--ground", "court-order", "--json"], { cwd });
      expect([bare.exitCode, jsonOf(bare)["code"]]).to.deep.equal([2, "E_MISSING_FIELD"]);

      const order = [
        "erase",
        ids[2]!,
        ...to,
        "--ground",
        "court-order",
        "--reference",
        "(2026) 琼 01 民初 12 号",
        "--json",
      ];
      const erased = jsonOf(await lianzheng(order, { cwd }));
      expect(erased).to.include({ state: "erased", record: ids[2] });
      const again = jsonOf(await lianzheng(order, { cwd }));
      expect(again).to.deep.include({ state: "erased before", records: erased["records"] });

      const swept = await lianzheng(["retention", "--erase", ...to, "--json"], { cwd });
      // The third is the node's own record of the erasure that it refused above: it is kept as long as any other.
      expect(jsonOf(swept)).to.deep.include({ records: 3, erased: true });
      expect(jsonOf(await lianzheng(["retention", ...to, "--json"], { cwd }))).to.include({ records: 0 });
      expect((await lianzheng(["retention", ...to], { cwd })).stdout).to.contain("nothing is past its retention");

      const gone = await lianzheng(["evidence", ids[0]!, ...to, "--json"], { cwd });
      expect(jsonOf(gone)["code"]).to.equal("E_ERASED");
      await writeFile(join(cwd, "last.json"), JSON.stringify(recordOf("x-kept.step", 9)));
      await lianzheng(["submit", "last.json", ...to, "--wait", "anchored"], { cwd });
      const bundle = await lianzheng(["evidence", "--subject", "thing:1", ...to, "-o", "b.evidence.json"], { cwd });
      expect(bundle.exitCode, bundle.stderr).to.equal(0);
      expect(await stop("SIGTERM")).to.equal(0);
      const text = await readFile(join(cwd, "b.evidence.json"), "utf8");
      expect(text).not.to.contain("secret-0");
      const { records } = JSON.parse(text) as { records: { disclosures: string[] }[] };
      expect(records.map(({ disclosures }) => disclosures.length > 0)).to.deep.equal([
        ...[false, false, false],
        ...[true, true, true],
        true,
      ]);
    }));

  it("refuse what is no id and no ground, before anything is asked", async () => {
    const to = ["--url", "http://127.0.0.1:1"];
    const cases = [
      ["erase", "0x12", ...to, "--ground", "court-order"],
      ["erase", `0x${"1".repeat(64)}`, ...to, "--ground", "because"],
      ["erase", `0x${"1".repeat(64)}`, ...to],
    ];
    for (const args of cases) expect((await lianzheng([...args, "--json"])).exitCode).to.equal(2);
  });
});
