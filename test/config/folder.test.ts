import { chmod, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { defaultSettings, initNode, pathsOf, readNodeFolder, readNodeSettings } from "@lianzheng/node/config";
import { initOf, owner, refusalOf, withFolder } from "./fixture.ts";

describe("a node's folder", () => {
  it("is set up and read back with the same keys", () =>
    withFolder(async (folder) => {
      const made = await initNode(initOf(folder, { port: 0, anchor: { everySeconds: 3 } }));
      const read = await readNodeFolder(folder, {});
      expect(read.settings).to.deep.equal(made.settings);
      expect(read.settings).to.deep.include({ origin: "log.example/test", owner, logLevel: "info" });
      expect(read.settings.anchor).to.deep.equal({ ...defaultSettings.anchor, everySeconds: 3 });
      expect(read.logKey.verifier).to.equal(made.logKey);
      expect(read.memberKey.address).to.equal(made.memberAddress);
      expect(read.sealerKey?.address).to.match(/^0x[0-9a-f]{40}$/);
      expect(read.deployment).to.equal(undefined);
      expect(read.passphraseSource).to.equal("generated");
    }));

  it("lets nobody else read what is secret", () =>
    withFolder(async (folder) => {
      const { paths } = await initNode(initOf(folder));
      const secrets = await readdir(paths.keys);
      expect(secrets.sort()).to.deep.equal([
        "log.json",
        "member.json",
        "passphrase",
        "sealer.json",
        "tokens.json",
        "vault.json",
      ]);
      for (const name of secrets) expect((await stat(join(paths.keys, name))).mode & 0o777).to.equal(0o600);
      for (const path of [paths.folder, paths.keys]) expect((await stat(path)).mode & 0o777).to.equal(0o700);
    }));

  it("holds neither the token nor a key in the clear", () =>
    withFolder(async (folder) => {
      const { paths, adminToken } = await initNode(initOf(folder));
      const { memberKey, sealerKey, logKey } = await readNodeFolder(folder, {});
      const { d = "" } = logKey.privateKey.export({ format: "jwk" });
      const secrets = [adminToken, memberKey.privateKey.slice(2), String(sealerKey?.privateKey.slice(2)), d];
      secrets.push(Buffer.from(d, "base64url").toString("hex"));
      const files = [paths.settings, paths.logKey, paths.memberKey, paths.sealerKey, paths.tokens];
      for (const file of files) {
        const text = await readFile(file, "utf8");
        for (const secret of secrets) expect(text.includes(secret), `${file} holds a secret`).to.equal(false);
      }
    }));

  it("is never set up twice", () =>
    withFolder(async (folder) => {
      const { paths } = await initNode(initOf(folder));
      const before = await readFile(paths.logKey, "utf8");
      expect((await refusalOf(initNode(initOf(folder)))).code).to.equal("CONFIG_EXISTS");
      expect(await readFile(paths.logKey, "utf8")).to.equal(before);
    }));

  it("is taken back, with the folders above it, when setting it up fails, and can be set up again", () =>
    withFolder(async (folder) => {
      const deep = join(folder, "a", "b", "node");
      const absent = { LIANZHENG_PASSPHRASE_FILE: join(folder, "absent") };
      await mkdir(folder, { recursive: true });
      expect((await refusalOf(initNode(initOf(deep, { environment: absent })))).code).to.equal("CONFIG_MISSING");
      expect(await readdir(folder)).to.deep.equal([]);
      const empty = join(folder, "empty");
      await mkdir(empty);
      expect((await refusalOf(initNode(initOf(empty, { environment: absent })))).code).to.equal("CONFIG_MISSING");
      expect(await readdir(empty)).to.deep.equal([]);
      await initNode(initOf(empty));
      await initNode(initOf(deep));
    })).timeout(10_000);

  it("is one run's alone when two set it up at once", () =>
    withFolder(async (folder) => {
      const runs = await Promise.allSettled([1, 2, 3].map(() => initNode(initOf(folder))));
      expect(runs.filter(({ status }) => status === "fulfilled")).to.have.length(1);
      for (const run of runs)
        if (run.status === "rejected") expect(run.reason).to.have.property("code", "CONFIG_EXISTS");
      expect((await readNodeFolder(folder, {})).passphraseSource).to.equal("generated");
    })).timeout(10_000);

  it("is not set up in a folder that has something in it", () =>
    withFolder(async (folder) => {
      await mkdir(folder);
      await writeFile(join(folder, "notes.txt"), "mine");
      expect((await refusalOf(initNode(initOf(folder)))).code).to.equal("CONFIG_EXISTS");
      expect(await readdir(folder)).to.deep.equal(["notes.txt"]);
    }));

  it("that was never set up is refused with what to do", () =>
    withFolder(async (folder) => {
      const { code, message } = await refusalOf(readNodeFolder(folder, {}));
      expect(code).to.equal("CONFIG_MISSING");
      expect(message).to.contain("init");
    }));

  it("of a node on another's chain needs the consortium's address book", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder, { chain: "http://127.0.0.1:8545" }));
      const { code, details } = await refusalOf(readNodeFolder(folder, {}));
      expect(code).to.equal("CONFIG_MISSING");
      expect(details["file"]).to.equal(pathsOf(folder).deployment);
    }));

  const openings = [
    { name: "the log's key", path: (folder: string) => pathsOf(folder).logKey, mode: 0o644 },
    { name: "the vault's key", path: (folder: string) => pathsOf(folder).vaultKey, mode: 0o644 },
    { name: "the member's key", path: (folder: string) => pathsOf(folder).memberKey, mode: 0o640 },
    { name: "the sealer's key", path: (folder: string) => pathsOf(folder).sealerKey, mode: 0o604 },
    { name: "the tokens", path: (folder: string) => pathsOf(folder).tokens, mode: 0o644 },
    { name: "the passphrase", path: (folder: string) => pathsOf(folder).passphrase, mode: 0o644 },
    { name: "the folder of keys", path: (folder: string) => pathsOf(folder).keys, mode: 0o755 },
    { name: "the folder", path: (folder: string) => folder, mode: 0o755 },
  ];

  it("is refused when others may read a secret, each by its name", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder));
      for (const { name, path, mode } of openings) {
        const { mode: right } = await stat(path(folder));
        await chmod(path(folder), mode);
        const { code, details } = await refusalOf(readNodeFolder(folder, {}));
        expect({ name, code, file: details["file"] }).to.deep.equal({
          name,
          code: "CONFIG_PERMISSIONS",
          file: path(folder),
        });
        await chmod(path(folder), right & 0o777);
      }
      expect(openings).to.have.length(8);
      await readNodeFolder(folder, {});
    }));
});

