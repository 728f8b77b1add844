/**
 * Writes a room's own file again and again, to be killed in the middle. Arguments: whose file, its folder. Prints a number for
 * each write that was acknowledged; `read` as the third argument prints the newest number that the room finds instead.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addToken, encodeTokens, readTokens } from "@lianzheng/node/config";
import { WebhookStore } from "@lianzheng/node/events";
import { diskFiles } from "@lianzheng/node/journal";
import { AnchorState } from "../../../node/src/anchor/state.ts";
import { keepNote, readNote } from "../../../node/src/witness/kept-note.ts";
import { seller } from "../../log-node/fixture.ts";

/** Whose file is written. */
export const writers = ["webhook", "anchor", "witness", "tokens"] as const;

/** A room's file as something that keeps a number. */
interface Keeper {
  readonly keep: (number: number) => Promise<void>;
  /** 0 while there is none. Rejects as the room does when its file is damaged. */
  readonly newest: () => Promise<number>;
}

const word = `0x${"3c".repeat(32)}` as const;
const address = `0x${"4d".repeat(20)}` as const;

const keepers: Readonly<Record<(typeof writers)[number], (folder: string) => Promise<Keeper>>> = {
  webhook: (folder) => {
    const store = new WebhookStore(folder);
    const id = `wh_${"0a".repeat(16)}`;
    const facts = { id, url: "https://hooks.example/x", member: seller, scopes: [], filter: {}, secret: "sealed" };
    const rest = { createdAt: "2026-11-22T09:14:05.120Z", nextAttemptAt: null, parkedBecause: null, deliveries: [] };
    return Promise.resolve({
      keep: (number) => store.save({ ...facts, ...rest, cursor: `cursor${number}`, failures: number }),
      newest: async () => {
        const { webhooks, damaged } = await store.readAll();
        if (damaged.length > 0) throw new Error(`damaged: ${damaged.join(" ")}`);
        return webhooks[0]?.failures ?? 0;
      },
    });
  },
  anchor: async (folder) => {
    const state = await AnchorState.open(folder, { chainId: 7, genesis: word, contract: address, logId: word });
    const pending = {
      previousSize: 0,
      root: word,
      checkpoint: "note\n",
      sender: address,
      transaction: word,
      raw: word,
    };
    return {
      keep: (number) => state.save({ ...pending, size: number, nonce: number }),
      newest: () => Promise.resolve(state.last?.nonce ?? 0),
    };
  },
  witness: (folder) => {
    const path = join(folder, "state", "log");
    return Promise.resolve({
      keep: (number) => keepNote(diskFiles, path, `log.example\n${number}\n\nsignature\n`),
      newest: async () => {
        const note = await readNote(diskFiles, path);
        if (note?.endsWith("\n\nsignature\n") === false) throw new Error(`half a note: ${note}`);
        return Number(note?.split("\n")[1] ?? 0);
      },
    });
  },
  tokens: async (folder) => {
    const path = join(folder, "tokens.json");
    await writeFile(path, encodeTokens([]), { mode: 0o600, flag: "wx" }).catch(() => undefined);
    return {
      keep: async () => {
        await addToken(path, { member: seller, scopes: ["read"] }, Date.now());
      },
      newest: async () => (await readTokens(path)).length,
    };
  },
};

const [whose, folder = "", what] = process.argv.slice(2);
const known = writers.find((name) => name === whose);
if (known !== undefined) {
  const keeper = await keepers[known](folder);
  const first = await keeper.newest();
  process.stdout.write(`${first}\n`);
  for (let number = first + 1; what !== "read"; number++) {
    await keeper.keep(number);
    process.stdout.write(`${number}\n`);
  }
}
