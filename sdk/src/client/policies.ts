import type { JsonObject } from "@lianzheng/sdk/record";
import type { AnswerReader } from "./answer.ts";
import type * as api from "./api-types.ts";
import { lawQuery, type LawWish } from "./law.ts";
import { answerOf, type Transport } from "./transport.ts";

/** A policy or schema in one version, with its document. */
export type PolicyDocument = Omit<api.ReadPolicyVersionAnswer, "document"> & { readonly document: JsonObject };

type PolicyPage = api.ListPoliciesAnswer;
type Place = Omit<LawWish, "filters">;

const maxBytes = 8 * 1024 * 1024;

/** The consortium's rules as a node has them: policies, schemas of record types, and what was refused by them. */
export class PolicyRoom {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Policies with their versions, page by page. */
  async list(place: Place = {}): Promise<PolicyPage> {
    return readPolicyPage(await this.#get(`/v1/policies${lawQuery(place)}`));
  }

  /** Schemas of record types with their versions. */
  async schemas(place: Place = {}): Promise<PolicyPage> {
    return readPolicyPage(await this.#get(`/v1/schemas${lawQuery(place)}`));
  }

  /** A policy's document in one version. Its digest is not checked here: `digest` is what the council published. */
  async version(name: string, version: number): Promise<PolicyDocument> {
    return readDocument(await this.#get(`/v1/policies/${encodeURIComponent(name)}/versions/${version}`));
  }

  /** The schema of a record type: the one in force, or that of a version. */
  async schema(type: string, version?: number): Promise<PolicyDocument> {
    const which = version === undefined ? "" : `/versions/${version}`;
    return readDocument(await this.#get(`/v1/schemas/${encodeURIComponent(type)}${which}`));
  }

  /** The caller's submissions that were refused by rule; to the node's operator all. */
  async refusals(place: Place = {}): Promise<api.ListRefusalsAnswer> {
    const answer = await this.#get(`/v1/refusals${lawQuery(place)}`);
    const items = answer.list("items", (item) => ({
      ...{ record: item.text("record"), index: item.count("index"), receivedAt: item.text("receivedAt") },
      body: item.facts("body"),
    }));
    return { items, next: answer.orNull("next", () => answer.text("next")) };
  }

  async #get(path: string): Promise<AnswerReader> {
    return answerOf(await this.#transport.send({ method: "GET", path, maxBytes }), maxBytes);
  }
}

function readPolicyPage(answer: AnswerReader): PolicyPage {
  const items = answer.list("items", (policy) => ({
    name: policy.text("name"),
    inForce: policy.orNull("inForce", () => policy.count("inForce")),
    versions: policy.list("versions", readVersion),
  }));
  return { items, next: answer.orNull("next", () => answer.text("next")), block: readBlock(answer) };
}

function readVersion(version: AnswerReader): PolicyPage["items"][number]["versions"][number] {
  return {
    ...{ version: version.count("version"), digest: version.text("digest"), held: version.flag("held") },
    effectiveFrom: version.orNull("effectiveFrom", () => version.text("effectiveFrom")),
    retiredFrom: version.orNull("retiredFrom", () => version.text("retiredFrom")),
  };
}

function readDocument(answer: AnswerReader): PolicyDocument {
  const document = answer.facts("document");
  return { name: answer.text("name"), ...readVersion(answer), document, block: readBlock(answer) };
}

function readBlock(answer: AnswerReader): PolicyPage["block"] {
  return answer.orNull("block", () =>
    answer.within("block", (block) => ({
      ...{ number: block.count("number"), hash: block.text("hash"), time: block.text("time") },
    })),
  );
}
