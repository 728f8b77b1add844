import { randomBytes } from "node:crypto";
import { EMPTY_STAGE_HEAD, memberIdOf, stageHead } from "@lianzheng/sdk/chain";
import { Stage } from "@lianzheng/sdk/contracts";
import type { SignedStruct, StageName, StepStruct } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { canonicalJson, toInstant } from "@lianzheng/sdk/record";
import type { JsonObject, Party } from "@lianzheng/sdk/record";
import type { TypedDataDomain } from "ethers";
import type { RoleName } from "./cast.ts";
import { cast } from "./cast.ts";
import type { Consortium } from "./consortium.ts";
import { idFromEvent } from "./ledger.ts";
import { signRecord } from "./signing.ts";
import { submitOne } from "./venue.ts";
import type { Venue } from "./venue.ts";

const NOBODY: Hex = `0x${"00".repeat(18)}`;
const SIGNED_FOR_S = 600;

const stepTypes = {
  Step: [
    { name: "tradeId", type: "bytes32" },
    { name: "stage", type: "uint8" },
    { name: "evidence", type: "bytes32" },
    { name: "count", type: "uint64" },
    { name: "deadline", type: "uint256" },
  ],
};

/** Who trades what. */
export interface Deal {
  readonly seller: RoleName;
  readonly buyer: RoleName;
  /** The venue on whose floor it is; off the floor (场外) there is none, and a venue's node keeps the records all the same. */
  readonly floor: RoleName | undefined;
  /** Product or resource, and the seller's right by which it is traded. */
  readonly subject: Hex;
  readonly right: Hex;
  readonly price: JsonObject;
}

/** A stage as it was recorded: in the log, and in the contract. */
export interface RecordedStage {
  readonly stage: StageName;
  /** Record id: leaf hash, and the contract's evidence of the step. */
  readonly record: Hex;
  readonly gas: number;
}

/** Which side issues the record of a stage. */
type Side = "seller" | "buyer" | "venue";

/** A stage as the story tells it. */
export interface StageScript {
  readonly stage: Exclude<StageName, "none">;
  readonly issuer: Side;
  /** Those whom the step binds, in the order in which the contract asks for them. */
  readonly signers: readonly Side[];
  readonly body: JsonObject;
}

/** A trade that goes through its stages, each first a record and then a step signed by those whom it binds. */
export class StoryTrade {
  readonly id: Hex;
  readonly deal: Deal;
  readonly #consortium: Consortium;
  readonly #venue: Venue;
  readonly #domain: TypedDataDomain;
  readonly #stages: RecordedStage[] = [];

  private constructor(consortium: Consortium, venue: Venue, deal: Deal, id: Hex, domain: TypedDataDomain) {
    this.#consortium = consortium;
    this.#venue = venue;
    this.deal = deal;
    this.id = id;
    this.#domain = domain;
  }

  /** Opens the trade on the chain; `venue` is the exchange whose node keeps its records. */
  static async open(consortium: Consortium, venue: Venue, deal: Deal): Promise<StoryTrade> {
    const { ledger } = consortium;
    const terms = {
      salt: toHex(randomBytes(32)),
      subject: deal.subject,
      right: deal.right,
      buyer: memberIdOf(cast[deal.buyer].uscc),
      venue: deal.floor === undefined ? NOBODY : memberIdOf(cast[deal.floor].uscc),
      amount: toHex(keccak256(utf8(canonicalJson(deal.price)))),
    };
    const call = ledger.trades.open.populateTransaction(terms);
    const receipt = await ledger.send("Trades.open", consortium.keys[deal.seller], call);
    const id = idFromEvent(receipt, ledger.trades.interface.getEvent("TradeOpened").topicHash);
    const { name, version, chainId, verifyingContract } = await ledger.trades.eip712Domain();
    return new StoryTrade(consortium, venue, deal, id, { name, version, chainId, verifyingContract });
  }

  /** Subject of all of the trade's records. */
  get subject(): string {
    return `trade:${this.id}`;
  }

  /** Stages recorded so far. */
  get stages(): readonly RecordedStage[] {
    return this.#stages;
  }

  /** Head that the stages so far chain to. */
  get head(): Hex {
    return this.#stages.reduce((head, { stage, record }) => stageHead(head, Stage[stage], record), EMPTY_STAGE_HEAD);
  }

  /** What the contract has of the trade. */
  async onChain(): Promise<{ readonly count: number; readonly head: Hex }> {
    const { count, head } = await this.#consortium.ledger.trades.headOf(this.id);
    return { count: Number(count), head: head as Hex };
  }

  /** Plays one stage: the issuer's signed record goes into the log, then the step into the contract. */
  async play(script: StageScript): Promise<RecordedStage> {
    const record = await this.#record(`trade.${script.stage}`, script.issuer, script.body);
    const step = this.#step(script.stage, record);
    const signatures = await Promise.all(script.signers.map((side) => this.#sign(side, step)));
    const { ledger, keys } = this.#consortium;
    const call = ledger.trades.record.populateTransaction(step, signatures);
    // The seller relays every step: what counts are the signatures, and an exchange's key is its node's to send with.
    const receipt = await ledger.send("Trades.record", keys[this.deal.seller], call);
    const stage = { stage: script.stage, record, gas: Number(receipt.gasUsed) };
    this.#stages.push(stage);
    return stage;
  }

  /**
   * Closes the file: one last record, which names the head that the contract has.
   *
   * It is younger than the last step, so whatever checkpoint holds it is anchored after that step, and evidence of the trade shows that no
   * stage is missing.
   */
  async archive(issuer: Side): Promise<Hex> {
    return this.#record("trade.archive", issuer, { stages: this.#stages.length, head: this.head });
  }

  async #record(type: string, issuer: Side, body: JsonObject): Promise<Hex> {
    const { keys, ledger } = this.#consortium;
    const role = this.#roleOf(issuer);
    const input = {
      type,
      subject: this.subject,
      occurredAt: toInstant(Date.now()),
      body,
      parties: this.#parties(),
    };
    return submitOne(this.#venue, await signRecord(input, cast[role], keys[role], ledger.deployment));
  }

  #step(stage: Exclude<StageName, "none">, evidence: Hex): StepStruct {
    const deadline = this.#consortium.ledger.secondsFromNow(SIGNED_FOR_S);
    return { tradeId: this.id, stage: Stage[stage], evidence, count: this.#stages.length + 1, deadline };
  }

  async #sign(side: Side, step: StepStruct): Promise<SignedStruct> {
    const key = this.#consortium.keys[this.#roleOf(side)];
    return { key: key.address, signature: await key.signTypedData(this.#domain, stepTypes, step) };
  }

  #parties(): readonly Party[] {
    const sides: readonly Side[] = this.deal.floor === undefined ? ["seller", "buyer"] : ["seller", "buyer", "venue"];
    return sides.map((side) => ({ member: cast[this.#roleOf(side)].uscc, role: side }));
  }

  #roleOf(side: Side): RoleName {
    if (side !== "venue") return this.deal[side];
    if (this.deal.floor === undefined) throw new TypeError("a trade off the floor has no venue");
    return this.deal.floor;
  }
}
