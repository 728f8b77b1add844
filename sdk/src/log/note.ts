import { EvidenceError, concatBytes, fromBase64, isWellFormed, toBase64, utf8 } from "@lianzheng/sdk/encoding";
import { assertNoteName } from "./note-key.ts";
import type { NoteSigner, NoteVerifier } from "./note-key.ts";

/** A key that signed, by name and id. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
}

/** A note whose text may be believed: every signature in `signatures` was verified. */
export interface OpenedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

interface SignatureLine extends NoteSignature {
  readonly signature: Uint8Array;
}

// The spec asks for 16 signatures or more, and for a limit; 100 signatures is Go's. Sizes are in characters.
const maxSignatures = 100;
const maxNoteLength = 1_000_000;
const keyIdBytes = 4;
const lineForm = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+=*)$/u;
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const controls = /[\u0000-\u0009\u000b-\u001f]/;

function refused(message: string, cause?: unknown): EvidenceError {
  return new EvidenceError("V_NOTE", message, {}, cause);
}

/**
 * The note of `text` with one signature.
 *
 * @param text - ends with a newline; no control character but newlines
 * @throws EvidenceError E_NOTE_TEXT, E_NOTE_NAME
 * @see C2SP signed-note, Format
 */
export function signNote(text: string, signer: NoteSigner): string {
  if (!text.endsWith("\n") || controls.test(text) || !isWellFormed(text)) {
    throw new EvidenceError("E_NOTE_TEXT", "a note's text ends with a newline and holds no other control character");
  }
  assertNoteName(signer.name);
  const id = new Uint8Array(keyIdBytes);
  new DataView(id.buffer).setUint32(0, signer.keyId);
  return `${text}\n\u2014 ${signer.name} ${toBase64(concatBytes(id, signer.sign(utf8(text))))}\n`;
}

/**
 * The text of a note that a known key signed. Signatures of unknown keys are passed over, as the specification asks; one
 * bad signature of a known key refuses the whole note.
 *
 * @throws EvidenceError V_NOTE: malformed, too long, no signature of a known key, or a wrong one
 * @see C2SP signed-note, Signatures
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): OpenedNote {
  const { text, lines } = splitNote(note);
  const message = utf8(text);
  const signatures: NoteSignature[] = [];
  for (const { name, keyId, signature } of lines) {
    const verifier = verifiers.find((known) => known.name === name && known.keyId === keyId);
    if (verifier === undefined || signatures.some((seen) => seen.name === name && seen.keyId === keyId)) continue;
    if (!verifier.verify(message, signature)) throw refused(`the signature of ${name} is not of this text`);
    signatures.push({ name, keyId });
  }
  if (signatures.length === 0) throw refused("no known key signed the note");
  return { text, signatures };
}

/** Text (its last newline included) and signature lines of a note; the last empty line is between them. */
function splitNote(note: string): { readonly text: string; readonly lines: readonly SignatureLine[] } {
  if (note.length > maxNoteLength) throw refused("the note is too long");
  if (controls.test(note) || !isWellFormed(note))
    throw refused("the note holds a control character or a lone surrogate");
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) throw refused("a note is text, an empty line and signature lines");
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > maxSignatures) throw refused(`the note has more than ${maxSignatures} signatures`);
  return { text: note.slice(0, split + 1), lines: lines.map(parseLine) };
}

function parseLine(line: string): SignatureLine {
  const [, name, encoded] = lineForm.exec(line) ?? [];
  if (name === undefined) throw refused("a signature line is a dash, a name and base64");
  const bytes = signatureBytes(name, encoded);
  if (bytes.length <= keyIdBytes) throw refused("a signature line holds a key id and a signature");
  return { name, keyId: new DataView(bytes.buffer).getUint32(0), signature: bytes.subarray(keyIdBytes) };
}

function signatureBytes(name: string, encoded: string | undefined): Uint8Array {
  try {
    assertNoteName(name);
    return fromBase64(encoded);
  } catch (cause) {
    throw refused("a signature line has no such name or base64", cause);
  }
}