describe("the passphrase", () => {
  const passphrase = "correct horse battery staple";

  async function withPassphrase(
    folder: string,
    text: string,
    mode = 0o600,
  ): Promise<{ file: string; environment: object }> {
    const file = `${folder}.${String(mode)}.${String(text.length)}`;
    await writeFile(file, text, { mode });
    return { file, environment: { LIANZHENG_PASSPHRASE_FILE: file } };
  }

  it("may come from a file elsewhere, and is then not in the folder", () =>
    withFolder(async (folder) => {
      const { environment } = await withPassphrase(folder, `${passphrase}\n`);
      const { paths, passphraseSource } = await initNode(initOf(folder, { environment: { ...environment } }));
      expect(passphraseSource).to.equal("file");
      expect(await readdir(paths.keys)).not.to.include("passphrase");
      expect((await readNodeFolder(folder, { ...environment })).passphraseSource).to.equal("file");
      expect((await refusalOf(readNodeFolder(folder, {}))).code).to.equal("CONFIG_PASSPHRASE");
    }));

  it("opens nothing when it is wrong, and is not repeated", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder));
      const { environment } = await withPassphrase(folder, passphrase);
      const refusal = await refusalOf(readNodeFolder(folder, { ...environment }));
      expect(refusal.code).to.equal("CONFIG_PASSPHRASE");
      expect(JSON.stringify([refusal.message, refusal.details])).not.to.contain(passphrase);
    }));

  it("is refused when it is short, of two lines, readable by others or not there", () =>
    withFolder(async (folder) => {
      const cases = [
        { text: "short", mode: 0o600, code: "CONFIG_PASSPHRASE" },
        { text: "two lines of\npassphrase text", mode: 0o600, code: "CONFIG_PASSPHRASE" },
        { text: passphrase, mode: 0o644, code: "CONFIG_PERMISSIONS" },
      ];
      for (const { text, mode, code } of cases) {
        const { environment } = await withPassphrase(folder, text, mode);
        expect(
          (await refusalOf(initNode(initOf(`${folder}-${code}-${text.length}`, { environment: { ...environment } }))))
            .code,
        ).to.equal(code);
      }
      const absent = { LIANZHENG_PASSPHRASE_FILE: `${folder}.absent` };
      expect((await refusalOf(initNode(initOf(folder, { environment: absent })))).code).to.equal("CONFIG_MISSING");
      expect(cases).to.have.length(3);
    }));

  it("opens no file that was changed, whichever part of it", () =>
    withFolder(async (folder) => {
      const { paths } = await initNode(initOf(folder));
      const original = await readFile(paths.logKey, "utf8");
      const document = JSON.parse(original) as { kdf: { salt: string }; cipher: Record<string, string> };
      const flip = (hex: string): string => `${hex.slice(0, -1)}${hex.endsWith("0") ? "1" : "0"}`;
      const changes = [
        { ...document, kdf: { ...document.kdf, salt: flip(document.kdf.salt) } },
        ...["nonce", "tag", "text"].map((part) => ({
          ...document,
          cipher: { ...document.cipher, [part]: flip(String(document.cipher[part])) },
        })),
        { ...document, verifier: "other+00000000+AAAA" },
      ];
      expect(changes).to.have.length(5);
      for (const change of changes) {
        await writeFile(paths.logKey, JSON.stringify(change));
        expect((await refusalOf(readNodeFolder(folder, {}))).code).to.equal("CONFIG_PASSPHRASE");
      }
      await writeFile(paths.logKey, original);
      await readNodeFolder(folder, {});
    }));

  it("cannot be traded for the key of another log", () =>
    withFolder(async (folder) => {
      const { paths, settings } = await initNode(initOf(folder));
      await writeFile(paths.settings, JSON.stringify({ ...settings, origin: "log.example/other" }));
      expect((await refusalOf(readNodeFolder(folder, {}))).code).to.equal("CONFIG_KEY");
    }));
});

