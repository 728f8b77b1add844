/** Timestamps by authorities that openssl plays: what they prove of a bundle, and everything that they don't. */
import { fromHex, sha256, toBase64, toHex, utf8 } from "@lianzheng/sdk/encoding";
import {
  decodePolicy,
  verify,
  type Bundle,
  type Policy,
  type TimestampFindings,
  type Verdict,
} from "@lianzheng/sdk/evidence";
import { decodeProof } from "@lianzheng/sdk/log";
import { proveTimestamps, timestampQuery, withTimestamp } from "@lianzheng/sdk/timestamp";
import { expect } from "chai";
import fc from "fast-check";
import { decodeToken } from "../../sdk/src/timestamp/token.ts";
import { bytesOf, encoded, makeEvidence, policy } from "../evidence/fixture.ts";
import { answerTo, expectAnswer, expectFailure } from "../evidence/question-of.ts";
import { authorityExtensions, stampExtensions, Workshop, type Identity } from "./authority.ts";

const hourMs = 3_600_000;
const nowMs = Date.now() + 3 * hourMs;
/** The chain's block is of an hour from now, so that stamps of now are earlier than it. */
const { bundle } = await makeEvidence({ anchorBlock: { timeMs: Date.now() + hourMs } });
const note = sha256(utf8(decodeProof(bundle.records[0]!.proof).checkpoint));

const stamped = (...tokens: readonly (Uint8Array | string)[]): Bundle => ({
  ...bundle,
  timestamps: tokens.map((token) => (typeof token === "string" ? token : toBase64(token))),
});
const trusting = (...authorities: readonly Identity[]): Policy =>
  decodePolicy(bytesOf({ ...policy, timestamps: { authorities: authorities.map(({ der }) => der) } }));

async function prove(of: Bundle, by: Policy): Promise<TimestampFindings> {
  return proveTimestamps(encoded(of), by);
}

async function judge(of: Bundle, by: Policy): Promise<Verdict> {
  return verify(encoded(of), by, { now: nowMs, timestamps: await prove(of, by) });
}

