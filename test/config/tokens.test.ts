import { chmod, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createAccess } from "@lianzheng/node/api";
import {
  addToken,
  decodeTokens,
  defaultTokenDays,
  encodeTokens,
  maxTokens,
  readTokens,
  revokeToken,
  TokenWatch,
} from "@lianzheng/node/config";
import type { TokenEntry } from "@lianzheng/node/config";
import { NodeError } from "../../node/src/errors.ts";

const member = "91460000MA5T000160";
const now = Date.parse("2026-11-22T10:00:00.000Z");
const dayMs = 86_400_000;

/** A folder with an empty `tokens.json`. */
async function withTokens<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "lianzheng-tokens-"));
  try {
    const path = join(folder, "tokens.json");
    await writeFile(path, encodeTokens([]), { mode: 0o600 });
    return await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  expect(error).to.be.instanceOf(NodeError);
  return (error as NodeError).code;
}

describe("the file of tokens", () => {
  it("keeps the hash of a token, its end, and not the token", () =>
    withTokens(async (path) => {
      const { token, entry } = await addToken(path, { member, scopes: ["read"] }, now);
      const text = await readFile(path, "utf8");
      expect(text).not.to.contain(token.slice("lz_01234567_".length));
      expect(await readTokens(path)).to.deep.equal([entry]);
      expect(entry.until).to.equal(now + defaultTokenDays * dayMs);
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      expect(await readdir(join(path, ".."))).to.deep.equal(["tokens.json"]);
      expect(createAccess(() => [entry]).find(token, now)?.member).to.equal(member);
    }));

  it("is read as it was written before tokens could be revoked", async () => {
    const old = encodeTokens([
      { id: "01234567", hash: "0".repeat(64), member, scopes: ["read"], from: now, until: null, revoked: null },
    ])
      .replace(/,\s*"revoked": null/, "")
      .replace(/,\s*"checksum": "[0-9a-f]{64}"/, "");
    expect(old).not.to.match(/revoked|checksum/);
    expect(decodeTokens(Buffer.from(old), "tokens.json")[0]?.revoked).to.equal(null);
    await Promise.resolve();
  });

  it("is refused with an unknown scope, one scope twice, or two tokens of one id", () => {
    const entry: TokenEntry = {
      ...{ id: "01234567", hash: "0".repeat(64), member, scopes: ["read"] },
      ...{ from: now, until: null, revoked: null },
    };
    const wrong = [
      encodeTokens([entry]).replace('"read"', '"write"'),
      encodeTokens([{ ...entry, scopes: ["read", "read"] }]),
      encodeTokens([{ ...entry, scopes: [] }]),
      encodeTokens([entry, entry]),
    ];
    for (const text of wrong) {
      expect(() => decodeTokens(Buffer.from(text), "tokens.json"), text)
        .to.throw(NodeError)
        .with.property("code", "CONFIG_VALUE");
    }
    expect(wrong).to.have.length(4);
  });

  it("takes a token back for good, even when the clock goes back, and twice as well as once", () =>
    withTokens(async (path) => {
      const { token, entry } = await addToken(path, { member, scopes: ["read"] }, now);
      const first = await revokeToken(path, entry.id, now + 5);
      const second = await revokeToken(path, entry.id, now + 9);
      expect([first.revoked, second.revoked]).to.deep.equal([now + 5, now + 5]);
      const access = createAccess(() => [second]);
      for (const at of [now, now + 5, now + 10]) {
        expect(access.find(token, at)).to.equal(undefined);
        expect(access.isLive(entry.id, at)).to.equal(false);
      }
      expect(await codeOf(revokeToken(path, "ffffffff", now))).to.equal("CONFIG_VALUE");
    }));

  it("loses nothing when commands change it at once: the second is told to wait", () =>
    withTokens(async (path) => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => addToken(path, { member, scopes: ["read"] }, now)),
      );
      const made = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.entry.id] : []));
      const refused = outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [outcome.reason as NodeError] : [],
      );
      expect(made.length).to.be.at.least(1);
      expect(refused.every(({ code }) => code === "CONFIG_BUSY")).to.equal(true);
      expect((await readTokens(path)).map(({ id }) => id)).to.have.members(made);
    }));

  it("is as it was when a change fails", () =>
    withTokens(async (path) => {
      const { entry } = await addToken(path, { member, scopes: ["read"] }, now);
      await writeFile(`${path}.new`, "left by a crash");
      expect(await codeOf(addToken(path, { member, scopes: ["read"] }, now))).to.equal("CONFIG_BUSY");
      await rm(`${path}.new`);
      await chmod(path, 0o644);
      expect(await codeOf(addToken(path, { member, scopes: ["read"] }, now))).to.equal("CONFIG_PERMISSIONS");
      await chmod(path, 0o600);
      expect(await readTokens(path)).to.deep.equal([entry]);
      expect(await readdir(join(path, ".."))).to.deep.equal(["tokens.json"]);
    }));

  it("has an end: ended tokens make room for new ones, good ones do not", () =>
    withTokens(async (path) => {
      const full = (until: number | null): TokenEntry[] =>
        Array.from({ length: maxTokens }, (_, at) => ({
          ...{ id: at.toString(16).padStart(8, "0"), hash: "0".repeat(64), member, scopes: ["read"] as const },
          ...{ from: now - 10, until, revoked: null },
        }));
      await writeFile(path, encodeTokens(full(null)));
      expect(await codeOf(addToken(path, { member, scopes: ["read"] }, now))).to.equal("CONFIG_VALUE");
      await writeFile(path, encodeTokens(full(now - 1)));
      await addToken(path, { member, scopes: ["read"] }, now);
      expect(await readTokens(path)).to.have.length(1);
    }));
});

