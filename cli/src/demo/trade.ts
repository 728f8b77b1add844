import { randomBytes } from "node:crypto";
import { EMPTY_STAGE_HEAD, memberIdOf, stageHead } from "@lianzheng/sdk/chain";
import { Stage } from "@lianzheng/sdk/contracts";
import type { ShareStruct, SignedStruct, StageName, TermsStruct } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { canonicalJson, toInstant } from "@lianzheng/sdk/record";
import type { JsonObject, Party } from "@lianzheng/sdk/record";
import type { ContractTransaction, TypedDataDomain } from "ethers";
import type { RoleName } from "./cast.ts";
import { NOBODY, cast } from "./cast.ts";
import type { Consortium } from "./consortium.ts";
import { digestOfText } from "./digest.ts";
import type { Attempt } from "./ledger.ts";
import { idFromEvent } from "./ledger.ts";
import { submitSigned } from "./signing.ts";
import { distributionFields, domainOf, filingFields, stepFields } from "./typed-data.ts";
import type { TypedFields } from "./typed-data.ts";
import type { Venue } from "./venue.ts";

const SIGNED_FOR_S = 600;
const NO_SPLIT: Hex = `0x${"00".repeat(32)}`;

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
  readonly stage: Exclude<StageName, "none" | "amendment" | "filing" | "termination" | "distribution">;
  readonly issuer: Side;
  /** Those whom the step binds, in the order in which the contract asks for them. */
  readonly signers: readonly Side[];
  readonly body: JsonObject;
}

/** A step that those whom it binds have signed: recorded in the log, not yet in the contract. */
export interface SignedStep {
  readonly stage: Exclude<StageName, "none">;
  readonly record: Hex;
  /** Name under which its gas is counted. */
  readonly action: string;
  readonly call: Promise<ContractTransaction>;
}