describe("settings", () => {
  const changes: readonly { field: string; change: Record<string, unknown> }[] = [
    { field: "/format", change: { format: "other" } },
    { field: "/version", change: { version: 2 } },
    { field: "/origin", change: { origin: "https://log.example" } },
    { field: "/origin", change: { origin: "with blank" } },
    { field: "/owner", change: { owner: "91460000MA5T00016X" } },
    { field: "/listen", change: { listen: "127.0.0.1:80" } },
    { field: "/listen/port", change: { listen: { host: "127.0.0.1", port: 65_536 } } },
    { field: "/listen/port", change: { listen: { host: "127.0.0.1", port: "80" } } },
    { field: "/listen/host", change: { listen: { host: "a b", port: 80 } } },
    { field: "/listen/tls", change: { listen: { host: "a", port: 80, tls: true } } },
    { field: "/chain/kind", change: { chain: { kind: "fabric" } } },
    { field: "/chain/url", change: { chain: { kind: "rpc", url: "ftp://a" } } },
    { field: "/chain/url", change: { chain: { kind: "rpc", url: "http://user:secret@a" } } },
    { field: "/chain/url", change: { chain: { kind: "rpc", url: "a:8545" } } },
    { field: "/chain/chainId", change: { chain: { kind: "embedded", chainId: 0, rpcPort: null } } },
    { field: "/anchor/everySeconds", change: { anchor: { everyRecords: 1, everySeconds: 0.5 } } },
    { field: "/limits/bodyBytes", change: { limits: {} } },
    { field: "/logLevel", change: { logLevel: "loud" } },
    { field: "/extra", change: { extra: 1 } },
    { field: "/anchor", change: { anchor: null } },
    { field: "/anchor/maxFeePerGas", change: { anchor: { everyRecords: 1, everySeconds: 1, maxFeePerGas: 5 } } },
    { field: "/anchor/maxFeePerGas", change: { anchor: { everyRecords: 1, everySeconds: 1, maxFeePerGas: "1e9" } } },
    { field: "/anchor/confirmations", change: { anchor: { everyRecords: 1, everySeconds: 1, confirmations: -1 } } },
  ];

  it("that are not acceptable are refused by field, and the value is not repeated", () =>
    withFolder(async (folder) => {
      const { paths, settings } = await initNode(initOf(folder));
      for (const { field, change } of changes) {
        await writeFile(paths.settings, JSON.stringify({ ...settings, ...change }));
        const refusal = await refusalOf(readNodeSettings(folder));
        expect({ code: refusal.code, starts: String(refusal.details["field"]).startsWith(field) }, field).to.deep.equal(
          {
            code: "CONFIG_VALUE",
            starts: true,
          },
        );
        expect(refusal.message).not.to.contain("secret");
      }
      expect(changes).to.have.length(23);
    }));

  it("of a folder from before a setting existed have its default", () =>
    withFolder(async (folder) => {
      const { paths, settings } = await initNode(initOf(folder));
      const anchor = { everyRecords: 5, everySeconds: 7 };
      await writeFile(paths.settings, JSON.stringify({ ...settings, anchor }));
      expect((await readNodeSettings(folder)).anchor).to.deep.equal({ ...defaultSettings.anchor, ...anchor });
    }));

  it("that are not strict JSON are refused", () =>
    withFolder(async (folder) => {
      const { paths } = await initNode(initOf(folder));
      const texts = ["", "{", '{"format":1,"format":1}', "\ufeff{}", "[]"];
      const codes: string[] = [];
      for (const text of texts) {
        await writeFile(paths.settings, text);
        codes.push((await refusalOf(readNodeSettings(folder))).code);
      }
      expect(codes).to.deep.equal([...Array<string>(4).fill("CONFIG_FORMAT"), "CONFIG_VALUE"]);
    }));
});