describe("timestamps", function () {
  this.timeout(120_000);
  let workshop: Workshop;
  let root: Identity;
  let authority: Identity;
  let good: Uint8Array;

  before(async () => {
    workshop = await Workshop.open();
    root = await workshop.identity("Root", { extensions: authorityExtensions });
    authority = await workshop.identity("Stamps", { issuer: root });
    good = await workshop.stamp(note, authority, { chain: root });
  });
  after(() => workshop.close());

  describe("of a trusted authority", () => {
    it("say by when the records existed, earlier than the block", async () => {
      const before = Date.now();
      const verdict = await judge(stamped(good), trusting(root));
      expect(verdict.result, verdict.reason).to.equal("verified");
      const { trust, reason } = expectAnswer(verdict, "time", "pass");
      expect(trust).to.equal("timestamp");
      expect(reason).to.match(/by the timestamp of Stamps\.$/);
      const at = Date.parse(verdict.facts.stampedAt!);
      expect(at, "accuracy is counted").to.be.lessThan(before + 3000);
      expect(Date.parse(verdict.facts.anchoredAt!)).to.be.greaterThan(at);
    });

    it("count when it is named itself, or issued in two steps", async () => {
      expect(answerTo("time", await judge(stamped(good), trusting(authority))).trust).to.equal("timestamp");
      const middle = await workshop.identity("Middle", { issuer: root, extensions: authorityExtensions });
      const leaf = await workshop.identity("Leaf", { issuer: middle });
      const token = await workshop.stamp(note, leaf, { chain: middle });
      expect(answerTo("time", await judge(stamped(token), trusting(root))).trust).to.equal("timestamp");
      const short = await workshop.identity("Short", {
        extensions: [...authorityExtensions.slice(1), "basicConstraints=critical,CA:TRUE,pathlen:0"],
      });
      const below = await workshop.identity("Below", { issuer: short, extensions: authorityExtensions });
      const end = await workshop.identity("End", { issuer: below });
      const long = await workshop.stamp(note, end, { chain: below });
      expect((await prove(stamped(long), trusting(short))).passedOver).to.equal(1);
    });

    it("count with RSA and larger curves as with P-256", async () => {
      for (const algorithm of [
        ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
      ]) {
        const other = await workshop.identity("Other", { algorithm });
        expect((await prove(stamped(await workshop.stamp(note, other)), trusting(other))).stamps).to.have.length(1);
      }
    });

    it("leave the earliest of several", async () => {
      const first = await prove(stamped(good), trusting(root));
      const both = await prove(stamped(await workshop.stamp(note, authority, { chain: root }), good), trusting(root));
      expect(both.stamps).to.have.length(2);
      const verdict = verify(encoded(stamped(good)), trusting(root), { now: nowMs, timestamps: both });
      expect(verdict.facts.stampedAt).to.equal(first.stamps[0]!.at);
    });

    it("stand in for a block that is not final", async () => {
      const word = { engine: "rpc", endpoint: "https://rpc.example/", confirmations: 1 } as const;
      const alone: Policy = {
        ...trusting(root),
        chain: { ...policy.chain, finality: word },
        required: ["unaltered", "logged", "time"],
      };
      const verdict = await judge(stamped(good), alone);
      expect(verdict.result, verdict.reason).to.equal("verified");
      expect(verdict.facts).to.not.have.property("anchoredAt");
      expect(answerTo("time", verdict).trust).to.equal("timestamp");
    });
  });

  describe("that prove nothing", () => {
    it("are those of another authority, which are passed over", async () => {
      const stranger = await workshop.identity("Root", { extensions: authorityExtensions });
      const findings = await prove(stamped(good), trusting(stranger));
      expect(findings).to.deep.include({ stamps: [], passedOver: 1 });
      const verdict = await judge(stamped(good), trusting(stranger));
      expect(answerTo("time", verdict).trust).to.equal("single-operator");
      expect(verdict.facts).to.not.have.property("stampedAt");
    });

    it("are those under a policy that names none, and those that nobody examined", async () => {
      expect((await prove(stamped(good), policy)).passedOver).to.equal(1);
      const { reason, trust } = answerTo("time", verify(encoded(stamped(good)), trusting(root), { now: nowMs }));
      expect(reason).to.match(/The 1 timestamps of the bundle were not examined\.$/);
      expect(trust).to.equal("single-operator");
    });

    it("are those found for another bundle", async () => {
      const other = (await makeEvidence({ shown: [0] })).bundle;
      const { note: held, ...rest } = await prove(stamped(good), trusting(root));
      const verdict = verify(encoded(other), trusting(root), {
        now: nowMs,
        timestamps: { ...rest, note: toHex(sha256(utf8(held))) },
      });
      expect(verdict.facts).to.not.have.property("stampedAt");
    });

    it("are those that an end of a path issued, or that nobody's issuer signed", async () => {
      const under = await workshop.identity("Under", { issuer: authority });
      const token = await workshop.sign(decodeToken(good).content, under);
      expect((await prove(stamped(token), trusting(root))).stamps).to.deep.equal([]);
    });
  });

  describe("that do not hold", () => {
    async function expectRefused(token: Uint8Array | string, reason: RegExp): Promise<void> {
      const verdict = await judge(stamped(token), trusting(root));
      expectFailure(verdict, "time", "V_TIMESTAMP");
      expect(answerTo("time", verdict).reason).to.match(reason);
      expect(verdict.facts).to.not.have.property("stampedAt");
    }

    /** What an authority signs, at a time at which certificates of just now count. */
    const contentNow = async (): Promise<Uint8Array> =>
      decodeToken(await workshop.stamp(note, authority, { chain: root })).content;

    it("are refused for another note", async () => {
      await expectRefused(
        await workshop.stamp(sha256(utf8("another")), authority, { chain: root }),
        /something else than the note/,
      );
    });

    it("are refused without, beside or with no weight on the purpose of time stamps", async () => {
      for (const usage of [
        [],
        ["extendedKeyUsage=critical,timeStamping,codeSigning"],
        ["extendedKeyUsage=timeStamping"],
      ]) {
        const other = await workshop.identity("Other", {
          issuer: root,
          extensions: ["basicConstraints=CA:FALSE", ...usage],
        });
        await expectRefused(await workshop.sign(await contentNow(), other), /not one for time stamps alone/);
      }
    });

    it("are refused when the certificate had ended, or not begun", async () => {
      const { content } = decodeToken(good);
      const year = Buffer.from(content).indexOf(String(new Date().getFullYear()));
      expect(year).to.be.greaterThan(0);
      for (const other of ["2019", "2049"]) {
        const bent = content.slice();
        bent.set(utf8(other), year);
        await expectRefused(await workshop.sign(bent, authority), /did not count when the time was stamped/);
      }
    });

    it("are refused with a critical extension that is not read", async () => {
      const odd = await workshop.identity("Odd", {
        issuer: root,
        extensions: [...stampExtensions, "1.2.3.4=critical,DER:0500"],
      });
      await expectRefused(await workshop.sign(await contentNow(), odd), /critical extension/);
    });

    it("are refused when content, attributes or signature are others", async () => {
      const parts: readonly (readonly [what: Uint8Array, reason: RegExp])[] = [
        [decodeToken(good).content.subarray(-12), /its content is not what was signed|DER|time/],
        [decodeToken(good).signer.signature.subarray(-8), /signature/],
        [decodeToken(good).signer.signedBytes.subarray(-8), /signer names another certificate|signature/],
      ];
      for (const [part, reason] of parts) {
        const bent = good.slice();
        const at = Buffer.from(bent).lastIndexOf(part);
        expect(at).to.be.greaterThan(0);
        bent[at + 3] = bent[at + 3]! ^ 1;
        await expectRefused(bent, reason);
      }
    });

    it("are refused when they are none", async () => {
      for (const token of ["", "MAA=", "!", toBase64(new Uint8Array(1000).fill(0x30)), toBase64(good).slice(0, -8)])
        await expectRefused(token, /does not hold/);
      await expectRefused(
        await workshop.sign(decodeToken(good).content, authority, "1.2.3.4"),
        /signs a time stamp's content/,
      );
    });

    it("are refused by a clock that they are ahead of", async () => {
      const timestamps = await prove(stamped(good), trusting(root));
      const verdict = verify(encoded(stamped(good)), trusting(root), { now: Date.now() - hourMs, timestamps });
      expectFailure(verdict, "time", "V_TIME");
    });

    it("never prove another time, with any byte changed", async () => {
      const [stamp] = (await prove(stamped(good), trusting(root))).stamps;
      await fc.assert(
        fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
          const bent = good.slice();
          bent[at] = bent[at]! ^ by;
          const findings = await prove(stamped(bent), trusting(root));
          // What nobody signs may be others (versions, a digest list): what is proved stays the same.
          for (const found of findings.stamps) expect(found).to.deep.equal(stamp);
          expect(findings.stamps.length + findings.passedOver + (findings.refused === undefined ? 0 : 1)).to.equal(1);
        }),
        { numRuns: process.env["LIANZHENG_LONG"] === "1" ? 5000 : 200 },
      );
    });
  });

  it("end in findings, whatever the bytes are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const findings = await prove(stamped(toBase64(bytes)), trusting(root));
        expect(findings.stamps).to.deep.equal([]);
        expect((await proveTimestamps(bytes, trusting(root))).stamps).to.deep.equal([]);
      }),
      { numRuns: 100 },
    );
  });

  it("are asked for with a query that an authority takes, and put into the bundle from its answer", async () => {
    const reply = await workshop.answer(timestampQuery(encoded(bundle)), authority);
    const text = withTimestamp(utf8(withTimestamp(encoded(bundle), reply)), reply);
    const findings = await proveTimestamps(utf8(text), trusting(root));
    expect(findings.stamps.map(({ authority: name }) => name)).to.deep.equal(["Stamps", "Stamps"]);
    const refused = await workshop
      .answer(timestampQuery(encoded(bundle)).subarray(0, -1), authority)
      .catch(() => fromHex("0x30053003020102"));
    for (const answer of [refused, reply.subarray(1), new Uint8Array(0)])
      expect(() => withTimestamp(encoded(bundle), answer))
        .to.throw()
        .with.property("code", "V_TIMESTAMP");
  });

  it("need certificates in the policy", async () => {
    const bad = decodePolicy(bytesOf({ ...policy, timestamps: { authorities: [toBase64(Uint8Array.of(0x30, 0))] } }));
    let thrown: unknown;
    await prove(stamped(good), bad).catch((error: unknown) => (thrown = error));
    expect(thrown).to.have.property("code", "V_POLICY");
    for (const authorities of [[], ["!"], ["AAAA"], [root.der, root.der]])
      expect(() => decodePolicy(bytesOf({ ...policy, timestamps: { authorities } })))
        .to.throw()
        .with.property("code", "V_POLICY");
  });
});
