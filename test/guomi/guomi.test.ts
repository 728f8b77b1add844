import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  EvidenceError,
  fromHex,
  toBase64,
  toHex,
  utf8,
  type EvidenceErrorCode,
  type Hex,
} from "@lianzheng/sdk/encoding";
import { decodePolicy, encodePolicy, type Policy } from "@lianzheng/sdk/evidence";
import {
  decodeSm2Certificate,
  decodeSm2Statement,
  isSm2Signature,
  rawSignature,
  signSm2Statement,
  sm2Signer,
  sm3Digest,
  verifySm2Path,
  verifySm2Statement,
} from "@lianzheng/sdk/guomi";
import { decodeEntry, decodeSubmission, prepareRecord, toInstant } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { expectRefusal, expectRejection } from "../encoding/refusal.ts";
import { makeRecords, policy, supplier } from "../evidence/fixture.ts";
import { derOf, openSsl } from "./openssl.ts";

/** GB/T 32918.5-2017, annex A: the example of a signature on the recommended curve. */
const example = {
  privateKey: fromHex("0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"),
  key: "0x0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13" as Hex,
  message: utf8("message digest"),
  signature: fromHex(
    "0xf5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
  ),
};
const signer = sm2Signer(example.privateKey);
const authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
const person = "keyUsage=critical,digitalSignature,nonRepudiation\n";

