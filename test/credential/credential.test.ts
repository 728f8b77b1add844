import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { EvidenceError, concatBytes, toHex } from "@lianzheng/sdk/encoding";
import {
  StatusBits,
  decodeIssuers,
  fromMultikey,
  issueRegistration,
  toMultikey,
  withProof,
} from "@lianzheng/sdk/credential";
import type { JsonObject } from "@lianzheng/sdk/record";
import canonicalize from "canonicalize";
import { expect } from "chai";
import { decodeBase58, toBeArray } from "ethers";
import { expectRefusal, expectRejection } from "../encoding/refusal.ts";
import { logKey, supplier } from "../evidence/fixture.ts";
import * as made from "./fixture.ts";

const vector = JSON.parse(readFileSync(new URL("../vectors/eddsa-jcs-2022.json", import.meta.url), "utf8")) as {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly proofHash: string;
  readonly documentHash: string;
  readonly signed: JsonObject & { readonly proof: JsonObject & { readonly proofValue: string } };
  readonly emptyList: string;
};
const { judge, shortly, trusted, trusting, without } = made;

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The cryptosuite by hand: another JCS, another base58, OpenSSL. */
function checkByHand(
  signed: JsonObject,
  publicKey: Uint8Array,
): { proofHash: string; documentHash: string; valid: boolean } {
  const { proof, ...document } = signed;
  const { proofValue, ...options } = proof as JsonObject;
  const [proofHash, documentHash] = [sha256(canonicalize(options)!), sha256(canonicalize(document)!)];
  const spki = concatBytes(Buffer.from("302a300506032b6570032100", "hex"), publicKey);
  const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  const signature = toBeArray(decodeBase58((proofValue as string).slice(1)));
  const padded = concatBytes(new Uint8Array(64 - signature.length), signature);
  const valid = verify(null, concatBytes(proofHash, documentHash), key, padded);
  return { proofHash: proofHash.toString("hex"), documentHash: documentHash.toString("hex"), valid };
}

