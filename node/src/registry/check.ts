import { isJsonObject, type JsonValue } from "@lianzheng/sdk/record";
import { ChainError } from "../chain-error.ts";
import type { LawReader } from "./law-facts.ts";
import type { BlockPoint } from "./point.ts";
import { questionsAbout, type Question } from "./questions.ts";
import type { Reading } from "./reading.ts";
import type { TableName } from "./rows.ts";

/** A row that says something else than the contract does. */
export interface Difference {
  readonly table: TableName;
  readonly id: string;
  /** View of the contract. */
  readonly view: string;
  readonly field: string;
  readonly registry: JsonValue;
  readonly contract: JsonValue;
}

/**
 * Compares a row with what the contracts say in the state after the views' block.
 *
 * @throws ChainError C_RPC_* where the chain no longer holds that state, C_UNREACHABLE, C_INCONSISTENT
 */
export async function differencesOf(
  table: TableName,
  id: string,
  reading: Reading,
  law: LawReader,
): Promise<readonly Difference[]> {
  const { block } = reading;
  if (block === undefined) return [];
  const found: Difference[] = [];
  for (const { contract, view, args, expected } of await questionsAbout(table, id, reading, block)) {
    const answer = await answerOf(law, contract, view, args, block);
    found.push(...compare(expected, answer, "").map((difference) => ({ table, id, view, ...difference })));
  }
  return found;
}

/** A contract that knows no such thing says so by refusing: then the row is what differs. */
async function answerOf(
  law: LawReader,
  contract: Question["contract"],
  view: string,
  args: readonly unknown[],
  block: BlockPoint,
): Promise<JsonValue> {
  try {
    return await law.call(contract, view, args, block);
  } catch (error) {
    if (error instanceof ChainError && error.code === "C_RPC_REVERT") return null;
    throw error;
  }
}

type FieldDifference = Pick<Difference, "field" | "registry" | "contract">;

/** Fields that the contract answers and that the registry has otherwise. */
function compare(registry: JsonValue, contract: JsonValue, field: string): readonly FieldDifference[] {
  if (isJsonObject(registry) && isJsonObject(contract))
    return Object.keys(contract).flatMap((name) =>
      compare(registry[name] ?? null, contract[name] ?? null, `${field}/${name}`),
    );
  if (isList(registry) && isList(contract) && registry.length === contract.length)
    return contract.flatMap((value, at) => compare(registry[at] ?? null, value, `${field}/${at}`));
  return JSON.stringify(registry) === JSON.stringify(contract) ? [] : [{ field, registry, contract }];
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
