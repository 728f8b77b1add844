import { createHash } from "node:crypto";
import { expect } from "chai";
import { decodeEntryBundle, leafDigest } from "@lianzheng/sdk/log";
import { fromHex } from "@lianzheng/sdk/encoding";
import { bearer, members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { TestApi } from "./fixture.ts";

const hashTile = "/log/tile/0/000.p/3";
const entryTile = "/log/tile/entries/000.p/3";

/** Three records, one after the other in one batch. */
async function fill({ submit, token }: TestApi): Promise<readonly string[]> {
  const { records } = receiptIn(
    await submit(
      token(members.venue),
      ["a", "b", "c"].map((subject) => recordOf(subject)),
    ),
  );
  return records.map(({ id }) => id);
}

describe("the log over HTTP", () => {
  it("shows everybody the hashes, and members the entries behind them", () =>
    withApi(async (api) => {
      const ids = await fill(api);
      const tile = (await api.get(hashTile)).rawPayload;
      expect(tile.toString("hex")).to.equal(ids.map((id) => id.slice(2)).join(""));
      expect(problemIn(await api.get(entryTile)).code).to.equal("E_AUTH");
      const { rawPayload } = await api.get(entryTile, api.token(members.broker));
      const leaves = decodeEntryBundle(new Uint8Array(rawPayload)).map(leafDigest);
      expect(leaves).to.deep.equal(ids.map((id) => fromHex(id, 32)));
    }));

  it("lets tiles be kept for ever and the checkpoint be asked for again", () =>
    withApi(async (api) => {
      await fill(api);
      const kept = "max-age=31536000, immutable";
      const cases = [
        { url: hashTile, cache: `public, ${kept}`, type: "application/octet-stream" },
        { url: entryTile, cache: `private, ${kept}`, type: "application/octet-stream" },
        { url: "/log/checkpoint", cache: "no-cache", type: "text/plain; charset=utf-8" },
      ];
      for (const { url, cache, type } of cases) {
        const { headers, rawPayload } = await api.get(url, api.token(members.venue));
        expect(headers["cache-control"]).to.equal(cache);
        expect(headers["content-type"]).to.equal(type);
        expect(headers.etag).to.equal(`"${createHash("sha256").update(rawPayload).digest("base64url")}"`);
      }
      expect((await api.get("/v1/status")).headers["cache-control"]).to.equal("no-store");
    }));

  it("answers conditional requests", () =>
    withApi(async (api) => {
      await fill(api);
      const etag = String((await api.get(hashTile)).headers.etag);
      const conditions = [
        { condition: etag, status: 304 },
        { condition: `W/${etag}`, status: 304 },
        { condition: `"other", ${etag}`, status: 304 },
        { condition: "*", status: 304 },
        { condition: '"other"', status: 200 },
      ];
      for (const { condition, status } of conditions) {
        const answer = await api.app.inject({ url: hashTile, headers: { "if-none-match": condition } });
        expect({ condition, status: answer.statusCode }).to.deep.equal({ condition, status });
        if (status === 304) expect(answer.rawPayload).to.have.length(0);
      }
    }));

  it("answers requests for a part", () =>
    withApi(async (api) => {
      await fill(api);
      const whole = (await api.get(hashTile)).rawPayload;
      const ranges = [
        { range: "bytes=0-31", status: 206, part: whole.subarray(0, 32), shown: "bytes 0-31/96" },
        { range: "bytes=64-", status: 206, part: whole.subarray(64), shown: "bytes 64-95/96" },
        { range: "bytes=-32", status: 206, part: whole.subarray(64), shown: "bytes 64-95/96" },
        { range: "bytes=90-1000", status: 206, part: whole.subarray(90), shown: "bytes 90-95/96" },
        { range: "bytes=96-", status: 416, part: Buffer.alloc(0), shown: "bytes */96" },
        { range: "bytes=-0", status: 416, part: Buffer.alloc(0), shown: "bytes */96" },
        { range: "bytes=5-2", status: 200, part: whole, shown: undefined },
        { range: "bytes=0-1,4-5", status: 200, part: whole, shown: undefined },
        { range: "lines=0-1", status: 200, part: whole, shown: undefined },
      ];
      for (const { range, status, part, shown } of ranges) {
        const answer = await api.app.inject({ url: hashTile, headers: { range } });
        expect({ range, status: answer.statusCode, shown: answer.headers["content-range"] }).to.deep.equal({
          range,
          status,
          shown,
        });
        expect(answer.rawPayload.equals(part), range).to.equal(true);
      }
      expect(ranges).to.have.length(9);
    }));

  it("answers HEAD as GET, without the bytes", () =>
    withApi(async (api) => {
      await fill(api);
      for (const url of [hashTile, entryTile, "/log/checkpoint", "/v1/status"]) {
        const headers = { ...bearer(api.token(members.venue)), range: "bytes=0-1" };
        const [get, head] = [
          await api.get(url, api.token(members.venue)),
          await api.app.inject({ method: "HEAD", url, headers }),
        ];
        expect(head.statusCode).to.equal(200);
        expect(head.rawPayload).to.have.length(0);
        for (const name of ["etag", "content-length", "content-type", "cache-control"]) {
          expect(head.headers[name], `${name} of ${url}`).to.equal(get.headers[name]);
        }
      }
    }));

  it("has no tile by any other name", () =>
    withApi(async (api) => {
      await fill(api);
      const names = [
        "0/000",
        "0/000.p/4",
        "0/000.p/0",
        "0/0",
        "00/000.p/3",
        "0/x000/000.p/3",
        "64/000",
        "0/001",
        "0/000.p/3/",
        "0/..%2f000.p/3",
        "..%2f..%2fjournal",
        "entries%2f000.p%2f3",
        "-1/000",
      ];
      for (const name of names) {
        expect(problemIn(await api.get(`/log/tile/${name}`)), name).to.deep.include({
          status: 404,
          code: "E_NOT_FOUND",
        });
      }
      expect(names).to.have.length(13);
    }));
});
