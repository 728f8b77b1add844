import { generateKeyPairSync, sign } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { toBase64, toHex, utf8 } from "@lianzheng/sdk/encoding";
import {
  checkpointText,
  createNoteSigner,
  createNoteVerifier,
  encodeVerifierKey,
  noteKeyId,
  openCheckpoint,
  openNote,
  parseCheckpointText,
  parseVerifierKey,
  signNote,
} from "@lianzheng/sdk/log";
import type { NoteSigner, NoteVerifier } from "@lianzheng/sdk/log";
import vectors from "../../vectors/notes.json" with { type: "json" };
import { expectRefusal } from "../../encoding/refusal.ts";

interface Key {
  readonly signer: NoteSigner;
  readonly verifier: NoteVerifier;
  readonly publicKey: Uint8Array;
}

/** A key as a node holds one: Node's own Ed25519, not the library that the sdk verifies with. */
function newKey(name: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-32));
  const signer = createNoteSigner(name, raw, (message) => new Uint8Array(sign(null, message, privateKey)));
  return { signer, verifier: createNoteVerifier(name, raw), publicKey: raw };
}

const log = newKey("log.example/evidence");
const witness = newKey("witness.example");
const text = "hello\n";
const note = signNote(text, log.signer);

describe("signed notes", () => {
  it("of the vectors open under their keys", () => {
    for (const vector of vectors.notes) {
      const verifier = parseVerifierKey(vector.key);
      expect(verifier).to.include({ name: vector.name, keyId: vector.keyId });
      expect(encodeVerifierKey(vector.name, verifier.publicKey)).to.equal(vector.key);
      const { name, keyId } = vector;
      expect(openNote(vector.note, [verifier])).to.deep.equal({ text: vector.text, signatures: [{ name, keyId }] });
      expectRefusal(() => openNote(vector.note, [log.verifier]), "V_NOTE");
      expectRefusal(() => openNote(vector.note.replace("o", "0"), [verifier]), "V_NOTE");
    }
    expect(vectors.notes).to.have.length(2);
  });

  it("come back as they were signed, empty lines and all", () => {
    const line = fc.string({ unit: "binary" }).filter((part) => !/\p{Cc}/u.test(part));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const signed = `${lines.join("\n")}\n`;
        expect(openNote(signNote(signed, log.signer), [log.verifier]).text).to.equal(signed);
      }),
      { numRuns: 30 },
    );
  });

  it("open under any known key, passing over the others", () => {
    const both = note + signNote(text, witness.signer).split("\n").slice(2).join("\n");
    const names = (verifiers: readonly NoteVerifier[]): string[] =>
      openNote(both, verifiers).signatures.map(({ name }) => name);
    expect(names([log.verifier])).to.deep.equal(["log.example/evidence"]);
    expect(names([witness.verifier])).to.deep.equal(["witness.example"]);
    expect(names([witness.verifier, log.verifier])).to.deep.equal(["log.example/evidence", "witness.example"]);
    expectRefusal(() => openNote(both, []), "V_NOTE");
    expectRefusal(() => openNote(both, [newKey("log.example/evidence").verifier]), "V_NOTE");
  });

  it("count a key once that signed twice, and fail whole on one bad signature of a known key", () => {
    const lines = note.split("\n").slice(2).join("\n");
    expect(openNote(note + lines, [log.verifier]).signatures).to.have.length(1);
    const bad = signNote(text, { ...witness.signer, sign: () => new Uint8Array(64) })
      .split("\n")
      .slice(2)
      .join("\n");
    expectRefusal(() => openNote(note + bad, [log.verifier, witness.verifier]), "V_NOTE");
    expect(openNote(note + bad, [log.verifier]).signatures).to.have.length(1);
  });

  it("are refused in any other form", () => {
    const line = note.slice(text.length + 1);
    const bad = [
      "",
      "\n",
      "\n\n",
      text,
      `${text}\n`,
      line,
      `${text}${line}`,
      note.slice(0, -1),
      `${note}x`,
      `${note}\n`,
      note.replace("hello", "hell\r"),
      note.replace("hello", "hell\u0000"),
      note.replace("hello", "hell\ud800"),
      note.replace("—", "-"),
      note.replace("— ", "—"),
      note.replace("— ", "—  "),
      note.replace("log.example", "log+example"),
      note.replace("log.example", "log\u2003example"),
      note.replace(/ [^ ]+\n$/, " AAAA\n"),
      note.replace(/ [^ ]+\n$/, " AAAAAA==\n"),
      note.replace(/ [^ ]+\n$/, "\n"),
      note.replace(/=\n$/, "\n"),
      note + line.repeat(100),
      "x".repeat(1_000_001) + note,
    ];
    for (const [at, wrong] of bad.entries()) {
      const { message } = expectRefusal(() => openNote(wrong, [log.verifier]), "V_NOTE");
      expect(message, `case ${at}`).to.not.equal("");
    }
    expect(bad).to.have.length(24);
  });

  it("are not signed over a text that is none, nor under a name that is none", () => {
    for (const wrong of ["", "x", "x\r\n", "\u0000\n", "\ud800\n"]) {
      expectRefusal(() => signNote(wrong, log.signer), "E_NOTE_TEXT");
    }
    const names = ["", "a b", "a+b", "a\u2003b", "a\u0085b", "a\nb", "\ud800", "x".repeat(256)];
    for (const name of names) {
      expectRefusal(() => signNote(text, { ...log.signer, name }), "E_NOTE_NAME");
      expectRefusal(() => noteKeyId(name, log.publicKey), "E_NOTE_NAME");
    }
    expect(names).to.have.length(8);
  });

  it("refuse a signature that only a lax verifier takes", () => {
    // s + L is the same signature to a verifier that does not reduce; RFC 8032 section 5.1.7 refuses it.
    const { signer, verifier } = newKey("k");
    const signature = signer.sign(utf8(text));
    expect(verifier.verify(utf8(text), signature)).to.equal(true);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString("hex")}`) + order;
    const tail = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
    expect(verifier.verify(utf8(text), Uint8Array.from([...signature.slice(0, 32), ...tail]))).to.equal(false);
    expect(verifier.verify(utf8(text), signature.slice(0, 63))).to.equal(false);
  });
}).timeout(30_000);

describe("verifier keys", () => {
  it("come back from their text", () => {
    const vkey = encodeVerifierKey(log.verifier.name, log.publicKey);
    const { name, keyId, publicKey } = parseVerifierKey(vkey);
    expect([name, keyId, toHex(publicKey)]).to.deep.equal([
      log.verifier.name,
      log.verifier.keyId,
      toHex(log.publicKey),
    ]);
  });

  it("are refused with a wrong id, another algorithm, another length or another form", () => {
    const vkey = encodeVerifierKey("k", log.publicKey);
    const [, id = "", key = ""] = vkey.split("+", 2).concat(vkey.slice(vkey.indexOf("+", 2) + 1));
    expect(vkey).to.equal(`k+${id}+${key}`);
    const keyOf = (type: number, bytes: Uint8Array): string => toBase64(Uint8Array.from([type, ...bytes]));
    for (const wrong of [
      "",
      "k",
      `k+${id}`,
      `+${id}+${key}`,
      `k+${id}+`,
      `k+${id.slice(1)}+${key}`,
      `k+${id}+${key}!`,
    ]) {
      expectRefusal(() => parseVerifierKey(wrong), "E_NOTE_KEY");
    }
    expectRefusal(() => parseVerifierKey(`k+00000000+${key}`), "E_NOTE_KEY");
    expectRefusal(() => parseVerifierKey(`j+${id}+${key}`), "E_NOTE_KEY");
    expectRefusal(() => parseVerifierKey(`k+${id}+${keyOf(1, log.publicKey.slice(1))}`), "E_NOTE_KEY");
    expectRefusal(() => parseVerifierKey(`k+${id}+${keyOf(4, log.publicKey)}`), "V_ALGORITHM");
    expectRefusal(() => parseVerifierKey(`a b+${id}+${key}`), "E_NOTE_NAME");
    expectRefusal(() => encodeVerifierKey("k", new Uint8Array(31)), "E_NOTE_KEY");
  });
}).timeout(30_000);

describe("checkpoints", () => {
  const root = new Uint8Array(32).fill(7);
  const checkpoint = { origin: log.verifier.name, size: 41, root };
  const body = checkpointText(checkpoint);

  it("have the text of the specification and come back from it", () => {
    expect(body).to.equal(`log.example/evidence\n41\n${toBase64(root)}\n`);
    expect(parseCheckpointText(body)).to.deep.equal(checkpoint);
    const example = parseCheckpointText(vectors.notes[1]!.text);
    expect([example.origin, example.size]).to.deep.equal(["go.sum database tree", 20852163]);
    expect(parseCheckpointText(`${body}extension\n`)).to.deep.equal(checkpoint);
  });

  it("open under the key of their own log only", () => {
    expect(openCheckpoint(signNote(body, log.signer), [log.verifier])).to.deep.equal(checkpoint);
    const byWitness = signNote(body, witness.signer);
    expectRefusal(() => openCheckpoint(byWitness, [log.verifier, witness.verifier]), "V_NOTE");
    expectRefusal(() => openCheckpoint(byWitness, [log.verifier]), "V_NOTE");
  });

  it("are refused with another size, root or number of lines", () => {
    const sizes = [
      "",
      "-1",
      "041",
      "4.1",
      "4e1",
      "0x29",
      " 41",
      "9007199254740992",
      "18446744073709551616",
      "99999999999999999999",
    ];
    for (const size of sizes) {
      const code = size === "" ? "V_FORMAT" : "V_INDEX";
      expectRefusal(() => parseCheckpointText(body.replace("\n41\n", `\n${size}\n`)), code);
    }
    const bad = [
      "",
      "\n",
      "a\n",
      "a\n1\n",
      `a\n1\n${toBase64(root)}`,
      `\n1\n${toBase64(root)}\n`,
      `${body}\n`,
      `${body}\nx\n`,
    ];
    for (const wrong of bad) expectRefusal(() => parseCheckpointText(wrong), "V_FORMAT");
    expectRefusal(() => parseCheckpointText(`a\n1\n${toBase64(root.slice(1))}\n`), "V_FORMAT");
    expectRefusal(() => parseCheckpointText("a\n1\nnot base64\n"), "V_FORMAT");
    expectRefusal(() => checkpointText({ ...checkpoint, size: -1 }), "V_INDEX");
    expectRefusal(() => checkpointText({ ...checkpoint, size: 2 ** 53 }), "V_INDEX");
    expectRefusal(() => checkpointText({ ...checkpoint, origin: "a\nb" }), "V_FORMAT");
    expectRefusal(() => checkpointText({ ...checkpoint, root: root.slice(1) }), "V_FORMAT");
    expect([sizes.length, bad.length]).to.deep.equal([10, 8]);
  });
}).timeout(30_000);
