import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { contractNames, decodeDeployment } from "@lianzheng/sdk/chain";
import { newKey, openOracle, type Oracle } from "../anchor/oracle.ts";
import { owner } from "../anchor/owner.ts";

const script = resolve(import.meta.dirname, "../../scripts/deploy.ts");
const passphrase = "correct horse battery staple";

interface Run {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

describe("scripts/deploy.ts", () => {
  let oracle: Oracle;
  let folder: string;
  let privateKey: string;

  before(async function () {
    this.timeout(60_000);
    oracle = await openOracle();
    folder = await mkdtemp(join(tmpdir(), "deploy-script-"));
    const key = await newKey(oracle);
    ({ privateKey } = key);
    const keystore = await new Wallet(privateKey).encrypt(passphrase, undefined);
    const council = { seats: [{ member: owner, key: key.address.toLowerCase(), kinds: ["venue"] }], threshold: 1 };
    await writeFile(join(folder, "key.json"), keystore);
    await writeFile(join(folder, "passphrase"), `${passphrase}\n`);
    await writeFile(join(folder, "wrong-passphrase"), "something else\n");
    await writeFile(join(folder, "council.json"), JSON.stringify(council));
    await writeFile(join(folder, "no-council.json"), JSON.stringify({ seats: [], threshold: 1 }));
    await writeFile(join(folder, "torn.json"), `{"seats":`);
  });
  after(async () => {
    await oracle.close();
    await rm(folder, { recursive: true });
  });

  function run(changes: Partial<Record<string, string>> = {}, ...flags: string[]): Promise<Run> {
    const files = { keystore: "key.json", "passphrase-file": "passphrase", council: "council.json", out: "book.json" };
    const values: Partial<Record<string, string>> = {
      rpc: oracle.door.url,
      ...mapValues(files, (name) => join(folder, name)),
      ...changes,
    };
    const args = Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [`--${name}`, value],
    );
    return new Promise((done) => {
      execFile(process.execPath, [script, ...args, ...flags], (error, out, err) => {
        done({ exit: typeof error?.code === "number" ? error.code : 0, out, err });
      });
    });
  }

  const refused: readonly (readonly [string, () => Promise<Run>, number, string])[] = [
    ["no keystore", () => run({ keystore: "" }), 2, "usage"],
    ["a private key as an argument", () => run({ "private-key": "0x01" }), 2, "usage"],
    ["a file that is not there", () => run({ council: "/nowhere/council.json" }), 2, "cannot read"],
    ["a council that is no JSON", () => run({ council: join(folder, "torn.json") }), 2, "not strict JSON"],
    ["a council without seats", () => run({ council: join(folder, "no-council.json") }), 3, "C_DEPLOYMENT_FAILED"],
    ["a wrong passphrase", () => run({ "passphrase-file": join(folder, "wrong-passphrase") }), 2, "passphrase"],
    ["a chain that is not there", () => run({ rpc: "http://127.0.0.1:9" }), 3, "C_UNREACHABLE"],
  ];
  it("has seven ways to refuse", () => expect(refused).to.have.length(7));
  for (const [what, act, exit, says] of refused)
    it(`refuses ${what} and writes nothing`, async function () {
      this.timeout(60_000);
      const { exit: actual, err } = await act();
      expect(actual).to.equal(exit);
      expect(err).to.contain(says);
      expect(await readdir(folder)).to.not.contain("book.json");
    });

  it("goes on after an interruption, and leaves an address book only at the end", async function () {
    this.timeout(60_000);
    // The third contract's transaction is lost.
    const next = { kind: "late", ms: 0 } as const;
    oracle.door.script("eth_sendRawTransaction", next, next, { kind: "lost", how: "status-500" });
    const { exit } = await run();
    expect(exit).to.equal(3);
    expect(await readdir(folder))
      .to.include("book.json.draft")
      .and.not.include("book.json");

    const second = await run({}, "--json");
    expect(second.exit).to.equal(0);
    const events = second.err
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { event: string }).event);
    const rest = Array.from({ length: contractNames.length - 2 }, () => "deployed");
    expect(events).to.deep.equal(["stands already", "stands already", ...rest, "done"]);
    const book = decodeDeployment(JSON.parse(await readFile(join(folder, "book.json"), "utf8")));
    expect(decodeDeployment(JSON.parse(second.out))).to.deep.equal(book);
    expect(await readdir(folder))
      .to.include("book.json")
      .and.not.include("book.json.draft");
  });

  it("run again changes nothing", async function () {
    this.timeout(60_000);
    const before = await readFile(join(folder, "book.json"));
    const height = await oracle.request("eth_blockNumber");
    const { exit, err } = await run();
    expect(exit).to.equal(0);
    expect(err).to.contain("nothing to do");
    expect(await readFile(join(folder, "book.json"))).to.deep.equal(before);
    expect(await oracle.request("eth_blockNumber")).to.equal(height);
  });

  it("never shows the key or the passphrase", async function () {
    this.timeout(60_000);
    const runs = [
      await run(),
      await run({ "passphrase-file": join(folder, "wrong-passphrase"), out: join(folder, "b2") }),
    ];
    for (const { out, err } of runs) {
      expect(out + err).to.not.contain(privateKey.slice(2));
      expect(out + err).to.not.contain(passphrase);
    }
  });
});

function mapValues(record: Readonly<Record<string, string>>, to: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));
}
