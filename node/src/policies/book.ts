import { NodeError } from "../errors.ts";
import { documentDigest, recordSchemas } from "@lianzheng/sdk/schemas";
import type { Hex } from "@lianzheng/sdk/encoding";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";
import { hasBegun, versionAt } from "./in-force.ts";
import { builtInRedLines, compileRedLines, redLinesName } from "./red-lines.ts";
import type { RedLineCheck } from "./red-lines.ts";
import type { BlockFacts, PolicyState, PublishedPolicy } from "./state.ts";
import { compileSchema } from "./validation.ts";
import type { RecordCheck } from "./validation.ts";

/** A version of a policy by name. Version 0 is what this software has built in. */
export interface PolicyVersionName {
  readonly name: string;
  readonly version: number;
  readonly digest: Hex;
}

/** What is in force under a name: a version, or none because the council retired the last. */
export type InForce = PolicyVersionName | { readonly name: string; readonly version: null; readonly digest: null };

/** Finds a document by its digest. */
export type FindDocument = (digest: Hex) => Promise<JsonValue | undefined>;

/** Told of a document that cannot be used: it is missing, damaged, or no document of its kind. */
export type TellUnusable = (version: PolicyVersionName, error: unknown) => void;

const schemaPrefix = "schema/";

/** Name of the policy that holds a record type's schema. */
export const schemaName = (type: string): string => schemaPrefix + type;

/** The built-in documents by the name of their policy. */
const builtIn: ReadonlyMap<string, { readonly digest: Hex; readonly document: JsonValue }> = new Map(
  [
    ...[...recordSchemas].map(([type, schema]) => [schemaName(type), schema] as const),
    [redLinesName, builtInRedLines] as const,
  ].map(([name, document]) => [name, { digest: documentDigest(document), document }]),
);

const builtInByDigest: ReadonlyMap<Hex, JsonValue> = new Map(
  [...builtIn.values()].map(({ digest, document }) => [digest, document]),
);

let compiled: ReadonlyMap<string, RecordCheck> | undefined;

/** The checks of the built-in schemas: they never change, and compiling them takes a tenth of a second. */
function builtInChecks(): ReadonlyMap<string, RecordCheck> {
  if (compiled !== undefined) return compiled;
  const parts: GrowingParts = { state: undefined, documents: new Map(), checks: new Map(), redLines: new Map() };
  for (const [name, { digest, document }] of builtIn) compileInto(parts, { name, version: 0, digest }, document);
  compiled = parts.checks;
  return compiled;
}

/** The lines that no council moves. */
const lawLines = compileRedLines(builtInRedLines);

/**
 * All policies as of one state of the chain, with the checks that their documents come to. It does not change: a newer state makes a new
 * book, and a request is judged by the one that it met.
 */
export class PolicyBook {
  readonly block: BlockFacts | null;
  readonly #policies: ReadonlyMap<string, PublishedPolicy>;
  readonly #documents: ReadonlyMap<Hex, JsonValue>;
  readonly #checks: ReadonlyMap<string, RecordCheck>;
  readonly #redLines: ReadonlyMap<Hex, RedLineCheck>;

  private constructor(parts: BookParts) {
    this.block = parts.state?.block ?? null;
    this.#policies = new Map((parts.state?.policies ?? []).map((policy) => [policy.name, policy]));
    this.#documents = parts.documents;
    this.#checks = parts.checks;
    this.#redLines = parts.redLines;
  }

  /** Compiles everything that is or will be in force. What cannot be used is told, and refuses the records that it governs. */
  static async of(state: PolicyState | undefined, find: FindDocument, tell: TellUnusable): Promise<PolicyBook> {
    const parts = { state, documents: new Map(builtInByDigest), checks: new Map(builtInChecks()), redLines: new Map() };
    for (const { name, versions } of state?.policies ?? []) {
      for (const [at, { digest }] of versions.entries()) {
        await include(parts, { name, version: at + 1, digest }, find, tell);
      }
    }
    return new PolicyBook(parts);
  }

