import { EvidenceError, fromBase64, toBase64 } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { openNote } from "./note.ts";
import type { NoteSignature } from "./note.ts";
import type { NoteVerifier } from "./note-key.ts";
import { assertDigests, assertSize, digestBytes } from "./tree.ts";

/** A log's statement of its tree: who, how many leaves, which root (32 bytes). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Digest;
}

const decimal = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * The text that a log signs: origin, size and root in base64, one a line.
 *
 * @throws EvidenceError V_INDEX (size), V_FORMAT (root, or an origin that is empty or has a newline)
 * @see C2SP tlog-checkpoint, Note text
 */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  assertSize(size);
  assertDigests([root]);
  if (origin === "" || origin.includes("\n")) throw new EvidenceError("V_FORMAT", "an origin is one line");
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * The checkpoint of a note's text. Extension lines, which the specification allows and no log of ours writes, must not be
 * empty; nothing is read out of them.
 *
 * @throws EvidenceError V_FORMAT, V_INDEX (the size is not a decimal below 2^53)
 * @see C2SP tlog-checkpoint, Note text
 */
export function parseCheckpointText(text: string): Checkpoint {
  const lines = text.split("\n");
  const [origin = "", size = "", root = ""] = lines;
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("")) {
    throw new EvidenceError("V_FORMAT", "a checkpoint is an origin, a size and a root, one a line");
  }
  if (!decimal.test(size)) throw new EvidenceError("V_INDEX", "a checkpoint's size is a decimal below 2^53");
  assertSize(Number(size));
  return { origin, size: Number(size), root: rootOf(root) };
}

function rootOf(text: string): Digest {
  try {
    const root = fromBase64(text);
    if (root.length === digestBytes) return root;
  } catch (cause) {
    throw new EvidenceError("V_FORMAT", "a checkpoint's root is base64 of 32 bytes", {}, cause);
  }
  throw new EvidenceError("V_FORMAT", "a checkpoint's root is base64 of 32 bytes");
}

/**
 * The checkpoint of a signed note. Its origin must be the name of a key that signed it: a key speaks for its own log only.
 *
 * @param verifiers - the keys that count; witnesses may be among them, yet only the log's own key makes a checkpoint
 * @throws EvidenceError V_NOTE (signatures, or no signature under the origin's name), V_FORMAT, V_INDEX
 * @see C2SP tlog-checkpoint, Signatures
 */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): Checkpoint {
  return openCosigned(note, verifiers).checkpoint;
}

/** A checkpoint and the known keys that signed its note, its log's among them. */
export interface CosignedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly signatures: readonly NoteSignature[];
}

/** As {@link openCheckpoint}, with who signed. @throws as {@link openCheckpoint} */
export function openCosigned(note: string, verifiers: readonly NoteVerifier[]): CosignedCheckpoint {
  const { text, signatures } = openNote(note, verifiers);
  const checkpoint = parseCheckpointText(text);
  if (signatures.some(({ name }) => name === checkpoint.origin)) return { checkpoint, signatures };
  throw new EvidenceError("V_NOTE", "the key that signed the checkpoint is not its log's", {
    origin: checkpoint.origin,
  });
}
