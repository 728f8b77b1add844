import { randomBytes } from "node:crypto";
import { toInstant } from "@lianzheng/sdk/record";
import { NodeError } from "../../errors.ts";
import type { EventFilter, Viewer } from "../audience.ts";
import type { CourierParts } from "./courier.ts";
import { Courier } from "./courier.ts";
import { openSecret, sealSecret } from "./sealing.ts";
import { newSecret, secretText } from "./signature.ts";
import type { Delivery, StoredWebhook } from "./store.ts";
import { targetOf } from "./target.ts";

/** What a webhook is made of. */
export interface WebhookRequest extends EventFilter {
  readonly url: string;
  /** Where to begin; without it, with what is new. */
  readonly cursor?: string;
}

/** A webhook as its owner sees it. */
export interface WebhookFacts extends EventFilter {
  readonly id: string;
  readonly url: string;
  readonly member: string;
  readonly createdAt: string;
  readonly state: "active" | "parked";
  readonly parkedBecause: string | null;
  readonly cursor: string;
  readonly failures: number;
  readonly nextAttemptAt: string | null;
}

/** What webhooks need besides what their couriers do. */
export interface WebhookParts extends CourierParts {
  /** The key that seals secrets, 32 bytes; asked for when there is one to seal or open. */
  readonly sealingKey: () => Promise<Uint8Array>;
  readonly perMember: number;
  /** Told of files that cannot be read. */
  readonly damaged: (files: readonly string[]) => void;
}

/** Webhooks of one node in all. */
const maxWebhooks = 256;
/** What a key's holder keeps seeing through a webhook that it made. */
const lasting = ["admin", "monitor"];

/** The webhooks of a node's members. A member sees its own, an operator all; a foreign one is as if it were not there. */
export class Webhooks {
  readonly #parts: WebhookParts;
  readonly #couriers = new Map<string, Courier>();
  /** Changes of one node's webhooks follow each other: two at once could both take the last place. */
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  /** Reads the webhooks and goes on with those that are not parked. @throws NodeError WEBHOOK_STORE, CONFIG_* */
  static async open(parts: WebhookParts): Promise<Webhooks> {
    const webhooks = new Webhooks(parts);
    const { webhooks: stored, damaged } = await parts.store.readAll();
    if (damaged.length > 0) parts.damaged(damaged);
    if (stored.length === 0) return webhooks;
    const key = await parts.sealingKey();
    for (const one of stored) webhooks.#begin(one, openSecret(one.secret, key, one.id));
    return webhooks;
  }

  /** How many are active and how many parked. */
  get counts(): { readonly active: number; readonly parked: number } {
    const all = [...this.#couriers.values()];
    const parked = all.filter(({ webhook }) => webhook.parkedBecause !== null).length;
    return { active: all.length - parked, parked };
  }

  /**
   * Makes a webhook; it is on disk when this resolves. The secret is shown here and never again.
   *
   * @throws NodeError E_WEBHOOK_TARGET, E_WEBHOOK_LIMIT, E_CURSOR, WEBHOOK_STORE
   */
  async create(
    { url, cursor, ...filter }: WebhookRequest,
    owner: Viewer,
  ): Promise<{ readonly webhook: WebhookFacts; readonly secret: string }> {
    const { feed, store, rules, now } = this.#parts;
    targetOf(url, rules);
    return await this.#change(async () => {
      this.#requireRoom(owner.member);
      const id = `wh_${randomBytes(16).toString("hex")}`;
      const secret = newSecret();
      const webhook: StoredWebhook = {
        ...{ id, url, member: owner.member, filter, createdAt: toInstant(now()) },
        scopes: lasting.filter((scope) => owner.scopes.has(scope)),
        secret: sealSecret(secret, await this.#parts.sealingKey(), id),
        cursor: await feed.start(cursor),
        ...{ failures: 0, nextAttemptAt: null, parkedBecause: null, deliveries: [] },
      };
      await store.save(webhook);
      this.#begin(webhook, secret);
      return { webhook: factsOf(webhook), secret: secretText(secret) };
    });
  }

