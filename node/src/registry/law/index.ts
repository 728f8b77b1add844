import type { ContractName } from "@lianzheng/sdk/chain";
import type { Draft } from "../draft.ts";
import type { LawEvent } from "../event.ts";
import { ChainError } from "../../chain-error.ts";
import { attestations } from "./attestations.ts";
import { cases } from "./cases.ts";
import { consents } from "./consents.ts";
import { council } from "./council.ts";
import { emergency } from "./emergency.ts";
import type { Handlers } from "./handler.ts";
import { logs } from "./logs.ts";
import { members } from "./members.ts";
import { directory, validators } from "./network.ts";
import { policies } from "./policies.ts";
import { rights } from "./rights.ts";
import { subjects } from "./subjects.ts";
import { trades } from "./trades.ts";

/** Who takes in which contract's events. A test compares the names with the contracts' own. */
export const handlers: Readonly<Record<ContractName, Handlers>> = {
  directory,
  members,
  council,
  emergency,
  policies,
  cases,
  attestations,
  registry: subjects,
  consents,
  rights,
  trades,
  evidenceLogs: logs,
  validators,
};

/**
 * Takes an event into the draft of its block.
 *
 * @throws ChainError C_INCONSISTENT for an event that nobody takes in, or one that contradicts those before it: then events are
 *   missing or another contract's
 */
export async function takeIn(event: LawEvent, draft: Draft): Promise<void> {
  const handler = handlers[event.contract][event.name];
  const details = { method: "eth_getLogs", contract: event.contract, event: event.name, block: event.place.block };
  if (handler === undefined) throw new ChainError("C_INCONSISTENT", "nobody takes this event in", details);
  draft.at(event);
  try {
    await handler(event, draft);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ChainError("C_INCONSISTENT", `an event contradicts those before it: ${cause.message}`, details, cause);
  }
}
