import { createHash } from "node:crypto";
import { mkdir, open, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { NodeError } from "../../errors.ts";
import type { EventFilter } from "../audience.ts";

/** One attempt at a delivery. Times RFC 3339, length in ms. */
export interface Delivery {
  readonly event: string;
  readonly at: string;
  /** `delivered`, or a stable code of what went wrong. */
  readonly outcome: string;
  /** HTTP status of the answer; null without one. */
  readonly status: number | null;
  readonly ms: number;
}

/** All that a node keeps of one webhook. */
export interface StoredWebhook {
  readonly id: string;
  readonly url: string;
  /** USCC of its owner. */
  readonly member: string;
  /** What its maker's key might see besides the member's own: `admin`, `monitor`. */
  readonly scopes: readonly string[];
  readonly filter: EventFilter;
  readonly createdAt: string;
  /** Sealed under the node's key. */
  readonly secret: string;
  /** Everything before it was delivered, or was not asked for. */
  readonly cursor: string;
  /** Failed attempts at the next event. */
  readonly failures: number;
  readonly nextAttemptAt: string | null;
  /** Code of the failure after which it was parked; null while it is active. */
  readonly parkedBecause: string | null;
  /** The newest attempts, newest first. */
  readonly deliveries: readonly Delivery[];
}

const format = "lianzheng-webhook";

/** A folder with a file for each webhook, whole under its name or not at all. */
export class WebhookStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** All webhooks that can be read, and the files that cannot. @throws NodeError WEBHOOK_STORE */
  async readAll(): Promise<{ readonly webhooks: readonly StoredWebhook[]; readonly damaged: readonly string[] }> {
    await storing(this.#directory, () => mkdir(this.#directory, { recursive: true, mode: 0o700 }));
    const names = await storing(this.#directory, () => readdir(this.#directory));
    const webhooks: StoredWebhook[] = [];
    const damaged: string[] = [];
    for (const name of names.filter((one) => /^wh_[0-9a-f]{32}\.json$/.test(one))) {
      const text = await storing(name, () => readFile(join(this.#directory, name), "utf8"));
      const webhook = decode(text);
      if (webhook === undefined || `${webhook.id}.json` !== name) damaged.push(name);
      else webhooks.push(webhook);
    }
    return { webhooks, damaged };
  }

  /**
   * Resolves when the webhook is on disk under its name, file and folder synced. A crash leaves what was there before or
   * this, never a half.
   *
   * @throws NodeError WEBHOOK_STORE: on disk stands the one or the other
   */
  async save(webhook: StoredWebhook): Promise<void> {
    const file = this.#fileOf(webhook.id);
    await storing(file, async () => {
      const handle = await open(`${file}.new`, "w", 0o600);
      try {
        await handle.writeFile(encode(webhook));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.new`, file);
      await this.#syncDirectory();
    });
  }

  /** Resolves when the file is gone for good. @throws NodeError WEBHOOK_STORE */
  async remove(id: string): Promise<void> {
    await storing(id, async () => {
      await rm(this.#fileOf(id), { force: true });
      await this.#syncDirectory();
    });
  }

  #fileOf(id: string): string {
    return join(this.#directory, `${id}.json`);
  }

  async #syncDirectory(): Promise<void> {
    const handle = await open(this.#directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

function encode(webhook: StoredWebhook): string {
  const content = JSON.stringify(webhook);
  return `${JSON.stringify({ format, version: 1, checksum: digestOf(content), content })}\n`;
}

/** Undefined for what {@link encode} did not write. */
function decode(text: string): StoredWebhook | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<"format" | "version" | "checksum" | "content", unknown>>;
    const { content, checksum } = value;
    if (value.format !== format || value.version !== 1 || typeof content !== "string") return undefined;
    // The checksum vouches that the members are those that encode() wrote.
    return digestOf(content) === checksum ? (JSON.parse(content) as StoredWebhook) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function storing<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new NodeError("WEBHOOK_STORE", "a webhook's file cannot be read or written", { file }, error);
  }
}