describe("SM3", () => {
  it("is that of GB/T 32905, annex A", () => {
    expect(toHex(sm3Digest(utf8("abc")))).to.equal(
      "0x66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    );
    expect(toHex(sm3Digest(utf8("abcd".repeat(16))))).to.equal(
      "0xdebe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    );
  });

  it("is OpenSSL's for every length around its blocks", () => {
    for (let length = 0; length < 200; length += 7) {
      const bytes = randomBytes(length);
      expect(toHex(sm3Digest(bytes))).to.equal(`0x${createHash("sm3").update(bytes).digest("hex")}`);
    }
  });

  it("stands beside SHA-256 in an attachment, and alone in none", () => {
    const digests = { "sha-256": toHex(sm3Digest(utf8("a"))), sm3: toHex(sm3Digest(utf8("b"))) };
    const record = (file: unknown): never =>
      ({
        type: "x-a.b",
        subject: "a",
        occurredAt: "2026-01-01T00:00:00.000Z",
        body: { a: 1 },
        attachments: { a: file },
      }) as never;
    const read = decodeSubmission(record(digests));
    expect(read).to.have.nested.property("attachments.a").that.deep.equals(digests);
    const { disclosures } = prepareRecord(read as Parameters<typeof prepareRecord>[0], new Uint8Array(32));
    const [, , value] = JSON.parse(Buffer.from(disclosures.at(-1)!, "base64url").toString()) as [
      string,
      string,
      unknown,
    ];
    expect(value).to.deep.equal({ a: digests });
    expectRefusal(() => decodeSubmission(record({ sm3: digests.sm3 })), "E_MISSING_FIELD", "/attachments/a/sha-256");
    expectRefusal(() => decodeSubmission(record({ ...digests, sm3: "0x12" })), "E_HASH_FORM", "/attachments/a/sm3");
    expectRefusal(() => decodeSubmission(record({ ...digests, md5: "0x12" })), "E_UNKNOWN_FIELD", "/attachments/a/md5");
  });
});

describe("SM2", () => {
  it("takes the signature of GB/T 32918.5, and that of nothing else", () => {
    const { message, signature, key } = example;
    expect(signer.key).to.equal(key);
    expect(isSm2Signature(message, signature, key)).to.equal(true);
    expect(isSm2Signature(utf8("message digesu"), signature, key)).to.equal(false);
    for (let at = 0; at < 64; at++) {
      const changed = signature.slice();
      changed[at]! ^= 1;
      expect(isSm2Signature(message, changed, key), `byte ${at}`).to.equal(false);
    }
  });

  it("takes no number that is out of range, and no key that is no point", () => {
    const { message, signature, key } = example;
    const order = fromHex("0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123");
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
    const none = new Uint8Array(32);
    for (const [one, two] of [
      [none, s],
      [r, none],
      [order, s],
      [r, order],
      [none, none],
      [none.slice().fill(255), s],
    ] as const)
      expect(isSm2Signature(message, Uint8Array.from([...one, ...two]), key)).to.equal(false);
    expect(isSm2Signature(message, signature.subarray(1), key)).to.equal(false);
    expectRefusal(() => isSm2Signature(message, signature, `0x04${"11".repeat(64)}`), "V_ALGORITHM");
    expectRefusal(() => isSm2Signature(message, signature, `0x02${"11".repeat(64)}`), "V_ALGORITHM");
    expectRefusal(() => sm2Signer(new Uint8Array(32)), "E_SEED");
    expectRefusal(() => sm2Signer(new Uint8Array(31).fill(1)), "E_SEED");
    expectRefusal(() => sm2Signer(new Uint8Array(32).fill(255)), "E_SEED");
  });

  it("reads a signature's DER in its one form", () => {
    const der = derOf(example.signature);
    expect(rawSignature(der)).to.deep.equal(example.signature);
    const small = new Uint8Array(64);
    small[31] = 1;
    small[63] = 0x80;
    expect(rawSignature(derOf(small))).to.deep.equal(small);
    for (const wrong of [
      "0x",
      "0x3000",
      "0x3006020101020101ff",
      "0x3006020181020101",
      "0x300702020001020101",
      "0x30060201010301ff",
      "0x3003020101",
    ] as const)
      expectRefusal(() => rawSignature(fromHex(wrong)), "V_FORMAT");
  });
});

describe("SM2 beside OpenSSL", function () {
  this.timeout(60_000);
  let folder: string;
  let ssl: ReturnType<typeof openSsl>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "lianzheng-sm2-"));
    ssl = openSsl(folder);
    for (const name of ["root", "middle", "member", "stranger"]) ssl.key(name);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const privateKey = (name: string): Uint8Array => {
    const pem = Buffer.from(ssl.read(`${name}.pem`)).toString();
    const der = Buffer.from(/-----BEGIN [A-Z ]+-----([^-]+)/.exec(pem)![1]!, "base64");
    // SEC 1: a sequence, version 1, and an octet string of 32 bytes; PKCS #8 has it within.
    const at = der.indexOf(Buffer.from("0201010420", "hex"));
    return new Uint8Array(der.subarray(at + 5, at + 37));
  };

  it("each takes the other's signatures, and no changed one", async () => {
    const message = randomBytes(300);
    const own = sm2Signer(privateKey("member"));
    expect(own.key).to.equal(toHex(ssl.read("member.pub").subarray(-65)));
    const theirs = rawSignature(ssl.sign("member", message));
    expect(isSm2Signature(message, theirs, own.key)).to.equal(true);
    const ours = derOf(await own.sign(message));
    expect(ssl.verifies("member", message, ours)).to.equal(true);
    expect(ssl.verifies("member", randomBytes(300), ours)).to.equal(false);
    expect(ssl.verifies("stranger", message, ours)).to.equal(false);
  });

  it("a certificate leads up to a root of the verifier's, and to no other", () => {
    const root = ssl.certify("root", "root", authority);
    const middle = ssl.certify("middle", "root", authority.replace("CA:TRUE", "CA:TRUE,pathlen:0"));
    const member = ssl.certify("member", "middle", person, 30);
    const stranger = ssl.certify("stranger", "stranger", authority);
    const now = Date.now();
    expect(verifySm2Path([member, middle], [root], now).key).to.equal(toHex(ssl.read("member.pub").subarray(-65)));
    expect(verifySm2Path([member, middle, root], [stranger, root], now).isAuthority).to.equal(false);

    const refused: readonly (readonly [string, () => unknown, EvidenceErrorCode])[] = [
      ["another root", () => verifySm2Path([member, middle], [stranger], now), "V_UNTRUSTED_ANCHOR"],
      ["its own root", () => verifySm2Path([stranger], [root], now), "V_MEMBER_SIGNATURE"],
      ["no authority between", () => verifySm2Path([member], [root], now), "V_UNTRUSTED_ANCHOR"],
      ["the wrong authority", () => verifySm2Path([member, stranger], [stranger, root], now), "V_UNTRUSTED_ANCHOR"],
      ["nothing", () => verifySm2Path([], [root], now), "V_FORMAT"],
      ["a root alone", () => verifySm2Path([root], [root], now), "V_FORMAT"],
      ["the time after", () => verifySm2Path([member, middle], [root], now + 60 * 24 * 3600 * 1000), "V_TIME"],
      ["the time before", () => verifySm2Path([member, middle], [root], now - 24 * 3600 * 1000), "V_TIME"],
      ["an authority's key", () => verifySm2Path([middle], [root], now), "V_MEMBER_SIGNATURE"],
      ["half a certificate", () => decodeSm2Certificate(member.subarray(0, 200)), "V_FORMAT"],
      ["bytes after it", () => decodeSm2Certificate(Uint8Array.from([...member, 0])), "V_FORMAT"],
    ];
    for (const [what, act, code] of refused) expect(expectRefusal(act, code).message, what).to.not.equal("");
    const under = ssl.certify("stranger", "member", person);
    expectRefusal(() => verifySm2Path([under, member, middle], [root], Date.now()), "V_MEMBER_SIGNATURE");
  });

  it("a certificate holds with no bit of what its authority signed turned", () => {
    const root = ssl.certify("root", "root", authority);
    const member = ssl.certify("member", "root", person);
    for (let bit = 8 * 30; bit < member.length * 8; bit += 61) {
      const changed = member.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => verifySm2Path([changed], [root], Date.now()), `bit ${bit}`).to.throw(EvidenceError);
    }
  });

  it("a certificate of another kind of key, or with a critical extension that nobody knows, is not read", () => {
    const strange = ssl.certify("stranger", "stranger", `${authority}1.2.3.4=critical,DER:0500\n`);
    expectRefusal(() => decodeSm2Certificate(strange), "V_ALGORITHM");
    expectRefusal(() => decodeSm2Certificate(ssl.foreign()), "V_ALGORITHM");
  });

  it("a statement holds with a certificate under the policy's roots, and not without where the policy names some", async () => {
    const root = ssl.certify("root", "root", authority);
    const member = ssl.certify("member", "root", person);
    const other = ssl.certify("stranger", "root", person);
    const [record] = makeRecords([
      { type: "trade.contract", issuer: supplier, occurredAt: toInstant(Date.now() + 60_000) },
    ]);
    const entry = decodeEntry(record!.text);
    const own = sm2Signer(privateKey("member"));
    const sm2 = [{ key: own.key, from: "2026-01-01T00:00:00.000Z", until: null }];
    const guomi = { authorities: [toBase64(root)] };
    const members = policy.members.map((one) => ({ ...one, sm2 }));
    const trusted = decodePolicy(utf8(encodePolicy({ ...policy, members, guomi })));
    const domain = { chainId: policy.chain.chainId, members: policy.contracts.members.address };
    const signed = async (...certificates: Uint8Array[]): Promise<Parameters<typeof verifySm2Statement>[0]> =>
      signSm2Statement(domain, entry, own, certificates.map(toBase64));
    expect(verifySm2Statement(await signed(member), entry, trusted)).to.equal(supplier);
    const bare = await signed();
    expectRefusal(() => verifySm2Statement(bare, entry, trusted), "V_UNTRUSTED_ANCHOR");
    const borrowed = await signed(other);
    expectRefusal(() => verifySm2Statement(borrowed, entry, trusted), "V_MEMBER_SIGNATURE");
  });
});

