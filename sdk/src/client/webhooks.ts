import { canonicalJson, type JsonObject } from "@lianzheng/sdk/record";
import type { AnswerReader } from "./answer.ts";
import type * as api from "./api-types.ts";
import { answerOf, type Transport } from "./transport.ts";

/** What is delivered: where, which events, and from where on. */
export interface WebhookWish {
  readonly url: string;
  readonly types?: readonly string[];
  readonly recordTypes?: readonly string[];
  readonly subject?: string;
  /** A cursor, or `start`; what happens from now on if left out. */
  readonly cursor?: string;
}

export type Webhook = api.GetWebhookAnswer;
export type Delivery = api.ListDeliveriesAnswer["items"][number];

const maxBytes = 1024 * 1024;

/** The caller's webhooks at a node: events that it delivers, signed (docs/monitoring.md). Throws ClientError as NodeClient does. */
export class WebhookRoom {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Has events delivered. The secret is shown this once.
   *
   * Never repeated by itself: after CLIENT_UNREACHABLE or CLIENT_TIMEOUT look into {@link list} whether it was made.
   */
  async create(wish: WebhookWish): Promise<api.CreateWebhookAnswer> {
    const answer = await this.#post("", { ...wish }, true);
    return { webhook: answer.within("webhook", readWebhook), secret: answer.text("secret") };
  }

  async list(): Promise<readonly Webhook[]> {
    return (await this.#get("")).list("items", readWebhook);
  }

  async get(id: string): Promise<Webhook> {
    return readWebhook(await this.#get(`/${encodeURIComponent(id)}`));
  }

  /** Its newest attempts, newest first. */
  async deliveries(id: string): Promise<readonly Delivery[]> {
    return (await this.#get(`/${encodeURIComponent(id)}/deliveries`)).list("items", readDelivery);
  }

  /** Goes on with a parked one where it stopped. */
  async resume(id: string): Promise<Webhook> {
    return readWebhook(await this.#post(`/${encodeURIComponent(id)}/resume`));
  }

  /** Delivers again from a cursor on, or from `start`. */
  async replay(id: string, cursor: string): Promise<Webhook> {
    return readWebhook(await this.#post(`/${encodeURIComponent(id)}/replay`, { cursor }));
  }

  /** Ends it; the node forgets its secret. Not repeated by itself: the second answer would be E_NOT_FOUND. */
  async delete(id: string): Promise<void> {
    const path = `/v1/webhooks/${encodeURIComponent(id)}`;
    await this.#transport.send({ method: "DELETE", path, maxBytes, once: true });
  }

  async #get(path: string): Promise<AnswerReader> {
    return answerOf(await this.#transport.send({ method: "GET", path: `/v1/webhooks${path}`, maxBytes }), maxBytes);
  }

  async #post(path: string, body?: JsonObject, once = false): Promise<AnswerReader> {
    const sent =
      body === undefined ? {} : { body: canonicalJson(body), headers: { "content-type": "application/json" } };
    const request = { method: "POST", path: `/v1/webhooks${path}`, maxBytes, once, ...sent } as const;
    return answerOf(await this.#transport.send(request), maxBytes);
  }
}

function readWebhook(webhook: AnswerReader): Webhook {
  return {
    ...{ id: webhook.text("id"), url: webhook.text("url"), member: webhook.text("member") },
    createdAt: webhook.text("createdAt"),
    ...(webhook.has("types") ? { types: webhook.texts("types") } : {}),
    ...(webhook.has("recordTypes") ? { recordTypes: webhook.texts("recordTypes") } : {}),
    ...(webhook.has("subject") ? { subject: webhook.text("subject") } : {}),
    state: webhook.oneOf("state", ["active", "parked"]),
    parkedBecause: webhook.orNull("parkedBecause", () => webhook.text("parkedBecause")),
    cursor: webhook.text("cursor"),
    failures: webhook.count("failures"),
    nextAttemptAt: webhook.orNull("nextAttemptAt", () => webhook.text("nextAttemptAt")),
  };
}

function readDelivery(delivery: AnswerReader): Delivery {
  return {
    ...{ event: delivery.text("event"), at: delivery.text("at"), outcome: delivery.text("outcome") },
    status: delivery.orNull("status", () => delivery.count("status")),
    ms: delivery.number("ms"),
  };
}
