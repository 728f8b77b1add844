import { createHash } from "node:crypto";
import { join } from "node:path";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { AddCheckpoint, Checkpoint, NoteSigner, NoteVerifier } from "@lianzheng/sdk/log";
import {
  decodeAddCheckpoint,
  emptyRoot,
  openCheckpoint,
  openNote,
  parseCheckpointText,
  signNote,
  verifyConsistency,
} from "@lianzheng/sdk/log";
import type { Files } from "@lianzheng/node/journal";
import { equalBytes } from "@lianzheng/sdk/encoding";
import { NodeError } from "../errors.ts";
import { keepNote, readNote } from "./kept-note.ts";

/** Whose logs this node witnesses, and with which key. */
export interface WitnessOptions {
  /** Folder of the state: one file for each log. */
  readonly directory: string;
  /** Makes cosignatures. */
  readonly cosigner: NoteSigner;
  /** Verifies those cosignatures: what the state says is believed only under one of its own. */
  readonly own: NoteVerifier;
  /** The keys of the logs; a log's origin is its key's name. */
  readonly logs: readonly NoteVerifier[];
  readonly files: Files;
}

/** What a witness answers: a status of HTTP, and a body (C2SP tlog-witness). */
export type WitnessAnswer =
  | { readonly status: 200; readonly cosignatures: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string };

const emptyTree = { size: 0, root: emptyRoot };

/**
 * Witnesses other members' logs: cosigns a checkpoint only if it extends the newest one that it cosigned of that log.
 *
 * The new checkpoint is on the device before its cosignature is given, so no crash lets the witness sign two trees that
 * are not one the beginning of the other. Requests about one log go one after another: looking at the state and moving it
 * is one step. After a write that failed the state is read again, since it may have moved. A state that this witness did not
 * sign is not believed, for a size that is too small would let it sign a fork.
 */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** Answers a request's body. Rejects with WITNESS_STATE or what the file system says: nothing was cosigned. */
  async answer(body: string): Promise<WitnessAnswer> {
    const request = requestIn(body);
    if (typeof request === "string") return { status: 400, reason: request };
    const origin = request.checkpoint.slice(0, request.checkpoint.indexOf("\n"));
    const log = this.#options.logs.find(({ name }) => name === origin);
    if (log === undefined) return { status: 404, reason: "this witness does not know the log" };
    const turn = (this.#turns.get(origin) ?? Promise.resolve()).then(() => this.#decide(request, log));
    this.#turns.set(
      origin,
      turn.catch(() => undefined),
    );
    return await turn;
  }

  /** Newest checkpoint that was cosigned, by log. */
  async seen(): Promise<readonly { readonly origin: string; readonly size: number }[]> {
    return await Promise.all(
      this.#options.logs.map(async ({ name }) => ({ origin: name, size: (await this.#stateOf(name)).size })),
    );
  }

  async #decide({ oldSize, proof, checkpoint }: AddCheckpoint, log: NoteVerifier): Promise<WitnessAnswer> {
    const opened = openedBy(checkpoint, log);
    if (opened === undefined) return { status: 403, reason: "the log's key did not sign this checkpoint" };
    if (oldSize > opened.size) return { status: 400, reason: "the old size is larger than the checkpoint's" };
    const state = await this.#stateOf(log.name);
    if (oldSize !== state.size) return { status: 409, size: state.size };
    if (opened.size === state.size && state.size > 0 && !equalBytes(opened.root, state.root)) {
      return { status: 409, size: state.size };
    }
    try {
      verifyConsistency(oldSize, state.root, opened.size, opened.root, proof);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      return { status: 422, reason: "the proof does not lead from the tree that was cosigned to this one" };
    }
    const { text } = openNote(checkpoint, [log]);
    const signed = signNote(text, this.#options.cosigner);
    await keepNote(this.#options.files, this.#pathOf(log.name), signed);
    return { status: 200, cosignatures: signed.slice(text.length + 1) };
  }

  async #stateOf(origin: string): Promise<Pick<Checkpoint, "size" | "root">> {
    const note = await readNote(this.#options.files, this.#pathOf(origin));
    if (note === undefined) return emptyTree;
    const state = this.#believed(note);
    if (state?.origin === origin) return state;
    const file = this.#pathOf(origin);
    const message = `${file} is not what this witness cosigned of ${origin}: restore it, or retire the witness's key`;
    throw new NodeError("WITNESS_STATE", message, { file });
  }

  /** The state where it bears this witness's own signature; undefined where it does not. */
  #believed(note: string): Checkpoint | undefined {
    try {
      return parseCheckpointText(openNote(note, [this.#options.own]).text);
    } catch (error) {
      if (error instanceof EvidenceError) return undefined;
      throw error;
    }
  }

  #pathOf(origin: string): string {
    return join(this.#options.directory, createHash("sha256").update(origin).digest("hex"));
  }
}

function requestIn(body: string): AddCheckpoint | string {
  try {
    return decodeAddCheckpoint(body);
  } catch (error) {
    if (error instanceof EvidenceError) return error.message;
    throw error;
  }
}

function openedBy(checkpoint: string, log: NoteVerifier): Checkpoint | undefined {
  try {
    return openCheckpoint(checkpoint, [log]);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
