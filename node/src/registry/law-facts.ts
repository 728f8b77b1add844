import { AnswerTo, at, type ChainView } from "@lianzheng/node/anchor";
import type { ContractName, Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";
import { isJsonObject } from "@lianzheng/sdk/record";
import { ChainError } from "../chain-error.ts";
import type { Draft } from "./draft.ts";
import type { LawEvent } from "./event.ts";
import { count, objects, text, textOrNull, factsOfAnswer, type Facts } from "./facts.ts";
import type { BlockPoint } from "./point.ts";

/** Asks the contracts' own views, in the state of one block. */
export class LawReader {
  readonly #view: ChainView;
  readonly #deployment: Deployment;

  constructor(view: ChainView, deployment: Deployment) {
    this.#view = view;
    this.#deployment = deployment;
  }

  /**
   * What a view answered in the state after `block`: pinned by the block's hash (EIP-1898), by its number where the chain does not know that form.
   *
   * @throws ChainError C_RPC_* if the chain no longer holds that state or the contract refuses, C_INCONSISTENT, C_UNREACHABLE
   */
  async call(contract: ContractName, view: string, args: readonly unknown[], block: BlockPoint): Promise<JsonValue> {
    try {
      return await this.#call(contract, view, args, { blockHash: block.hash, requireCanonical: true });
    } catch (error) {
      if (!(error instanceof ChainError) || !isForm(error)) throw error;
      return await this.#call(contract, view, args, at(block.number));
    }
  }

  /** What a view answers in the newest state: only for what never changes once it is there. */
  async callNewest(contract: ContractName, view: string, args: readonly unknown[]): Promise<JsonValue> {
    return await this.#call(contract, view, args, "latest");
  }

  async #call(contract: ContractName, view: string, args: readonly unknown[], block: unknown): Promise<JsonValue> {
    const fragment = contractInterfaces[contract].getFunction(view);
    if (fragment === null) throw new TypeError(`${contract} has no view ${view}`);
    const data = contractInterfaces[contract].encodeFunctionData(fragment, [...args]);
    const { address: to } = this.#deployment.contracts[contract];
    const answer = await this.#view.ask("eth_call", [{ to, data }, block]);
    return factsOfAnswer(contract, fragment, new AnswerTo("eth_call").data(answer));
  }
}

/** A code that does not come from the contract but from a chain that reads no block by its hash. */
function isForm({ code }: ChainError): boolean {
  return code === "C_RPC_PARAMS" || code === "C_RPC_METHOD" || code === "C_RPC_REQUEST";
}

/** A member as the contracts name it: 18 bytes. */
export function memberBytes(member: string): string {
  return toHex(utf8(member));
}

/**
 * Facts of a block that no event tells, asked of the contracts and put beside the events: what the law said at a step of a trade, and what an
 * alteration is to change.
 *
 * Both are written once and never changed, so where the chain no longer holds the state of that block, its newest state says the same.
 * A step is then known, and only what the law said of it stays null, if neither answers.
 */
export async function completeFacts(
  events: readonly LawEvent[],
  draft: Draft,
  reader: LawReader,
  block: BlockPoint,
): Promise<void> {
  for (const event of events) {
    if (event.name === "StageRecorded") await completeStep(event.facts, draft, reader, block);
    if (event.name === "ReviewOpened" && event.facts["entry"] === "alteration")
      await completeAlteration(event.facts, draft, reader, block);
  }
}

async function completeStep(facts: Facts, draft: Draft, reader: LawReader, block: BlockPoint): Promise<void> {
  const [trade, number] = [text(facts, "tradeId"), count(facts, "count")];
  const law = await unchanging(reader, "trades", "stepOf", [trade, number], block);
  await draft.change("trades", trade, ({ steps }) => ({
    steps: steps.map((step) => (step.count === number ? { ...step, law } : step)),
  }));
}

async function completeAlteration(facts: Facts, draft: Draft, reader: LawReader, block: BlockPoint): Promise<void> {
  const [id, round] = [text(facts, "subject"), count(facts, "round")];
  const asked = await unchanging(reader, "registry", "draftOf", [id, round], block);
  const review = await unchanging(reader, "registry", "reviewOf", [id, round], block);
  const found =
    asked === null
      ? null
      : {
          digest: text(asked, "digest"),
          metadata: textOrNull(asked, "metadata"),
          contents: objects(asked, "contents"),
        };
  const document = review === null ? null : textOrNull(review, "document");
  await draft.change("subjects", id, ({ reviews }) => ({
    reviews: reviews.map((row) => (row.round === round ? { ...row, document, draft: row.draft ?? found } : row)),
  }));
}

async function unchanging(
  reader: LawReader,
  contract: ContractName,
  view: string,
  args: readonly unknown[],
  block: BlockPoint,
): Promise<Facts | null> {
  try {
    return asFacts(await reader.call(contract, view, args, block));
  } catch (error) {
    if (!(error instanceof ChainError) || !error.code.startsWith("C_RPC_")) throw error;
    return asFacts(await reader.callNewest(contract, view, args));
  }
}

function asFacts(value: JsonValue): Facts | null {
  return isJsonObject(value) ? value : null;
}
