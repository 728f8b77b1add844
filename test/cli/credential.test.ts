import { execFileSync } from "node:child_process";
import { chmod, cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StatusBits, withProof } from "@lianzheng/sdk/credential";
import { expect } from "chai";
import * as made from "../credential/fixture.ts";
import { inFolder, lianzheng } from "./command.ts";

const hourMs = 3600 * 1000;

/** As of now, for the command looks at the machine's clock. */
async function write(cwd: string, name: string, document: unknown): Promise<void> {
  await writeFile(join(cwd, name), JSON.stringify(document));
}

describe("lianzheng credential issue", function () {
  this.timeout(60_000);

  it("signs what the request says, with a key that nobody else can read, once", () =>
    inFolder(async (cwd) => {
      await cp(join(import.meta.dirname, "../../examples"), join(cwd, "examples"), { recursive: true });
      execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", "-out", "notary.pem"], { cwd });
      await chmod(join(cwd, "notary.pem"), 0o600);
      const { stdout } = await lianzheng(["credential", "issue", "--help"], { cwd });
      const [, line = ""] = /^ {2}\$ lianzheng (.+)$/m.exec(stdout) ?? [];
      const issued = await lianzheng([...line.split(" "), "--json"], { cwd });
      expect(issued.exitCode, issued.stdout).to.equal(0);
      const { issuer: id, method } = JSON.parse(issued.stdout) as { issuer: string; method: string };
      const key = id.slice("did:key:".length);
      await write(cwd, "issuers.json", made.trusting({ ...made.trusted, uscc: "91460000MA5DEM119H", id, method, key }));
      const judged = await lianzheng(["credential", "verify", "proof.vc.json", "--issuers", "issuers.json", "--json"], {
        cwd,
      });
      const { answers } = JSON.parse(judged.stdout) as { answers: { answer: string }[] };
      expect(answers.map(({ answer }) => answer)).to.deep.equal(["pass", "pass", "unknown"]);

      const codeOf = async (...args: string[]): Promise<unknown> =>
        (JSON.parse((await lianzheng([...args, "--json"], { cwd })).stdout) as { code: unknown }).code;
      expect(await codeOf(...line.split(" "))).to.equal("E_OUTPUT_EXISTS");
      await write(cwd, "wrong.json", { kind: "other" });
      const about = ["--key-file", "notary.pem", "--uscc", "91460000MA5DEM119H", "-o", "x.vc.json"];
      expect(await codeOf("credential", "issue", "wrong.json", ...about)).to.equal("E_MISSING_FIELD");
      await chmod(join(cwd, "notary.pem"), 0o644);
      expect(await codeOf("credential", "issue", "examples/compliance.json", ...about)).to.equal(
        "E_KEYFILE_PERMISSIONS",
      );
      await write(cwd, "notary.pem", "no key");
      await chmod(join(cwd, "notary.pem"), 0o600);
      expect(await codeOf("credential", "issue", "examples/compliance.json", ...about)).to.equal("E_KEY_FORMAT");
    }));
});

describe("lianzheng credential verify", function () {
  this.timeout(60_000);

  it("answers 0, 1 and 3 by what the issuer's list says", () =>
    inFolder(async (cwd) => {
      const nowMs = Date.now();
      const period = { validFrom: "2026-01-01T00:00:00Z", validUntil: new Date(nowMs + hourMs).toISOString() };
      const current = async (bits: StatusBits): Promise<unknown> => {
        const list = made.without(await made.list(bits), "proof");
        return withProof({ ...list, ...period }, made.signer, nowMs);
      };
      const unsigned = made.without(await made.issue(), "proof");
      await write(cwd, "proof.vc.json", await withProof({ ...unsigned, ...period }, made.signer, nowMs));
      await write(cwd, "issuers.json", made.trusting(made.trusted));
      await write(cwd, "list.vc.json", await current(new StatusBits()));
      await write(cwd, "revoked.vc.json", await current(new StatusBits().with(94_567)));

      const command = ["credential", "verify", "proof.vc.json", "--issuers", "issuers.json"];
      const good = await lianzheng([...command, "--status-list", "list.vc.json"], { cwd });
      expect([good.exitCode, good.stdout.split("\n")[0]]).to.deep.equal([0, "VERIFIED 核验通过  proof.vc.json"]);
      const bad = await lianzheng([...command, "--status-list", "revoked.vc.json", "--json"], { cwd });
      const { result, answers } = JSON.parse(bad.stdout) as { result: string; answers: { code?: string }[] };
      expect([bad.exitCode, result, answers[2]?.code]).to.deep.equal([1, "failed", "V_REVOKED"]);
      expect((await lianzheng(command, { cwd })).exitCode).to.equal(3);
      const none = await lianzheng(["credential", "verify", "issuers.json", "--issuers", "issuers.json"], { cwd });
      expect(none.exitCode).to.equal(1);
      const usage = await lianzheng(["credential", "verify", "proof.vc.json", "--issuers", "proof.vc.json"], { cwd });
      expect(usage.exitCode).to.equal(2);
    }));
});
