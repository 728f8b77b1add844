import { generateKeyPairSync, sign } from "node:crypto";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import {
  checkpointText,
  createNoteSigner,
  createNoteVerifier,
  encodeVerifierKey,
  noteKeyId,
  openCheckpoint,
  openNote,
  signNote,
} from "@lianzheng/sdk/log";
import { looksLikeRefusal, refusalKeyName, refusalText, signRefusal, verifyRefusal } from "@lianzheng/sdk/refusal";
import type { Refusal } from "@lianzheng/sdk/refusal";
import { expect } from "chai";

const origin = "log.example/2026";
const owner = "91460000MA5T000160";

/** A log's key, and what it signs under a name. */
function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url"));
  const signer = (name: string) =>
    createNoteSigner(name, raw, (message) => new Uint8Array(sign(null, message, privateKey)));
  return { raw, signer };
}

const { raw, signer } = keyPair();
const log = { origin, key: encodeVerifierKey(origin, raw), logId: `0x${"11".repeat(32)}`, owner } as const;
const trust = { logs: [log] };
const refusal: Refusal = {
  origin,
  time: "2026-11-22T10:00:00.000Z",
  request: `0x${"ab".repeat(32)}`,
  member: "91460000MA5T00024T",
  code: "E_SCHEMA",
  field: "/body/price",
  recordType: "trade.offer",
  policy: { name: "schema/trade.offer", version: 2, digest: `0x${"cd".repeat(32)}` },
};
const note = signRefusal(refusal, signer(refusalKeyName(origin)));

describe("refusal: the signed note", () => {
  it("says what was refused, when and by which version, and verifies with the log's key", () => {
    expect(verifyRefusal(note, trust)).to.deep.equal({ refusal, log });
    expect(looksLikeRefusal(note)).to.equal(true);
    const bare = { ...refusal, field: null, recordType: null, policy: null };
    const own = signRefusal(bare, signer(refusalKeyName(origin)));
    expect(verifyRefusal(own, trust).refusal).to.deep.equal(bare);
  });

  it("has these very lines", () => {
    expect(note.split("\n").slice(0, 4)).to.deep.equal([
      "log.example/2026/refusals",
      "lianzheng-refusal 1",
      `{"code":"E_SCHEMA","field":"/body/price","member":"91460000MA5T00024T","policy":{"digest":"0x${"cd".repeat(32)}","name":"schema/trade.offer","version":2},"recordType":"trade.offer","request":"0x${"ab".repeat(32)}","time":"2026-11-22T10:00:00.000Z"}`,
      "",
    ]);
  });

  const forgeries: readonly (readonly [string, () => string, string])[] = [
    ["of another text", () => note.replace("E_SCHEMA", "E_RED_LINE"), "V_NOTE"],
    ["of another request", () => note.replace("abab", "abac"), "V_NOTE"],
    ["by another key", () => signRefusal(refusal, keyPair().signer(refusalKeyName(origin))), "V_NOTE"],
    [
      "of a log that nobody trusts",
      () => signRefusal({ ...refusal, origin: "other" }, signer("other/refusals")),
      "V_NOTE",
    ],
    ["by the log's key under the log's own name", () => signNote(refusalText(refusal), signer(origin)), "V_NOTE"],
    [
      "with the name of the key exchanged",
      () => note.replace(`\u2014 ${origin}/refusals`, `\u2014 ${origin}`),
      "V_NOTE",
    ],
    ["without a signature", () => refusalText(refusal), "V_NOTE"],
    ["that is a checkpoint", () => checkpoint(), "V_NOTE"],
    [
      "that is a checkpoint signed as a refusal",
      () => signNote(checkpointOf(refusalKeyName(origin)), signer(refusalKeyName(origin))),
      "V_FORMAT",
    ],
    [
      "of another version",
      () => signNote(refusalText(refusal).replace("refusal 1", "refusal 2"), signer(refusalKeyName(origin))),
      "V_VERSION",
    ],
    [
      "with more facts",
      () => signNote(refusalText(refusal).replace('{"code"', '{"body":{},"code"'), signer(refusalKeyName(origin))),
      "V_FORMAT",
    ],
    [
      "that is not canonical",
      () => signNote(refusalText(refusal).replace('"code":', '"code": '), signer(refusalKeyName(origin))),
      "V_FORMAT",
    ],
  ];
  for (const [what, forged, code] of forgeries) {
    it(`is not believed ${what}`, () => expect(codeOf(() => verifyRefusal(forged(), trust))).to.equal(code));
  }

  it("is never a checkpoint, whatever name its signature is given", () => {
    const verifier = createNoteVerifier(origin, raw);
    const asLog = createNoteVerifier(refusalKeyName(origin), raw);
    expect(codeOf(() => openCheckpoint(note, [verifier]))).to.equal("V_NOTE");
    // The same key, so its signature passes for the log's once the line is rewritten; the text never passes for a checkpoint.
    expect(openNote(relabelled(), [verifier]).signatures).to.have.length(1);
    expect(codeOf(() => openCheckpoint(relabelled(), [verifier]))).to.equal("V_INDEX");
    expect(
      codeOf(() => openCheckpoint(note, [asLog])),
      "a text that no checkpoint has",
    ).to.equal("V_INDEX");
    // The log's key signs the text itself under its own name: still no checkpoint.
    const signed = signNote(refusalText(refusal), signer(origin));
    expect(openNote(signed, [verifier]).signatures).to.have.length(1);
    expect(codeOf(() => openCheckpoint(signed, [verifier]))).to.equal("V_INDEX");
  });

  it("is not made of facts that nobody could read again, nor under another name", () => {
    expect(codeOf(() => refusalText({ ...refusal, code: "not a code" }))).to.equal("V_FORMAT");
    expect(codeOf(() => refusalText({ ...refusal, member: "nobody" }))).to.equal("V_FORMAT");
    expect(codeOf(() => signRefusal(refusal, signer(origin)))).to.equal("E_NOTE_NAME");
  });
});

const checkpointOf = (name: string): string =>
  checkpointText({ origin: name, size: 3, root: new Uint8Array(32).fill(1) });
const checkpoint = (): string => signNote(checkpointOf(origin), signer(origin));

/** The refusal's own signature under the name and key id of the log. */
function relabelled(): string {
  const [text = "", line = ""] = note.split("\n\u2014 ");
  const signature = Buffer.from(line.trim().split(" ")[1] ?? "", "base64");
  signature.writeUInt32BE(noteKeyId(origin, raw));
  return `${text}\n\u2014 ${origin} ${signature.toString("base64")}\n`;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
  return "taken";
}