describe("the environment", () => {
  it("changes the settings of one start", () =>
    withFolder(async (folder) => {
      const { settings } = await initNode(initOf(folder));
      const changed = await readNodeSettings(folder, {
        PATH: "/bin",
        LIANZHENG_HOST: "0.0.0.0",
        LIANZHENG_PORT: "0",
        LIANZHENG_ANCHOR_RECORDS: "5",
        LIANZHENG_ANCHOR_SECONDS: "7",
        LIANZHENG_ANCHOR_MAX_FEE: "250",
        LIANZHENG_LOG_LEVEL: "silent",
      });
      expect(changed).to.deep.equal({
        ...settings,
        listen: { host: "0.0.0.0", port: 0 },
        anchor: { everyRecords: 5, everySeconds: 7, maxFeePerGas: "250", confirmations: 0 },
        logLevel: "silent",
      });
    }));

  it("may name another chain only where the chain is not in the folder", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder, { chain: "http://127.0.0.1:1" }));
      const environment = { LIANZHENG_CHAIN_URL: "https://chain.example" };
      expect((await readNodeSettings(folder, environment)).chain).to.deep.equal({
        kind: "rpc",
        url: "https://chain.example",
      });
      await initNode(initOf(`${folder}-embedded`));
      expect((await refusalOf(readNodeSettings(`${folder}-embedded`, environment))).code).to.equal("CONFIG_VALUE");
    }));

  it("is refused by variable when it says what no node knows or takes", () =>
    withFolder(async (folder) => {
      await initNode(initOf(folder));
      const wrong = {
        LIANZHENG_PROT: "80",
        LIANZHENG_PORT: "80a",
        LIANZHENG_HOST: "",
        LIANZHENG_ANCHOR_RECORDS: "0",
        LIANZHENG_ANCHOR_SECONDS: "-1",
        LIANZHENG_LOG_LEVEL: "INFO",
        LIANZHENG_constructor: "1",
      };
      for (const [name, value] of Object.entries(wrong)) {
        const { code, message } = await refusalOf(readNodeSettings(folder, { [name]: value }));
        expect(code, name).to.equal("CONFIG_VALUE");
        expect(message).to.contain(name);
      }
      expect(Object.keys(wrong)).to.have.length(7);
    }));
});