/** Who gets how much of the income, in fen. */
export type Split = readonly (readonly [RoleName, bigint])[];

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
    const { ledger, keys } = consortium;
    const call = ledger.trades.open.populateTransaction(termsOf(deal));
    const receipt = await ledger.send("Trades.open", keys[deal.seller], call);
    const id = idFromEvent(receipt, ledger.trades.interface.getEvent("TradeOpened").topicHash);
    return new StoryTrade(consortium, venue, deal, id, await domainOf(ledger.trades));
  }

  /** Tries to open a trade where the chain may refuse it. */
  static attempt({ ledger, keys }: Consortium, deal: Deal): Promise<Attempt> {
    return ledger.attempt(keys[deal.seller], ledger.trades.open.populateTransaction(termsOf(deal)));
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
    return this.take(await this.prepare(script));
  }

  /** The record of a stage, and the step that those whom it binds sign over it. */
  async prepare({ stage, issuer, signers, body }: StageScript): Promise<SignedStep> {
    const { trades } = this.#consortium.ledger;
    const record = await this.#record(`trade.${stage}`, this.#roleOf(issuer), body);
    const expires = stage === "offer" ? this.#inAWhile() : 0;
    const step = { ...this.#stepOf(record), stage: Stage[stage], expires };
    const roles = signers.map((side) => this.#roleOf(side));
    const signatures = await this.#sign(stepFields, step, roles);
    return { stage, record, action: "Trades.record", call: trades.record.populateTransaction(step, signatures) };
  }

  /** The venue's filing (备案) of a trade off the floor, which the seller brings to it. */
  async prepareFiling(body: JsonObject): Promise<SignedStep> {
    const { trades } = this.#consortium.ledger;
    const [venue, side] = [this.#venue.role.name, this.deal.seller];
    const record = await this.#record("trade.filing", venue, body);
    const step = { ...this.#stepOf(record), venue: memberIdOf(cast[venue].uscc), side: memberIdOf(cast[side].uscc) };
    const signatures = await this.#sign(filingFields, step, [side, venue]);
    return { stage: "filing", record, action: "Trades.file", call: trades.file.populateTransaction(step, signatures) };
  }

  /** The first distribution of the income (初次分配) among those who made it, signed by seller and venue. */
  async prepareSplit(whole: bigint, split: Split): Promise<SignedStep> {
    const { trades } = this.#consortium.ledger;
    const shares = sharesOf(split);
    const agreed = {
      whole: String(whole),
      unit: "fen",
      shares: split.map(([name, fen]) => ({ member: cast[name].uscc, amount: String(fen) })),
    };
    const record = await this.#record("trade.distribution", this.deal.seller, agreed);
    const grounds = digestOfText("agreement on the distribution");
    const step = { ...this.#stepOf(record), whole, shares: [...shares], previous: NO_SPLIT, grounds };
    const signatures = await this.#sign(distributionFields, step, [this.deal.seller, this.#roleOf("venue")]);
    const call = trades.distribute.populateTransaction(step, [], signatures);
    return { stage: "distribution", record, action: "Trades.distribute", call };
  }

  /** Puts a signed step into the contract. The seller relays every step: what counts are the signatures, and an exchange's key is its node's. */
  async take({ stage, record, action, call }: SignedStep): Promise<RecordedStage> {
    const { ledger, keys } = this.#consortium;
    const receipt = await ledger.send(action, keys[this.deal.seller], call);
    const recorded = { stage, record, gas: Number(receipt.gasUsed) };
    this.#stages.push(recorded);
    return recorded;
  }

  /** Tries to put a signed step into the contract where that may refuse it; refused, it can be taken later as it is. */
  attempt({ call }: SignedStep): Promise<Attempt> {
    const { ledger, keys } = this.#consortium;
    return ledger.attempt(keys[this.deal.seller], call);
  }

  /**
   * Closes the file: one last record, which names the head that the contract has.
   *
   * It is younger than the last step, so whatever checkpoint holds it is anchored after that step, and evidence of the trade shows that no
   * stage is missing.
   */
  async archive(issuer: Side): Promise<Hex> {
    const body = { stages: this.#stages.length, head: this.head };
    return this.#record("trade.archive", this.#roleOf(issuer), body);
  }

  #record(type: string, issuer: RoleName, body: JsonObject): Promise<Hex> {
    const occurredAt = toInstant(Date.now());
    const input = { type, subject: this.subject, occurredAt, body, parties: this.#parties() };
    return submitSigned(this.#consortium, this.#venue, issuer, input);
  }

  /** What steps of whichever kind have in common. */
  #stepOf(evidence: Hex): { tradeId: Hex; evidence: Hex; count: number; deadline: number } {
    return { tradeId: this.id, evidence, count: this.#stages.length + 1, deadline: this.#inAWhile() };
  }

  #inAWhile(): number {
    return this.#consortium.ledger.secondsFromNow(SIGNED_FOR_S);
  }

  #sign(fields: TypedFields, step: object, roles: readonly RoleName[]): Promise<SignedStruct[]> {
    const signed = roles.map(async (role) => {
      const key = this.#consortium.keys[role];
      return { key: key.address, signature: await key.signTypedData(this.#domain, fields, { ...step }) };
    });
    return Promise.all(signed);
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

function termsOf({ subject, right, buyer, floor, price }: Deal): TermsStruct {
  return {
    salt: toHex(randomBytes(32)),
    subject,
    right,
    buyer: memberIdOf(cast[buyer].uscc),
    venue: floor === undefined ? NOBODY : memberIdOf(cast[floor].uscc),
    amount: toHex(keccak256(utf8(canonicalJson(price)))),
    crossBorder: false,
  };
}

/** Shares as the contract takes them, in ascending order of their members. */
export function sharesOf(split: Split): readonly ShareStruct[] {
  const shares = split.map(([name, amount]) => ({ member: memberIdOf(cast[name].uscc), amount }));
  return shares.sort((one, other) => (one.member < other.member ? -1 : 1));
}