describe("a credential's proof", () => {
  const { proof, ...unsigned } = vector.signed;
  const method = proof["verificationMethod"] as string;

  it("is the one that W3C published, made with the published key", async () => {
    const seed = toBeArray(decodeBase58(vector.privateKey.slice(1))).subarray(2);
    const { createPrivateKey, sign } = await import("node:crypto");
    const der = concatBytes(Buffer.from("302e020100300506032b657004220420", "hex"), seed);
    const key = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
    const signer = { method, sign: (message: Uint8Array) => new Uint8Array(sign(null, message, key)) };
    const signed = await withProof(unsigned, signer, Date.parse("2023-02-24T23:36:38Z"));
    expect(signed).to.deep.equal(vector.signed);
  });

  it("of W3C holds here, for the issuer that is trusted to have that key", async () => {
    const issuers = trusting({
      ...trusted,
      id: "https://vc.example/issuers/5678",
      method,
      key: vector.publicKey,
      from: "2023-01-01T00:00:00.000Z",
    });
    // No list of revocations is named in it, so nobody can call it unrevoked.
    expect(shortly(await judge(vector.signed, [], issuers))).to.equal("undetermined pass pass unknown");
    const hashes = checkByHand(vector.signed, fromMultikey(vector.publicKey));
    const { proofHash, documentHash } = vector;
    expect(hashes).to.deep.equal({ proofHash, documentHash, valid: true });
  });

  it("holds for a program of another hand", async () => {
    expect(checkByHand(await made.issue(), made.publicKey).valid).to.equal(true);
  });

  it("names its key as did:key does", () => {
    expect(toMultikey(fromMultikey(vector.publicKey))).to.equal(vector.publicKey);
    expectRefusal(() => fromMultikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"), "V_ALGORITHM");
    expectRefusal(() => fromMultikey("z6Mk0"), "V_FORMAT");
    expectRefusal(() => fromMultikey(`z${"1".repeat(200)}`), "V_FORMAT");
  });
});

describe("a status list", () => {
  it("is read as W3C published an empty one, and written so that others read it", async () => {
    const empty = await StatusBits.decode(vector.emptyList);
    expect(empty.length).to.equal(131_072);
    const text = await empty.with(0).with(94_567).encode();
    const bits = gunzipSync(Buffer.from(text.slice(1), "base64url"));
    expect([bits.length, bits[0], bits[94_567 >> 3]]).to.deep.equal([16_384, 0x80, 0x01]);
    expect(bits.filter((byte) => byte !== 0).length).to.equal(2);
  });

  it("refuses what is none, what is short, and what unpacks to more than its limit", async () => {
    const packed = (bytes: number): string => `u${gzipSync(Buffer.alloc(bytes)).toString("base64url")}`;
    await expectRejection(StatusBits.decode("uAAAA"), "V_FORMAT");
    await expectRejection(StatusBits.decode("z2HnFSSP"), "V_FORMAT");
    await expectRejection(StatusBits.decode("u****"), "E_BASE64_FORM");
    await expectRejection(StatusBits.decode(packed(16_383)), "E_RANGE");
    await expectRejection(StatusBits.decode(packed(64 * 1024 * 1024)), "E_RANGE");
    expectRefusal(() => new StatusBits().isSet(131_072), "V_INDEX");
    expectRefusal(() => new StatusBits().with(-1), "V_INDEX");
  });
});

describe("the verdict on a credential", () => {
  it("is verified for a trusted issuer, in time, and absent from its list", async () => {
    const verdict = await judge(await made.issue(), [await made.list()]);
    expect(shortly(verdict)).to.equal("verified pass pass pass");
    expect(verdict.issuer).to.equal(trusted.uscc);
  });

  it("is verified of a registration certificate too", async () => {
    const { subject } = made.claim;
    const facts = { subject, name: "海口港航数据", holder: supplier, grade: "general", number: "HN-2026-001" } as const;
    const certificate = await issueRegistration(made.frame, facts, made.signer, made.issuedMs);
    expect(shortly(await judge(certificate, [await made.list()]))).to.equal("verified pass pass pass");
  });

  it("is failed once it is revoked, and whoever adds an older list beside changes nothing", async () => {
    const revoked = await made.list(new StatusBits().with(94_567));
    const credential = await made.issue();
    expect(shortly(await judge(credential, [revoked]))).to.equal("failed pass pass V_REVOKED");
    expect(shortly(await judge(credential, [await made.list(), revoked]))).to.equal("failed pass pass V_REVOKED");
    expect(shortly(await judge(credential, [revoked, await made.list()]))).to.equal("failed pass pass V_REVOKED");
  });

  it("stays open without a list, with a list of yesterday, and with one that somebody else signed", async () => {
    const credential = await made.issue();
    const open = "undetermined pass pass unknown";
    expect(shortly(await judge(credential, []))).to.equal(open);
    const nextMonth = made.issuedMs + 30 * made.dayMs;
    expect(shortly(await judge(credential, [await made.list()], trusting(trusted), nextMonth))).to.equal(open);
    const unsigned = without(await made.list(), "proof");
    const stranger = logKey("stranger");
    const signed = await withProof(unsigned, { ...made.signer, sign: (m) => stranger.sign(m) }, made.issuedMs);
    expect(shortly(await judge(credential, [signed]))).to.equal(open);
    const endless = without(unsigned, "validUntil");
    const forever = await withProof(endless, made.signer, made.issuedMs);
    expect(shortly(await judge(credential, [forever]))).to.equal(open);
    const elsewhere = await withProof(
      { ...unsigned, id: "https://notary.example/status/2" },
      made.signer,
      made.issuedMs,
    );
    expect(shortly(await judge(credential, [elsewhere]))).to.equal(open);
  });

  it("is failed before and after its time", async () => {
    const lists = [await made.list(undefined, 1000)];
    const at = async (ms: number): Promise<string> =>
      shortly(await judge(await made.issue(), lists, trusting(trusted), ms));
    expect(await at(made.issuedMs - 1)).to.match(/^failed pass V_TIME/);
    expect(await at(made.issuedMs)).to.equal("verified pass pass pass");
    expect(await at(made.issuedMs + 366 * made.dayMs)).to.equal("failed pass V_TIME pass");
  });

  it("is never verified by the key that a credential brings along itself", async () => {
    const issuers = trusting({ ...trusted, id: "did:web:other.example", method: "did:web:other.example#1" });
    expect(shortly(await judge(await made.issue(), [await made.list()], issuers))).to.equal(
      "undetermined unknown unknown unknown",
    );
  });

  it("is failed when a trusted key signs for another issuer, or signs after its end", async () => {
    const failed = "failed V_MEMBER_SIGNATURE unknown unknown";
    const lists = [await made.list()];
    const other = await made.issue({ issuer: { ...made.issuer, id: "did:web:other.example" } });
    expect(shortly(await judge(other, lists))).to.equal(failed);
    const ended = trusting({ ...trusted, until: "2026-03-01T00:00:00.000Z" });
    expect(shortly(await judge(await made.issue(), lists, ended))).to.equal(failed);
  });

  it("is failed for any change of any member", async () => {
    const credential = await made.issue();
    const lists = [await made.list()];
    const changed = Object.keys(credential).filter((name) => name !== "proof");
    expect(changed.length).to.equal(9);
    for (const name of changed) {
      expect((await judge(without(credential, name), lists)).result, `without ${name}`).to.equal("failed");
    }
    const proof = credential["proof"] as JsonObject;
    for (const [name, value] of Object.entries({
      created: "2026-04-02T00:00:00Z",
      proofPurpose: "authentication",
      cryptosuite: "eddsa-rdfc-2022",
      proofValue: "z11",
      challenge: "1",
      "@context": ["https://www.w3.org/ns/credentials/v2"],
    })) {
      expect((await judge({ ...credential, proof: { ...proof, [name]: value } }, lists)).result, name).to.equal(
        "failed",
      );
    }
  });

  it("is failed, not thrown, for what is no credential", async () => {
    for (const document of [null, [], "text", {}, { proof: {} }, { "@context": [], type: [], proof: [] }])
      expect((await judge(document, [])).result).to.equal("failed");
  });
});

describe("issuing a credential", () => {
  it("refuses facts that are none, by field", async () => {
    const wrong = [
      [{ id: "no url" }, "E_RANGE"],
      [{ issuer: { id: made.issuer.id, uscc: "1" } }, "E_USCC"],
      [{ validUntilMs: made.issuedMs }, "E_RANGE"],
      [{ status: { list: made.listUrl, index: -1 } }, "E_RANGE"],
      [{ records: [{ id: "0x12", log: "x" }] }, "E_HEX_FORM"],
    ] as const;
    for (const [over, code] of wrong) await expectRejection(made.issue(over), code);
  });
});

describe("a file of trusted issuers", () => {
  const read = (file: unknown): unknown => decodeIssuers(made.bytesOf(file));

  it("is read strictly", () => {
    const file = trusting(trusted);
    expect(read(file)).to.deep.equal(file);
    expectRefusal(() => read({ ...file, version: 2 }), "V_VERSION");
    expectRefusal(() => read({ ...file, extra: 1 }), "V_POLICY", "/extra");
    expectRefusal(() => read(trusting({ ...trusted, key: "zabc" })), "V_POLICY");
    expectRefusal(() => read(trusting({ ...trusted, uscc: "91" })), "V_POLICY", "/issuers/0/uscc");
    expectRefusal(() => read(trusting({ ...trusted, until: trusted.from })), "V_POLICY", "/issuers/0/until");
    expect(() => read([])).to.throw(EvidenceError);
    expect(toHex(fromMultikey(trusted.key))).to.equal(toHex(made.publicKey));
  });
});
