import { expect } from "chai";
import { fromHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { decodeProof, leafDigest, rootFromPath, verifyConsistency } from "@lianzheng/sdk/log";
import { members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { TestApi } from "./fixture.ts";

interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly Hex[];
  readonly root: Hex;
  readonly checkpoint: string | null;
}

interface Consistency {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly Hex[];
  readonly fromRoot: Hex;
  readonly toRoot: Hex;
}

const count = 9;

/** Nine records, each with a checkpoint of its own; their ids. */
async function fill({ submit, token }: TestApi): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    ids.push(String(receiptIn(await submit(token(members.venue), recordOf(`trade:${at}`))).records[0]?.id));
  }
  return ids;
}

const bytesOf = (hex: Hex): Uint8Array => fromHex(hex, 32);

describe("proofs over the log", () => {
  it("of inclusion hold for every record and size, by index and by id, without a token", () =>
    withApi(async (api) => {
      const ids = await fill(api);
      let tried = 0;
      for (let size = 1; size <= count; size += 1) {
        for (let index = 0; index < size; index += 1) {
          const proof = (await api.get(`/v1/proofs/inclusion?index=${index}&size=${size}`)).json<Inclusion>();
          const leaf = leafDigest(utf8((await api.log.recordAt(index))?.entry ?? ""));
          expect(rootFromPath(leaf, index, size, proof.hashes.map(bytesOf))).to.deep.equal(bytesOf(proof.root));
          const byId = await api.get(`/v1/proofs/inclusion?id=${String(ids[index])}&size=${size}`);
          expect(byId.json()).to.deep.equal(proof);
          expect(proof.checkpoint).to.contain(`\n${size}\n`);
          tried += 1;
        }
      }
      expect(tried).to.equal((count * (count + 1)) / 2);
    }));

  it("of inclusion come as C2SP tlog-proof text of the newest checkpoint", () =>
    withApi(async (api) => {
      await fill(api);
      const answer = await api.get("/v1/proofs/inclusion?index=4&format=tlog-proof");
      expect(answer.headers["content-type"]).to.equal("text/plain; charset=utf-8");
      const proof = decodeProof(answer.body);
      expect(proof.index).to.equal(4);
      expect(proof.checkpoint).to.equal(api.log.checkpoint());
    }));

  it("are had for sizes at which nothing was signed, but not as a text, which needs a signature", () =>
    withApi(async (api) => {
      receiptIn(
        await api.submit(
          api.token(members.venue),
          [0, 1, 2].map((at) => recordOf(`trade:${at}`)),
        ),
      );
      const proof = (await api.get("/v1/proofs/inclusion?index=0&size=2")).json<Inclusion>();
      expect(proof.checkpoint).to.equal(null);
      const text = await api.get("/v1/proofs/inclusion?index=0&size=2&format=tlog-proof");
      expect(problemIn(text)).to.deep.include({ status: 404, code: "LOG_RANGE" });
    }));

  it("of consistency hold between any two sizes", () =>
    withApi(async (api) => {
      await fill(api);
      let tried = 0;
      for (let to = 1; to <= count; to += 1) {
        for (let from = 1; from <= to; from += 1) {
          const answer = await api.get(`/v1/proofs/consistency?from=${from}&to=${to}`);
          const { hashes, fromRoot, toRoot } = answer.json<Consistency>();
          verifyConsistency(from, bytesOf(fromRoot), to, bytesOf(toRoot), hashes.map(bytesOf));
          expect(fromRoot === toRoot).to.equal(from === to);
          tried += 1;
        }
      }
      expect(tried).to.equal(45);
    }));

  const refusals: readonly (readonly [string, number, string])[] = [
    ["inclusion", 400, "E_QUERY"],
    [`inclusion?index=0&id=0x${"1".repeat(64)}`, 400, "E_QUERY"],
    ["inclusion?index=-1", 400, "E_QUERY"],
    ["inclusion?index=1e3", 400, "E_QUERY"],
    ["inclusion?index=00", 400, "E_QUERY"],
    ["inclusion?index=9007199254740993", 400, "E_QUERY"],
    ["inclusion?index=0&format=xml", 400, "E_QUERY"],
    ["inclusion?index=0&index=1", 400, "E_QUERY_DUPLICATE"],
    ["inclusion?index=9", 404, "LOG_RANGE"],
    ["inclusion?index=0&size=10", 404, "LOG_RANGE"],
    ["inclusion?index=5&size=5", 404, "LOG_RANGE"],
    ["inclusion?index=0&size=0", 404, "LOG_RANGE"],
    ["inclusion?id=0x12", 422, "E_HASH_FORM"],
    [`inclusion?id=0x${"1".repeat(64)}`, 404, "E_NOT_FOUND"],
    ["consistency", 400, "E_QUERY"],
    ["consistency?from=5&to=4", 404, "LOG_RANGE"],
    ["consistency?from=1&to=10", 404, "LOG_RANGE"],
    ["consistency?from=x", 400, "E_QUERY"],
  ];

  it("are refused for what is not there, and for questions that are none", () =>
    withApi(async (api) => {
      await fill(api);
      for (const [path, status, code] of refusals) {
        expect(problemIn(await api.get(`/v1/proofs/${path}`)), path).to.deep.include({ status, code });
      }
      expect(refusals).to.have.length(18);
    }));
});