  list(viewer: Viewer): readonly WebhookFacts[] {
    const visible = [...this.#couriers.values()].filter(({ webhook }) => owns(viewer, webhook));
    return visible
      .map(({ webhook }) => factsOf(webhook))
      .sort((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
  }

  /** @throws NodeError E_NOT_FOUND; so do the others that name one */
  find(id: string, viewer: Viewer): WebhookFacts {
    return factsOf(this.#courier(id, viewer).webhook);
  }

  /** The newest attempts, newest first. */
  deliveries(id: string, viewer: Viewer): readonly Delivery[] {
    return this.#courier(id, viewer).webhook.deliveries;
  }

  async remove(id: string, viewer: Viewer): Promise<void> {
    await this.#change(async () => {
      await this.#courier(id, viewer).close();
      await this.#parts.store.remove(id);
      this.#couriers.delete(id);
    });
  }

  /** Goes on with a parked webhook where it stopped, at once. */
  async resume(id: string, viewer: Viewer): Promise<WebhookFacts> {
    return await this.#restart(id, viewer, () => Promise.resolve({}));
  }

  /** Delivers everything after `cursor`, again if need be. @throws NodeError E_CURSOR besides */
  async replay(id: string, cursor: string, viewer: Viewer): Promise<WebhookFacts> {
    return await this.#restart(id, viewer, async () => ({ cursor: await this.#parts.feed.start(cursor) }));
  }

  async close(): Promise<void> {
    await this.#changing.catch(() => undefined);
    await Promise.all([...this.#couriers.values()].map((courier) => courier.close()));
  }

  async #restart(id: string, viewer: Viewer, changeOf: () => Promise<Partial<StoredWebhook>>): Promise<WebhookFacts> {
    return await this.#change(async () => {
      const courier = this.#courier(id, viewer);
      const change = await changeOf();
      await courier.close();
      const webhook = { ...courier.webhook, failures: 0, nextAttemptAt: null, parkedBecause: null, ...change };
      const secret = openSecret(webhook.secret, await this.#parts.sealingKey(), id);
      await this.#parts.store.save(webhook).catch((error: unknown) => {
        this.#begin(courier.webhook, secret);
        throw error;
      });
      this.#begin(webhook, secret);
      return factsOf(webhook);
    });
  }

  async #change<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work, work);
    this.#changing = done.catch(() => undefined);
    return await done;
  }

  #begin(webhook: StoredWebhook, secret: Uint8Array): void {
    const courier = new Courier(this.#parts, webhook, secret);
    this.#couriers.set(webhook.id, courier);
    courier.start();
  }

  #courier(id: string, viewer: Viewer): Courier {
    const courier = this.#couriers.get(id);
    if (courier !== undefined && owns(viewer, courier.webhook)) return courier;
    throw new NodeError("E_NOT_FOUND", "There is no such webhook.");
  }

  #requireRoom(member: string): void {
    const own = [...this.#couriers.values()].filter(({ webhook }) => webhook.member === member).length;
    if (own < this.#parts.perMember && this.#couriers.size < maxWebhooks) return;
    throw new NodeError("E_WEBHOOK_LIMIT", `A member may have ${this.#parts.perMember} webhooks: delete one first.`);
  }
}

function owns({ member, scopes }: Viewer, webhook: StoredWebhook): boolean {
  return webhook.member === member || scopes.has("admin");
}

function factsOf(webhook: StoredWebhook): WebhookFacts {
  const { id, url, member, createdAt, parkedBecause, cursor, failures, nextAttemptAt, filter } = webhook;
  const state = parkedBecause === null ? "active" : "parked";
  return { id, url, member, createdAt, ...filter, state, parkedBecause, cursor, failures, nextAttemptAt };
}
