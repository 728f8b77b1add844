import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { defaultTokenDays } from "@lianzheng/node/config";
import { callerOf, init, owner, until, withFolder, withNode } from "../node/fixture.ts";
import { jsonOf, lianzheng } from "./command.ts";

interface Issued {
  readonly id: string;
  readonly member: string;
  readonly scopes: readonly string[];
  readonly until: string;
  readonly from: string;
  readonly token: string;
}

describe("lianzheng token", function () {
  this.timeout(120_000);

  it("issues a token that a running node takes, and revokes it, without a restart", () =>
    withFolder(async (folder) => {
      await init(folder);
      await withNode(folder, async (node) => {
        const run = await lianzheng(["token", "issue", folder, "--scopes", "submit", "--days", "2", "--json"]);
        expect(run.exitCode, run.stderr).to.equal(0);
        const issued = jsonOf(run) as unknown as Issued;
        expect(issued).to.deep.include({ member: owner, scopes: ["submit"] });
        expect(Date.parse(issued.until) - Date.parse(issued.from)).to.equal(2 * 86_400_000);
        const status = async (): Promise<number> => {
          const record = {
            type: "x-test.step",
            subject: "thing:1",
            occurredAt: "2026-11-22T09:14:05.120Z",
            body: { a: 1 },
          };
          return (await callerOf(node, issued.token).submit(record, "k")).status;
        };
        await until(async () => ((await status()) === 401 ? undefined : true));
        const listed = await lianzheng(["token", "list", folder]);
        expect(listed.stdout).to.match(new RegExp(`${issued.id} +${owner} +submit +\\S+ +valid`));
        expect(listed.stdout).not.to.contain(issued.token.slice(12));
        const revoked = await lianzheng(["token", "revoke", folder, issued.id, "--json"]);
        expect(jsonOf(revoked)).to.include({ result: "done", id: issued.id, state: "revoked" });
        await until(async () => ((await status()) === 401 ? true : undefined));
      });
    }));

  it("writes a token to a file for its owner alone, and nowhere else", () =>
    withFolder(async (folder) => {
      await init(folder);
      const file = join(folder, "../read-token.txt");
      const run = await lianzheng(["token", "issue", folder, "--scopes", "read", "--token-file", file]);
      const token = (await readFile(file, "utf8")).trim();
      expect(token).to.match(/^lz_[0-9a-f]{8}_/);
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      expect(run.stdout + run.stderr).not.to.contain(token);
      const again = await lianzheng(["token", "issue", folder, "--token-file", file, "--json"]);
      expect(jsonOf(again)).to.include({ code: "E_OUTPUT_EXISTS", exitCode: 2 });
    }));

  it("says in its help how long a token is good, and that is what it does", async () => {
    const { stdout } = await lianzheng(["token", "issue", "--help"]);
    expect(stdout.replaceAll(/\s+/g, " ")).to.contain(`${String(defaultTokenDays)} if left out`);
  });

  const refusals: readonly (readonly [readonly string[], string])[] = [
    [[], "E_USAGE"],
    [["isue"], "E_USAGE"],
    [["issue"], "E_USAGE"],
    [["issue", "absent"], "CONFIG_MISSING"],
    [["issue", "absent", "--member", "91460000MA5DEM119X"], "E_USAGE"],
    [["issue", "absent", "--member", owner, "--scopes", "write"], "E_USAGE"],
    [["issue", "absent", "--member", owner, "--scopes", ""], "E_USAGE"],
    [["issue", "absent", "--days", "0"], "E_USAGE"],
    [["issue", "absent", "--days", "3651"], "E_USAGE"],
    [["list", "absent"], "CONFIG_MISSING"],
    [["revoke", "absent", "01234567"], "CONFIG_MISSING"],
    [["revoke", "absent", "not an id"], "E_USAGE"],
  ];

  for (const [args, code] of refusals) {
    it(`refuses "token ${args.join(" ")}" with ${code}`, async () => {
      const run = await lianzheng(["token", ...args, "--json"]);
      expect(run.exitCode).to.equal(2);
      expect(jsonOf(run)).to.include({ result: "error", code });
    });
  }

  it("has its refusals", () => expect(refusals).to.have.length(12));
});
