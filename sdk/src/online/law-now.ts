import { memberIdOf } from "@lianzheng/sdk/chain";
import { MembersFactory, RightsFactory, Standing, TradesFactory, Validity } from "@lianzheng/sdk/contracts";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Facts, Policy } from "@lianzheng/sdk/evidence";
import type { Entry } from "@lianzheng/sdk/record";
import type { BlockAnswer, ChainView } from "./chain-view.ts";
import { finding, unasked, type OnlineFinding } from "./finding.ts";

const members = MembersFactory.createInterface();
const trades = TradesFactory.createInterface();
const rights = RightsFactory.createInterface();

/** More issuers or keys than that are not asked one by one. */
const mostAsked = 64;

/** The law at the newest block, as whom evidence is about asks for it. */
export interface LawNow {
  readonly view: ChainView;
  readonly policy: Policy;
  readonly head: BlockAnswer;
}

/** How those stand who issued and signed the records, and the trade that they are of. */
export async function askLaw(now: LawNow, entries: readonly Entry[], facts: Facts): Promise<readonly OnlineFinding[]> {
  const issuers = [...new Set(entries.map(({ issuer }) => issuer))].slice(0, mostAsked);
  const keys = new Map(
    entries.flatMap(({ issuer, statement }) => (statement === undefined ? [] : [[statement.key, issuer] as const])),
  );
  const asked = await Promise.all([
    ...issuers.map((issuer) => askMember(now, issuer)),
    ...[...keys].slice(0, mostAsked).map(([key, issuer]) => askKey(now, key, issuer)),
  ]);
  return [...asked, ...(await askTrade(now, entries, facts))];
}

async function askMember({ view, policy, head }: LawNow, uscc: string): Promise<OnlineFinding> {
  try {
    const args = [memberIdOf(uscc), head.timestamp];
    const [standing] = await view.call(policy.contracts.members, members, "standingAt", args);
    const [until] = await view.call(policy.contracts.members, members, "frozenAt", args);
    const name = nameOf(Standing, standing);
    const frozen = typeof until === "bigint" && until > head.timestamp;
    if (name === "active" && !frozen)
      return finding("member", "stands", `Member ${uscc} is active by block ${head.number}.`);
    return finding(
      "member",
      "changed",
      `Member ${uscc} is ${frozen ? "frozen" : name} by block ${head.number}. What it did before stays what it was.`,
    );
  } catch (error) {
    return unasked("member", `The standing of member ${uscc}`, error);
  }
}

async function askKey({ view, policy, head }: LawNow, key: string, uscc: string): Promise<OnlineFinding> {
  try {
    const [isLive] = await view.call(policy.contracts.members, members, "keyLiveAt", [
      memberIdOf(uscc),
      key,
      head.timestamp,
    ]);
    if (isLive === true)
      return finding("key", "stands", `The key ${key} counts for member ${uscc} by block ${head.number}.`);
    return finding(
      "key",
      "changed",
      `The key ${key} does not count for member ${uscc} any more. What it signed while it did stays signed.`,
    );
  } catch (error) {
    return unasked("key", `The key ${key}`, error);
  }
}

async function askTrade(now: LawNow, entries: readonly Entry[], facts: Facts): Promise<readonly OnlineFinding[]> {
  const subject = entries[0]?.subject ?? "";
  const tradeId = subject.startsWith("trade:") ? subject.slice("trade:".length) : undefined;
  if (!isHex(tradeId, 32)) return [];
  const { view, policy, head } = now;
  try {
    const [trade] = await view.call(policy.contracts.trades, trades, "tradeOf", [tradeId]);
    const { count, terminated, right } = trade as {
      readonly count: bigint;
      readonly terminated: boolean;
      readonly right: Hex;
    };
    return [stepsSince(count, terminated, facts, head), ...(await askRight(now, right))];
  } catch (error) {
    return [unasked("trade", `Trade ${tradeId}`, error)];
  }
}

function stepsSince(count: bigint, isTerminated: boolean, { trade }: Facts, head: BlockAnswer): OnlineFinding {
  const end = isTerminated ? ", and both sides terminated the trade" : "";
  const by = `By block ${head.number} the chain counts ${count} steps of this trade${end}`;
  if (trade === undefined) return finding("trade", "changed", `${by}; the evidence is not shown to hold all of them.`);
  if (count === BigInt(trade.stages)) return finding("trade", "stands", `${by}, which are those of the evidence.`);
  if (count < BigInt(trade.stages)) return finding("trade", "contradicted", `${by}, fewer than the evidence shows.`);
  return finding("trade", "changed", `${by}; the evidence holds the first ${trade.stages}.`);
}

/** Only where the policy names the contract: a right that nobody trusted speaks of says nothing. */
async function askRight({ view, policy, head }: LawNow, right: Hex): Promise<readonly OnlineFinding[]> {
  const contract = policy.contracts.rights;
  if (contract === undefined || BigInt(right) === 0n) return [];
  try {
    const [validity] = await view.call(contract, rights, "validityAt", [right, head.timestamp]);
    const name = nameOf(Validity, validity);
    if (name === "valid")
      return [finding("right", "stands", `The right that the trade rests on is valid by block ${head.number}.`)];
    return [
      finding("right", "changed", `The right that the trade rests on does not hold by block ${head.number}: ${name}.`),
    ];
  } catch (error) {
    return [unasked("right", "The right that the trade rests on", error)];
  }
}

/** The word of an enumeration, or its number where a newer contract has more of them. */
function nameOf(words: Readonly<Record<string, number>>, value: unknown): string {
  const found = Object.entries(words).find(([, number]) => BigInt(number) === value);
  return found?.[0] ?? String(value);
}
