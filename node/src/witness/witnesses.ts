import { join } from "node:path";
import type { Digest } from "@lianzheng/sdk/encoding";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { NoteVerifier } from "@lianzheng/sdk/log";
import { encodeAddCheckpoint, openNote, parseCheckpointText } from "@lianzheng/sdk/log";
import type { Files } from "@lianzheng/node/journal";
import { keepNote, readNote } from "./kept-note.ts";

/** A witness that this log asks. */
export interface WitnessPeer {
  readonly name: string;
  /** Checks its cosignatures. */
  readonly verifier: NoteVerifier;
  /** Prefix of its address, without `/add-checkpoint`. */
  readonly url: string;
}

/** What asking needs of the log. */
export interface WitnessesOptions {
  /** Folder of what they cosigned: one file for each. */
  readonly directory: string;
  readonly peers: readonly WitnessPeer[];
  readonly files: Files;
  readonly consistencyProof: (from: number, to: number) => Promise<readonly Digest[]>;
  /** Longest wait for one answer, ms. */
  readonly patienceMs: number;
  /** Told when a witness did not cosign. */
  readonly refused: (name: string, reason: string) => void;
}

/** What a witness did last. */
export interface WitnessState {
  readonly name: string;
  /** Leaves of the newest tree that it cosigned; 0 for none. */
  readonly size: number;
  /** Why the newest request brought no cosignature; null if it did. */
  readonly reason: string | null;
}

interface Known {
  size: number;
  reason: string | null;
}

/** Largest answer that is read, bytes. */
const mostBytes = 64 * 1024;

/**
 * Asks witnesses for cosignatures, and keeps the newest checkpoint that each cosigned.
 *
 * A cosignature is kept beside the log and not in the journal: it is the witness's word, which can be had again by asking
 * again, and no record depends on it. Losing a file means that the next request begins at size 0, and is told the size.
 */
export class Witnesses {
  readonly #options: WitnessesOptions;
  readonly #known: ReadonlyMap<WitnessPeer, Known>;

  private constructor(options: WitnessesOptions, known: ReadonlyMap<WitnessPeer, Known>) {
    this.#options = options;
    this.#known = known;
  }

  /** Reads what they cosigned before. */
  static async open(options: WitnessesOptions): Promise<Witnesses> {
    const known = new Map<WitnessPeer, Known>();
    for (const peer of options.peers) {
      const note = await readNote(options.files, pathOf(options, peer));
      known.set(peer, { size: note === undefined ? 0 : (cosignedSize(note, peer) ?? 0), reason: null });
    }
    return new Witnesses(options, known);
  }

  states(): readonly WitnessState[] {
    return [...this.#known].map(([{ name }, known]) => ({ name, ...known }));
  }

  /** The checkpoint with the cosignatures that the witnesses gave in time. Never rejects: without them it stands as it is. */
  async cosign(checkpoint: string): Promise<string> {
    const { size } = parseCheckpointText(checkpoint.slice(0, checkpoint.indexOf("\n\n") + 1));
    const lines = await Promise.all(
      [...this.#known].map(([peer, known]) => this.#ask(peer, known, { checkpoint, size })),
    );
    return checkpoint + lines.join("");
  }

  /** The signature lines of one witness; empty when it gave none. */
  async #ask(peer: WitnessPeer, known: Known, asked: Asked): Promise<string> {
    try {
      const lines = await this.#request(peer, known.size, asked);
      const answer = typeof lines === "number" ? await this.#request(peer, lines, asked) : lines;
      if (typeof answer === "number") throw new Error(`it has seen ${answer} records by now`);
      await keepNote(this.#options.files, pathOf(this.#options, peer), asked.checkpoint + answer);
      known.size = asked.size;
      known.reason = null;
      return answer;
    } catch (error) {
      known.reason = error instanceof Error ? error.message : String(error);
      this.#options.refused(peer.name, known.reason);
      return "";
    }
  }

  /** The verified signature lines, or the size that the witness has seen, from which to ask again. */
  async #request(peer: WitnessPeer, oldSize: number, { checkpoint, size }: Asked): Promise<string | number> {
    if (oldSize > size) throw new Error(`it has seen ${oldSize} records, this log has ${size}`);
    const proof = oldSize === 0 || oldSize === size ? [] : await this.#options.consistencyProof(oldSize, size);
    const answer = await fetch(`${peer.url}/add-checkpoint`, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: encodeAddCheckpoint({ oldSize, proof, checkpoint }),
      redirect: "error",
      signal: AbortSignal.timeout(this.#options.patienceMs),
    });
    const text = await bodyOf(answer);
    if (answer.status === 409 && answer.headers.get("content-type") === "text/x.tlog.size")
      return sizeIn(text, oldSize);
    if (answer.status !== 200)
      throw new Error(`it answers ${answer.status}: ${refusals[answer.status] ?? "no reason is known"}`);
    return linesOf(checkpoint, text, peer);
  }
}

interface Asked {
  readonly checkpoint: string;
  readonly size: number;
}

/** What the statuses of C2SP tlog-witness mean to the log that asked. */
const refusals: Readonly<Record<number, string>> = {
  400: "it could not read the request",
  403: "it does not know this log's key",
  404: "it does not witness this log",
  409: "it has seen another tree of this size",
  422: "it has seen a tree that this one does not begin with",
};

function pathOf({ directory }: WitnessesOptions, { verifier }: WitnessPeer): string {
  return join(directory, verifier.keyId.toString(16).padStart(8, "0"));
}

async function bodyOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    const bytes = chunk as Uint8Array;
    length += bytes.length;
    if (length > mostBytes) throw new Error("its answer is too long");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A size that was given before is no news: asking again would go on for ever. */
function sizeIn(text: string, asked: number): number {
  const size = /^(?:0|[1-9][0-9]{0,14})\n$/.test(text) ? Number(text) : undefined;
  if (size === undefined) throw new Error("its size cannot be read");
  if (size === asked) throw new Error("it has seen another tree of this size");
  return size;
}

/** The lines of this witness's key among those of the answer; others are passed over, as the specification asks. */
function linesOf(checkpoint: string, answer: string, peer: WitnessPeer): string {
  const own = answer
    .split(/(?<=\n)/)
    .filter((line) => line.startsWith(`\u2014 ${peer.verifier.name} `))
    .join("");
  if (cosignedSize(checkpoint + own, peer) === undefined) throw new Error("its answer holds no cosignature of its key");
  return own;
}

/** Size of a checkpoint that this witness cosigned; undefined if it did not. */
function cosignedSize(note: string, { verifier }: WitnessPeer): number | undefined {
  try {
    return parseCheckpointText(openNote(note, [verifier]).text).size;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
