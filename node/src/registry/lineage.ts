import type { JsonObject } from "@lianzheng/sdk/record";
import type { Reading } from "./reading.ts";

/** How far a lineage is walked. */
export interface LineageQuery {
  /** Generations of ancestors and of descendants. */
  readonly up: number;
  readonly down: number;
}

export interface Lineage {
  /** `distance` is 0 for the one asked for, below 0 for ancestors, above 0 for descendants. */
  readonly nodes: readonly JsonObject[];
  /** From a parent to what was made from it. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** False if there is more beyond what was walked. */
  readonly complete: boolean;
}

/** Nodes of one answer. */
const mostNodes = 1_000;

/** From what a resource or product was made, and what was made from it; undefined if nobody registered it. */
export async function lineageOf(
  reading: Reading,
  id: string,
  { up, down }: LineageQuery,
): Promise<Lineage | undefined> {
  if ((await reading.row("subjects", id)) === undefined) return undefined;
  const ancestors = await walk(id, up, async (current) => (await reading.row("subjects", current))?.parents ?? []);
  const descendants = await walk(id, down, async (current) => (await reading.row("children", current))?.children ?? []);
  const distances = new Map([
    ...descendants.distances,
    ...[...ancestors.distances].map(([key, far]) => [key, -far] as const),
  ]);
  const nodes = await Promise.all([...distances].map(([key, distance]) => nodeOf(reading, key, distance)));
  const edges = [
    ...ancestors.steps.map(([child, parent]) => ({ from: parent, to: child })),
    ...descendants.steps.map(([parent, child]) => ({ from: parent, to: child })),
  ];
  return {
    nodes: nodes.toSorted((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1)),
    edges,
    complete: ancestors.complete && descendants.complete,
  };
}

interface Walk {
  readonly distances: ReadonlyMap<string, number>;
  readonly steps: readonly (readonly [from: string, to: string])[];
  readonly complete: boolean;
}

/** Breadth first; what was reached is not walked again, so that no circle, should the views hold one, goes round. */
async function walk(start: string, depth: number, next: (id: string) => Promise<readonly string[]>): Promise<Walk> {
  const distances = new Map([[start, 0]]);
  const steps: (readonly [string, string])[] = [];
  let edge = [start];
  for (let distance = 1; edge.length > 0; distance += 1) {
    const reached: string[] = [];
    for (const from of edge) {
      for (const to of await next(from)) {
        if (distance > depth || distances.size >= mostNodes) return { distances, steps, complete: false };
        steps.push([from, to]);
        if (distances.has(to)) continue;
        distances.set(to, distance);
        reached.push(to);
      }
    }
    edge = reached;
  }
  return { distances, steps, complete: true };
}

async function nodeOf(
  reading: Reading,
  id: string,
  distance: number,
): Promise<JsonObject & { readonly id: string; readonly distance: number }> {
  const row = await reading.row("subjects", id);
  if (row === undefined) return { id, distance };
  const { owner, isProduct, grade, source, status, number } = row;
  return { id, distance, owner, isProduct, grade, source, status, number };
}
