import type { Hex } from "@lianzheng/sdk/encoding";
import { called, cast } from "../cast.ts";
import type { RoleName } from "../cast.ts";
import type { DigestedSet } from "../data.ts";
import { digestDataSets } from "../data.ts";
import type { Registered, RegisteredSet } from "../registration.ts";
import { authorizeProcessing, registerDataSets, registerProduct } from "../registration.ts";
import type { Theatre } from "../theatre.ts";
import type { Stage } from "./opening.ts";

/** What can be traded. */
export interface Goods {
  readonly sets: readonly RegisteredSet[];
  readonly product: Registered;
}

/** Real data sets are digested and registered; the processor is authorized and registers what it made of two of them. */
export async function registrationScene(theatre: Theatre, stage: Stage): Promise<Goods> {
  const digested = await digestDataSets();
  const airline = await register(theatre, stage, "airline", digested);
  const weather = await register(theatre, stage, "weather", digested);
  const sets = [...airline, ...weather];
  const parents = [setOf(sets, "flights-200k.json"), setOf(sets, "seattle-weather-hourly-normals.csv")];
  const basis: Hex[] = [];
  for (const parent of parents) basis.push(await authorize(theatre, stage, parent));
  return { sets, product: await makeProduct(theatre, stage, basis, parents) };
}

async function register(
  { narrator }: Theatre,
  { consortium, provincial }: Stage,
  holder: RoleName,
  digested: readonly DigestedSet[],
): Promise<readonly RegisteredSet[]> {
  const own = digested.filter((set) => set.holder === holder);
  const registered = await registerDataSets(consortium, provincial, holder, own);
  narrator.expect(
    registered.length === own.length,
    "registered",
    `${own.length} resources of ${called(cast[holder])} 数据资源登记`,
  );
  for (const { set } of registered) {
    narrator.tell(
      "",
      `${set.digest.slice(0, 18)}… ${set.file}, ${set.bytes.toLocaleString("en")} bytes, ${set.chinese}`,
    );
  }
  return registered;
}

async function authorize(
  { narrator }: Theatre,
  { consortium, provincial }: Stage,
  parent: RegisteredSet,
): Promise<Hex> {
  const right = await authorizeProcessing(consortium, provincial, parent, "processor");
  const holds = await consortium.ledger.rights.isValid(right);
  const terms = "risk pricing and research, 182 days, not to be handed on, signed by both 用途与期限受限，双向授权";
  narrator.expect(holds, "authorized", `${called(cast.processor)} to process ${parent.set.file}: ${terms}`);
  return right;
}

async function makeProduct(
  { narrator }: Theatre,
  { consortium, provincial }: Stage,
  basis: readonly Hex[],
  parents: readonly RegisteredSet[],
): Promise<Registered> {
  const product = await registerProduct(consortium, provincial, "processor", basis, parents);
  const lineage = await consortium.ledger.registry.parentsOf(product.subject);
  const traced = parents.every(({ subject }) => lineage.includes(subject));
  const sources = parents.map(({ set }) => set.file).join(" and ");
  narrator.expect(traced, "product", `Flight delay risk API 航班延误风险接口, made from ${sources} 来源可溯`);
  return product;
}

/** The registered data set of a file. */
export function setOf(sets: readonly RegisteredSet[], file: string): RegisteredSet {
  const found = sets.find(({ set }) => set.file === file);
  if (found === undefined) throw new TypeError(`${file} is not among the data sets`);
  return found;
}