  /** The book of the same policies at a later block. */
  at(block: BlockFacts): PolicyBook {
    const { policies } = { policies: [...this.#policies.values()] };
    const state = { block, head: "0x" as Hex, policies };
    return new PolicyBook({ state, documents: this.#documents, checks: this.#checks, redLines: this.#redLines });
  }

  /** Names of all policies: the council's and the built-in ones. */
  names(): readonly string[] {
    return [...new Set([...builtIn.keys(), ...this.#policies.keys()])].sort();
  }

  /** What is in force in a second, Unix; undefined if nobody knows the name. */
  inForce(name: string, second: number): InForce | undefined {
    const published = this.#policies.get(name);
    const version = published === undefined ? 0 : versionAt(published, second);
    const digest = published?.versions[version - 1]?.digest;
    if (digest !== undefined) return { name, version, digest };
    if (published !== undefined && hasBegun(published, second)) return { name, version: null, digest: null };
    const built = builtIn.get(name);
    return built === undefined
      ? published && { name, version: null, digest: null }
      : { name, version: 0, digest: built.digest };
  }

  /** The version with this number, 0 for the built-in one; undefined if there is none. */
  version(name: string, version: number): PolicyVersionName | undefined {
    const digest = version === 0 ? builtIn.get(name)?.digest : this.#policies.get(name)?.versions[version - 1]?.digest;
    return digest === undefined ? undefined : { name, version, digest };
  }

  /** How the chain has a policy; undefined if nothing was published under the name. */
  published(name: string): PublishedPolicy | undefined {
    return this.#policies.get(name);
  }

  /** A document that the node has; undefined if it has not got it. */
  document(digest: Hex): JsonValue | undefined {
    return this.#documents.get(digest);
  }

  /** The check of a schema; undefined if its document is missing or cannot be used. */
  schemaCheck({ name, digest }: PolicyVersionName): RecordCheck | undefined {
    return this.#checks.get(`${name} ${digest}`);
  }

  /** The check of the council's red lines. */
  redLineCheck({ digest }: PolicyVersionName): RedLineCheck | undefined {
    return this.#redLines.get(digest);
  }

  /** The check of the lines that the law draws. */
  get lawLines(): RedLineCheck {
    return lawLines;
  }
}

interface BookParts {
  readonly state: PolicyState | undefined;
  readonly documents: ReadonlyMap<Hex, JsonValue>;
  readonly checks: ReadonlyMap<string, RecordCheck>;
  readonly redLines: ReadonlyMap<Hex, RedLineCheck>;
}

interface GrowingParts extends BookParts {
  readonly documents: Map<Hex, JsonValue>;
  readonly checks: Map<string, RecordCheck>;
  readonly redLines: Map<Hex, RedLineCheck>;
}

async function include(
  parts: GrowingParts,
  version: PolicyVersionName,
  find: FindDocument,
  tell: TellUnusable,
): Promise<void> {
  try {
    const document = parts.documents.get(version.digest) ?? (await find(version.digest));
    if (document === undefined) throw missing(version);
    parts.documents.set(version.digest, document);
    compileInto(parts, version, document);
  } catch (error) {
    if (!(error instanceof EvidenceError) && !(error instanceof NodeError)) throw error;
    tell(version, error);
  }
}

function compileInto(parts: GrowingParts, { name, digest }: PolicyVersionName, document: JsonValue): void {
  if (name.startsWith(schemaPrefix)) {
    parts.checks.set(`${name} ${digest}`, compileSchema(document, name.slice(schemaPrefix.length)));
  }
  if (name === redLinesName) parts.redLines.set(digest, compileRedLines(document));
}

function missing({ name, version, digest }: PolicyVersionName): NodeError {
  const message = `${name}, version ${version}: its document is not here; get it and put it in: lianzheng rule add`;
  return new NodeError("CONFIG_MISSING", message, { name, version, digest });
}
