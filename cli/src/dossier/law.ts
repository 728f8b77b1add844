import type { LawList, LawPage, Lineage, NodeClient } from "@lianzheng/sdk/client";
import type { DossierRole } from "@lianzheng/sdk/dossier";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import { decodeEntry, type JsonObject, type JsonValue } from "@lianzheng/sdk/record";

/** Of what there should be evidence, and why. */
export interface LawSubject {
  readonly subject: string;
  readonly role: DossierRole;
  /** Records that must be among its own; none in particular if left out. */
  readonly records?: readonly Hex[];
}

/** What a node's registry says of a trade or product and all that it leans on. */
export interface Law {
  readonly subjects: readonly LawSubject[];
  /** Records of the steps that the chain counts, by id. */
  readonly steps: readonly Hex[];
  readonly lineage: readonly { readonly from: string; readonly to: string }[];
  /** As the node answered, each part with the block at which it was true. */
  readonly facts: JsonObject;
}

/** More of anything are cut, and the facts say so by their `next`. */
const mostRows = 1_000;

/** What the chain knows of a trade; undefined if it knows no such trade. @throws ClientError */
export async function lawOfTrade(client: NodeClient, id: string): Promise<Law | undefined> {
  const dossier = await known(() => client.dossier(id));
  if (dossier === undefined) return undefined;
  const product = dossier.trade["subject"];
  const about = isHex(product, 32) ? await lawOfProduct(client, product) : undefined;
  const { block, trade, steps, attestations, cases, orders, completeness } = dossier;
  return {
    subjects: about?.subjects ?? [],
    steps: steps.flatMap(({ evidence }) => (isHex(evidence, 32) ? [evidence] : [])),
    lineage: about?.lineage ?? [],
    facts: asJson({
      trade: { block, trade, steps, attestations, cases, orders, completeness },
      product: about?.facts ?? null,
    }),
  };
}

/** What the chain knows of a product or resource: itself, its sources, the rights on it, what others attested. @throws ClientError */
export async function lawOfProduct(client: NodeClient, id: string): Promise<Law | undefined> {
  const lineage = await known(() => client.lineage(id, { up: 16, down: 0 }));
  if (lineage === undefined) return undefined;
  const { block, item } = await client.lawItem("products", id);
  const rights = await client.productRights(id, undefined, { limit: mostRows });
  const grants = await grantsOf(client, rights);
  const grantedBy: LawSubject[] = [];
  for (const grant of grants) grantedBy.push(await rightSubject(client, grant));
  const attestations = await listOf(client, "attestations", id);
  return {
    subjects: [...registrations(lineage, id), ...grantedBy],
    steps: [],
    lineage: lineage.edges,
    facts: asJson({ block, registration: item, lineage, rights, grants, attestations }),
  };
}

function registrations({ nodes }: Lineage, own: string): readonly LawSubject[] {
  return nodes.flatMap((node) => {
    const { id, isProduct } = node;
    if (typeof id !== "string") return [];
    const role = id === own ? "product" : "source";
    return [{ subject: `${isProduct === true ? "product" : "resource"}:${id}`, role } as const];
  });
}

/** The row of a granted right. */
type Grant = JsonObject & { readonly right: string };

/**
 * The rights on it and all that they derive from, up to those that came with registrations: of these the registration is the evidence.
 */
async function grantsOf(client: NodeClient, { items }: LawPage): Promise<readonly Grant[]> {
  const granted: Grant[] = [];
  const seen = new Set<string>();
  const waiting = [...items];
  for (let right = waiting.shift(); right !== undefined && seen.size < mostRows; right = waiting.shift()) {
    const { right: id, base, basis } = right;
    if (typeof id !== "string" || seen.has(id)) continue;
    seen.add(id);
    if (base !== null) granted.push({ ...right, right: id });
    for (const above of [base, ...(Array.isArray(basis) ? (basis as readonly JsonValue[]) : [])]) {
      if (typeof above === "string" && !seen.has(above)) waiting.push((await client.lawItem("rights", above)).item);
    }
  }
  return granted;
}

/**
 * Where the evidence of a granted right stands: its document on the chain is the id of the record that tells of the grant, under whatever
 * subject that was submitted. Of a document that is no record of this node, under the right's own.
 */
async function rightSubject(client: NodeClient, { right, document }: Grant): Promise<LawSubject> {
  const own: LawSubject = { subject: `right:${right}`, role: "right" };
  if (!isHex(document, 32)) return own;
  const record = await known(() => client.record(document));
  if (record === undefined) return own;
  return { subject: decodeEntry(record.entry).subject, role: "right", records: [document] };
}

function listOf(client: NodeClient, list: LawList, subject: string): Promise<LawPage> {
  return client.law(list, { filters: { subject }, limit: mostRows });
}

/** What a registry has no row of is not known to the chain. */
async function known<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  const { ClientError } = await import("@lianzheng/sdk/client");
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ClientError && error.code === "E_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Answers of a client are JSON by their making. */
function asJson(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as Readonly<Record<string, JsonValue>>;
}