describe("an SM2 statement", () => {
  const [record] = makeRecords([{ type: "trade.contract", issuer: supplier }]);
  const entry = decodeEntry(record!.text);
  const domain = { chainId: policy.chain.chainId, members: policy.contracts.members.address };
  const trusting = (key: Hex, from = "2026-01-01T00:00:00.000Z", until: string | null = null): Policy => ({
    ...policy,
    members: policy.members.map((member) => ({ ...member, sm2: [{ key, from, until }] })),
  });

  it("holds for the issuer whose key the policy names, as file and policy are written and read again", async () => {
    const made = await signSm2Statement(domain, entry, signer, [toBase64(utf8("certificate"))]);
    const read = decodeSm2Statement(utf8(JSON.stringify(made)));
    expect(read).to.deep.equal(made);
    const trusted = decodePolicy(utf8(encodePolicy(trusting(signer.key))));
    expect(verifySm2Statement(read, entry, trusted)).to.equal(supplier);
  });

  it("holds for no other record, chain, issuer, key or time", async () => {
    const made = await signSm2Statement(domain, entry, signer);
    const other = sm2Signer(new Uint8Array(32).fill(7)).key;
    const refused: readonly (readonly [() => unknown, EvidenceErrorCode])[] = [
      [() => verifySm2Statement(made, { ...entry, subject: "trade:2" }, trusting(signer.key)), "V_MEMBER_SIGNATURE"],
      [() => verifySm2Statement(made, { ...entry, commitments: [] }, trusting(signer.key)), "V_MEMBER_SIGNATURE"],
      [
        () => verifySm2Statement(made, entry, { ...trusting(signer.key), chain: { ...policy.chain, chainId: 1 } }),
        "V_MEMBER_SIGNATURE",
      ],
      [() => verifySm2Statement({ ...made, key: other }, entry, trusting(other)), "V_MEMBER_SIGNATURE"],
      [() => verifySm2Statement(made, entry, trusting(other)), "V_MEMBER_SIGNATURE"],
      [() => verifySm2Statement(made, entry, policy), "V_UNTRUSTED_ANCHOR"],
      [() => verifySm2Statement(made, entry, trusting(signer.key, "2026-06-01T00:00:00.000Z")), "V_MEMBER_SIGNATURE"],
      [
        () =>
          verifySm2Statement(made, entry, trusting(signer.key, "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z")),
        "V_MEMBER_SIGNATURE",
      ],
    ];
    for (const [act, code] of refused) expectRefusal(act, code);
  });

  it("is not handed out where a remote signer gave another key's signature", async () => {
    const wrong = {
      key: sm2Signer(new Uint8Array(32).fill(7)).key,
      sign: (message: Uint8Array) => signer.sign(message),
    };
    await expectRejection(signSm2Statement(domain, entry, wrong), "E_SIGNATURE_FORM");
  });

  it("is read strictly, and so are the policy's SM2 keys", async () => {
    const made = await signSm2Statement(domain, entry, signer);
    const read = (value: unknown): unknown => decodeSm2Statement(utf8(JSON.stringify(value)));
    expectRefusal(() => read({ ...made, version: 2 }), "V_VERSION", "/version");
    expectRefusal(() => read({ ...made, format: "x" }), "V_FORMAT", "/format");
    expectRefusal(() => read({ ...made, key: "0x12" }), "E_HEX_FORM", "/key");
    expectRefusal(() => read({ ...made, signature: "0x12" }), "E_HEX_FORM", "/signature");
    expectRefusal(() => read({ ...made, more: 1 }), "E_UNKNOWN_FIELD", "/more");
    expectRefusal(() => encodePolicy(trusting("0x12")), "V_POLICY", "/members/0/sm2/0/key");
    const shared = {
      ...trusting(signer.key),
      members: [
        trusting(signer.key).members[0]!,
        {
          uscc: policy.logs[0]!.owner,
          keys: [],
          sm2: [{ key: signer.key, from: "2026-01-01T00:00:00.000Z", until: null }],
        },
      ],
    };
    expectRefusal(() => encodePolicy(shared), "V_POLICY");
  });
});
