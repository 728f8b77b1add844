import { CaseKind, CaseState, CasesFactory, PleaKind, RulingAct } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { FunctionFragment, Interface, type ErrorDescription, type Signer } from "ethers";
import { newKeyOf, suspend } from "../fixture.ts";
import {
  HOUR,
  PROCEDURE,
  REASON,
  aboutTrade,
  approve,
  digestOf,
  ethers,
  fixture as court,
  networkHelpers,
  now,
  open,
  openTo,
  openingOf,
  pleaOf,
  rulingOf,
  type Court,
} from "./court.ts";

/** Kinds of callers, from a stranger to those who may. The suspended one is the respondent. */
const CALLERS = ["stranger", "retired key", "suspended", "member", "opener", "regulator", "arbitrator"] as const;
type Caller = (typeof CALLERS)[number];

/** What each caller meets: `ok`, or the name of the error. */
type Row = Readonly<Record<Caller, string>>;

const all = (outcome: string): Row => Object.fromEntries(CALLERS.map((caller) => [caller, outcome])) as Row;
const dead = { stranger: "MembersUnknownKey", "retired key": "MembersKeyNotLive", suspended: "MembersStanding" };
const actives: Row = { ...all("ok"), ...dead };
const liveKeys: Row = { ...all("ok"), stranger: "MembersUnknownKey", "retired key": "MembersKeyNotLive" };
const sideOr = (fault: string, side: Caller): Row => ({
  ...all(fault),
  stranger: "MembersUnknownKey",
  "retired key": "MembersKeyNotLive",
  [side]: "ok",
});
const decider = (caller: "regulator" | "arbitrator"): Row => ({
  ...all("CasesNotDecider"),
  ...dead,
  opener: "CasesPartyRules",
  [caller]: "ok",
});

interface Scene extends Court {
  readonly callers: Readonly<Record<Caller, Signer>>;
  /** A finding that is admitted, a dispute just opened, and what the approvals are for. */
  readonly finding: string;
  readonly dispute: string;
}

async function scene(): Promise<Scene> {
  const context = await court();
  const { members, seller, buyer, processor, regulators, arbitrators, outsider, strangers } = context;
  const old = strangers[0]!;
  const deadline = (await now()) + HOUR;
  await members.connect(seller.key).addKey(await newKeyOf(members, seller.id, old, deadline));
  await members.connect(seller.key).retireKey(await old.getAddress());
  const finding = await openTo(context, CaseState.admitted, aboutTrade);
  const dispute = await open(context, { ...aboutTrade, kind: CaseKind.dispute, salt: digestOf("dispute") });
  await suspend(context, buyer.id);
  const callers = {
    stranger: outsider,
    "retired key": old,
    suspended: buyer.key,
    member: processor.key,
    opener: seller.key,
    regulator: regulators[2].key,
    arbitrator: arbitrators[0].key,
  };
  return { ...context, callers, finding, dispute };
}

/** One external function: what it is called with, and what each caller meets. */
interface Entry {
  readonly row: Row;
  readonly args: (scene: Scene) => unknown[] | Promise<unknown[]>;
}
const view = (args: Entry["args"]): Entry => ({ row: all("ok"), args });
const fresh = (s: Scene) => openingOf(s, { respondent: s.notary.id, ...aboutTrade, salt: digestOf("fresh") });

/** Calls of one function in different roles have a name each: the function's, and after a colon the role. */
const MATRIX: Readonly<Record<string, Entry>> = {
  open: { row: actives, args: (s) => [fresh(s)] },
  setProcedure: { row: all("NotCouncil"), args: () => [PROCEDURE, REASON] },
  openSigned: view(async (s) => [fresh(s), await approve(s.cases, s.seller, "Opening", fresh(s))]),
  "plead: answer": {
    row: sideOr("CasesNotParty", "suspended"),
    args: (s) => [pleaOf(s.finding, PleaKind.answer)],
  },
  "plead: withdrawal": {
    row: sideOr("CasesNotParty", "opener"),
    args: (s) => [pleaOf(s.finding, PleaKind.withdrawal)],
  },
  pleadSigned: view(async (s) => {
    const plea = pleaOf(s.finding, PleaKind.answer);
    return [plea, await approve(s.cases, s.buyer, "Plea", plea)];
  }),
  "rule: finding": {
    row: decider("regulator"),
    args: async (s) => [await rulingOf(s, s.finding, RulingAct.hold)],
  },
  "rule: dispute": {
    row: decider("arbitrator"),
    args: async (s) => [await rulingOf(s, s.dispute, RulingAct.admit)],
  },
  ruleSigned: view(async (s) => {
    const ruling = await rulingOf(s, s.dispute, RulingAct.admit);
    return [ruling, await approve(s.cases, s.arbitrators[1], "Ruling", ruling)];
  }),
  settle: view(async (s) => {
    const message = { caseId: s.dispute, terms: REASON };
    const sign = (by: Court["seller"]) => approve(s.cases, by, "Settlement", message);
    return [s.dispute, REASON, await sign(s.seller), await sign(s.buyer)];
  }),
  lapse: { row: all("CasesNotDue"), args: (s) => [s.finding] },
  voidNonce: { row: liveKeys, args: () => [1] },
  isHeld: view(() => [REASON]),
  isSanctioned: view((s) => [s.buyer.id, 1, 1]),
  effectAt: view((s) => [s.finding, 1]),
  caseOf: view((s) => [s.finding]),
  votesFor: view(async (s) => [await rulingOf(s, s.finding, RulingAct.hold)]),
  holdsOn: view(() => [REASON]),
  sanctionCount: view((s) => [s.buyer.id]),
  sanctionAt: { row: all("Panic"), args: (s) => [s.buyer.id, 0] },
  council: view(() => []),
  procedureVersion: view(() => []),
  procedureOf: view(() => [1]),
  isNonceUsed: view((s) => [s.buyer.id, 1]),
  openingDigest: view((s) => [s.seller.id, fresh(s), 1, 1]),
  pleaDigest: view((s) => [s.seller.id, pleaOf(s.finding, 1), 1, 1]),
  rulingDigest: view(async (s) => [s.seller.id, await rulingOf(s, s.finding, 1), 1, 1]),
  settlementDigest: view((s) => [s.seller.id, s.finding, REASON, 1, 1]),
  caseIdOf: view((s) => [s.seller.id, REASON]),
  eip712Domain: view(() => []),
};