describe("the watch over the tokens", () => {
  interface Told {
    changes: number;
    broken: number;
  }

  /** Looks only when the test says so: no time is waited for. */
  async function withWatch(work: (path: string, watch: TokenWatch, told: Told) => Promise<void>): Promise<void> {
    await withTokens(async (path) => {
      const told = { changes: 0, broken: 0 };
      const watch = new TokenWatch({
        ...{ path, tokens: await readTokens(path), everyMs: 2 ** 30 },
        onChange: () => (told.changes += 1),
        onBroken: () => (told.broken += 1),
      });
      await work(path, watch, told);
      await watch.close();
    });
  }

  it("lets a new token in and a revoked one out, without a restart", () =>
    withWatch(async (path, watch, told) => {
      const access = createAccess(() => watch.current);
      const { token, entry } = await addToken(path, { member, scopes: ["read"] }, now);
      expect(access.find(token, now)).to.equal(undefined);
      await watch.look();
      expect(access.find(token, now)?.tokenId).to.equal(entry.id);
      expect(access.isLive(entry.id, now)).to.equal(true);
      await revokeToken(path, entry.id, now);
      await watch.look();
      expect(access.find(token, now)).to.equal(undefined);
      expect(told).to.deep.equal({ changes: 2, broken: 0 });
    }));

  it("keeps the old tokens while the file is broken, gone or open to others, says so once, and goes on", () =>
    withWatch(async (path, watch, told) => {
      await addToken(path, { member, scopes: ["read"] }, now);
      await watch.look();
      const { current } = watch;
      const good = await readFile(path);
      const harms = [
        () => writeFile(path, good.subarray(0, 40)),
        () => writeFile(path, ""),
        () => rm(path),
        async () => {
          await writeFile(path, good);
          await chmod(path, 0o644);
        },
      ];
      for (const [at, harm] of harms.entries()) {
        await harm();
        await watch.look();
        await watch.look();
        expect(watch.current).to.equal(current);
        expect(told).to.deep.equal({ changes: 1, broken: at + 1 });
      }
      await chmod(path, 0o600);
      await addToken(path, { member, scopes: ["submit"] }, now);
      await watch.look();
      expect(watch.current).to.have.length(2);
    }));

  it("reads a file that was put in the place of another with the same size and time", () =>
    withWatch(async (path, watch) => {
      const [a, b] = ["aaaaaaaa", "bbbbbbbb"].map((id) =>
        encodeTokens([{ id, hash: "0".repeat(64), member, scopes: ["read"], from: now, until: null, revoked: null }]),
      );
      await writeFile(path, String(a));
      await watch.look();
      await writeFile(`${path}.b`, String(b), { mode: 0o600 });
      await rename(`${path}.b`, path);
      await watch.look();
      expect(watch.current.map(({ id }) => id)).to.deep.equal(["bbbbbbbb"]);
    }));
});