const fixture = () => networkHelpers.loadFixture(scene);
const fragments = CasesFactory.createInterface().fragments.filter((f) => f instanceof FunctionFragment);
const functionOf = (name: string): string => name.split(":")[0]!;

/** The error in what a reverted call returned, of this contract, of the register or of Solidity. */
function errorIn(s: Scene, data: unknown): ErrorDescription | null {
  if (typeof data !== "string") return null;
  const solidity = new Interface(["error Panic(uint256)", "error Error(string)"]);
  return s.cases.interface.parseError(data) ?? s.members.interface.parseError(data) ?? solidity.parseError(data);
}

/** `ok`, or the name of the error that the call meets. */
async function outcome(s: Scene, name: string, caller: Caller): Promise<string> {
  const { args } = MATRIX[name]!;
  try {
    await s.cases
      .connect(s.callers[caller])
      .getFunction(functionOf(name))
      .staticCall(...(await args(s)));
    return "ok";
  } catch (error) {
    return errorIn(s, (error as { data?: unknown }).data)?.name ?? String(error);
  }
}

describe("Cases: every external function and every kind of caller", () => {
  it("has an entry for every function of the ABI, and no other", () => {
    const external = fragments.map(({ name }) => name);
    expect(new Set(external).size, "overloads").to.equal(external.length);
    expect([...new Set(Object.keys(MATRIX).map(functionOf))].sort()).to.deep.equal([...external].sort());
    expect(external).to.have.length(28);
  });

  for (const [name, { row }] of Object.entries(MATRIX)) {
    it(name, async () => {
      const s = await fixture();
      const met: Record<string, string> = {};
      for (const caller of CALLERS) met[caller] = await outcome(s, name, caller);
      expect(met).to.deep.equal(row);
    });
  }
});

describe("Cases: calls that no client of ours would send", () => {
  it("reverts on value, unknown selectors, short calldata, dirty upper bits and offsets that lead nowhere", async () => {
    const s = await fixture();
    const { cases, seller } = s;
    const encode = (name: "open" | "plead" | "rule" | "isHeld", ...args: unknown[]) =>
      cases.interface.encodeFunctionData(name as "open", args as never);
    const opening = encode("open", fresh(s));
    const plea = encode("plead", pleaOf(s.finding, PleaKind.withdrawal));
    const ruling = encode("rule", await rulingOf(s, s.finding, RulingAct.hold));
    const word = (data: string, index: number, value: string) =>
      data.slice(0, 10 + index * 64) + value.padStart(64, "0") + data.slice(10 + (index + 1) * 64);
    const calls = [
      { data: "0x" },
      { data: "0xdeadbeef" },
      { data: opening, value: 1n },
      { data: opening.slice(0, -64) },
      { data: opening.slice(0, 100) },
      // Offset of the struct, kind, respondent, kind of the subject, offset and length of the evidence.
      { data: word(opening, 0, "ff".repeat(32)) },
      { data: word(opening, 2, "05") },
      { data: word(opening, 3, "ff".repeat(32)) },
      { data: word(opening, 4, "07") },
      { data: word(opening, 8, "ff".repeat(32)) },
      { data: word(opening, 9, "ff".repeat(32)) },
      { data: word(opening, 9, "ffffff") },
      { data: word(plea, 2, "05") },
      { data: word(plea, 4, "ff".repeat(32)) },
      // Round, act, restrictions and times of a ruling.
      { data: word(ruling, 1, "ff".repeat(5)) },
      { data: word(ruling, 2, "0b") },
      { data: word(ruling, 5, "0100") },
      { data: word(ruling, 6, "01".padEnd(14, "0")) },
      { data: word(ruling, 7, "ff".repeat(32)) },
      { data: ruling.slice(0, -2) },
      { data: encode("isHeld", REASON).slice(0, -2) },
    ];
    const before = await cases.caseOf(s.finding);
    for (const [i, call] of calls.entries()) {
      const request = { ...call, to: await cases.getAddress(), from: seller.address, gas: 10_000_000n };
      await expect(seller.key.call(request), `call ${i}`).to.be.revert(ethers);
    }
    expect(calls).to.have.length(21);
    expect(await cases.caseOf(s.finding)).to.deep.equal(before);
    const good = { to: await cases.getAddress(), from: seller.address, data: opening };
    expect(await seller.key.call(good)).to.equal(await cases.caseIdOf(seller.id, digestOf("fresh")));
  });

  it("leaves no state when gas runs out", async () => {
    const s = await fixture();
    const mine = s.cases.connect(s.seller.key);
    const needed = await mine.open.estimateGas(fresh(s));
    await expect(mine.open(fresh(s), { gasLimit: needed - 5000n })).to.be.revert(ethers);
    const caseId = await s.cases.caseIdOf(s.seller.id, digestOf("fresh"));
    await expect(s.cases.caseOf(caseId)).to.be.revertedWithCustomError(s.cases, "CasesUnknownCase").withArgs(caseId);
  });
});
