import {
  Act,
  Grade,
  RightKind,
  contractInterfaces,
  toContractFault,
  type ContractName,
} from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { FunctionFragment, ZeroHash, type BaseContract, type Signer } from "ethers";
import {
  DAY,
  HOUR,
  REASON,
  consentOf,
  digestOf,
  ethers,
  networkHelpers,
  now,
  suspend,
  world,
  type World,
} from "./fixture.ts";
import { memberId, usccOf } from "./uscc.ts";

/** Kinds of callers, from a stranger to the one who may. */
type Caller = "stranger" | "retired key" | "suspended" | "member" | "owner" | "seat";
const CALLERS: readonly Caller[] = ["stranger", "retired key", "suspended", "member", "owner", "seat"];

/** What each caller meets: `ok`, or the name of the error. */
type Row = Readonly<Record<Caller, string>>;

const everybody: Row = {
  stranger: "ok",
  "retired key": "ok",
  suspended: "ok",
  member: "ok",
  owner: "ok",
  seat: "ok",
};
const liveKeys = { stranger: "MembersUnknownKey", "retired key": "MembersKeyNotLive", suspended: "MembersStanding" };
const members: Row = { ...liveKeys, member: "ok", owner: "ok", seat: "ok" };
const ownerOr = (fault: string): Row => ({ ...liveKeys, member: fault, owner: "ok", seat: fault });
const seats: Row = { ...liveKeys, member: "MembersNoSeat", owner: "MembersNoSeat", seat: "ok" };

interface Scene extends World {
  readonly callers: Readonly<Record<Caller, Signer>>;
  readonly at: number;
  readonly values: Readonly<Record<string, string>>;
  readonly consent: string;
  readonly proposal: bigint;
}

/** The owner is the seller; a member without ties is the processor; the buyer is suspended; one key of the seller is retired. */
async function scene(): Promise<Scene> {
  const context = await world();
  const { members: register, rights, logs, seller, buyer, processor, regulator, outsider, spare } = context;
  const [old, fresh] = [spare[0]!, spare[1]!];
  const at = await now();
  const deadline = at + 10 * DAY;
  const consent = await consentOf(register, seller.id, old, deadline);
  await register.connect(seller.key).addKey(await old.getAddress(), deadline, consent);
  await register.connect(seller.key).retireKey(await old.getAddress());
  const registration = { digest: digestOf("a"), content: digestOf("b"), metadata: digestOf("c"), grade: Grade.general };
  const scope = { purposes: 1, from: at, until: at + DAY, depth: 2 };
  await rights.connect(seller.key).registerResource(registration, scope);
  const subject = await rights.subjectIdOf(seller.id, digestOf("a"));
  const { right } = await rights.subjectOf(subject);
  await logs.connect(seller.key).register("log", REASON);
  const logId = await logs.logIdOf(seller.id, "log");
  await suspend(context, buyer.id);
  await register.connect(context.venue.key).propose(Act.suspension, processor.id, REASON);
  const callers = {
    stranger: outsider,
    "retired key": old,
    suspended: buyer.key,
    member: processor.key,
    owner: seller.key,
    seat: regulator.key,
  };
  const values = { subject, right, logId, fresh: await fresh.getAddress() };
  return { ...context, callers, at, values, consent, proposal: await register.proposalCount() };
}

/** One external function: what it is called with, and what each caller meets. */
interface Entry {
  readonly row: Row;
  readonly args: (scene: Scene, caller: Caller) => unknown[] | Promise<unknown[]>;
}
const view = (args: Entry["args"]): Entry => ({ row: everybody, args });
const registrationOf = (caller: Caller) => ({ digest: digestOf(caller), content: REASON, metadata: REASON, grade: 0 });
const scopeOf = ({ at }: Scene) => ({ purposes: 1, from: at, until: at + DAY / 2, depth: 1 });
/** A new key's consent to become one of the caller's member's. */
const consentFor = async (s: Scene, caller: Caller): Promise<unknown[]> => {
  const deadline = s.at + HOUR;
  const member = await s.members.memberOf(await s.callers[caller].getAddress());
  return [s.values["fresh"], deadline, await consentOf(s.members, member, s.spare[1]!, deadline)];
};
const stepFor = (s: Scene) => ({ tradeId: REASON, stage: 1, evidence: REASON, count: 1, deadline: s.at + HOUR });

const MATRIX: Readonly<Record<ContractName, Readonly<Record<string, Entry>>>> = {
  members: {
    applyFor: {
      row: {
        stranger: "ok",
        "retired key": "MembersKeyTaken",
        suspended: "MembersKeyTaken",
        member: "MembersKeyTaken",
        owner: "MembersKeyTaken",
        seat: "MembersKeyTaken",
      },
      args: () => [memberId(usccOf(90)), 1, REASON],
    },
    propose: { row: seats, args: (s) => [Act.suspension, s.seller.id, REASON] },
    vote: { row: seats, args: (s) => [s.proposal] },
    decide: {
      row: Object.fromEntries(CALLERS.map((caller) => [caller, "MembersTooFewVotes"])) as Row,
      args: (s) => [s.proposal],
    },
    addKey: { row: members, args: consentFor },
    rotateKey: { row: members, args: consentFor },
    retireKey: {
      row: { ...liveKeys, member: "MembersNotOwnKey", owner: "MembersLastKey", seat: "MembersNotOwnKey" },
      args: (s) => [s.seller.address],
    },
    memberOf: view((s) => [s.seller.address]),
    actorOf: view((s) => [s.seller.address]),
    isActive: view((s) => [s.seller.id]),
    isActiveAt: view((s) => [s.seller.id, 1]),
    hasKind: view((s) => [s.seller.id, 0]),
    keyLiveAt: view((s) => [s.seller.id, s.seller.address, 1]),
    entryOf: view((s) => [s.seller.id]),
    keyLife: view((s) => [s.seller.address]),
    keysOf: view((s) => [s.seller.id]),
    council: view(() => []),
    threshold: view(() => []),
    proposalCount: view(() => []),
    proposalOf: view((s) => [s.proposal]),
    applicationOf: view((s) => [s.seller.id, s.seller.address]),
    hasVoted: view((s) => [s.proposal, s.venue.id]),
    consentDigest: view((s) => [s.seller.id, s.seller.address, 1]),
    eip712Domain: view(() => []),
  },
  rights: {
    registerResource: { row: members, args: (s, caller) => [registrationOf(caller), scopeOf(s)] },
    registerProduct: {
      row: ownerOr("RightsNotHolder"),
      args: (s, caller) => [registrationOf(caller), scopeOf(s), [s.values["right"]]],
    },
    grant: {
      row: ownerOr("RightsNotHolder"),
      args: (s) => [s.values["right"], s.notary.id, RightKind.processing, scopeOf(s), REASON],
    },
    revoke: { row: ownerOr("RightsNotParty"), args: (s) => [s.values["right"], REASON] },
    isValid: view((s) => [s.values["right"]]),
    isValidAt: view((s) => [s.values["right"], 1]),
    validityAt: view((s) => [s.values["right"], 1]),
    listingOf: view((s) => [s.values["subject"], s.values["right"], s.seller.id]),
    subjectOf: view((s) => [s.values["subject"]]),
    rightOf: view((s) => [s.values["right"]]),
    subjectIdOf: view((s) => [s.seller.id, REASON]),
  },
  trades: {
    open: {
      row: ownerOr("TradesNotListable"),
      args: (s) => [
        {
          salt: REASON,
          subject: s.values["subject"],
          right: s.values["right"],
          buyer: s.notary.id,
          venue: s.venue.id,
          amount: REASON,
        },
      ],
    },
    // Anybody may relay: what counts are the signatures, and test/contracts/trade tests those. Here no trade is open.
    record: {
      row: Object.fromEntries(CALLERS.map((caller) => [caller, "TradesUnknownTrade"])) as Row,
      args: (s) => [stepFor(s), []],
    },
    terminate: {
      row: Object.fromEntries(CALLERS.map((caller) => [caller, "TradesUnknownTrade"])) as Row,
      args: (s) => [REASON, REASON, 0, s.at + HOUR, []],
    },
    tradeOf: {
      row: Object.fromEntries(CALLERS.map((caller) => [caller, "TradesUnknownTrade"])) as Row,
      args: () => [REASON],
    },
    headOf: {
      row: Object.fromEntries(CALLERS.map((caller) => [caller, "TradesUnknownTrade"])) as Row,
      args: () => [REASON],
    },
    signersOf: {
      row: Object.fromEntries(CALLERS.map((caller) => [caller, "TradesUnknownTrade"])) as Row,
      args: () => [REASON, 1],
    },
    stepDigest: view((s) => [stepFor(s)]),
    terminationDigest: view(() => [REASON, REASON, 0, 0]),
    tradeIdOf: view((s) => [s.seller.id, REASON]),
    eip712Domain: view(() => []),
  },
  evidenceLogs: {
    register: { row: members, args: () => ["new", REASON] },
    publish: { row: ownerOr("EvidenceLogsNotOwner"), args: (s) => [s.values["logId"], 0, 1, REASON, []] },
    head: view((s) => [s.values["logId"]]),
    rootAt: view((s) => [s.values["logId"], 1]),
    log: view((s) => [s.values["logId"]]),
    isIncluded: view((s) => [s.values["logId"], 1, REASON, 0, []]),
    logIdOf: view((s) => [s.seller.id, "log"]),
  },
};

const fixture = () => networkHelpers.loadFixture(scene);
const contractOf = (s: Scene, name: ContractName): BaseContract =>
  ({ members: s.members, rights: s.rights, trades: s.trades, evidenceLogs: s.logs })[name];

/** `ok`, or the name of the error that the call meets. */
async function outcome(
  s: Scene,
  name: ContractName,
  fragment: FunctionFragment,
  caller: Caller,
  entry: Entry,
): Promise<string> {
  const contract = contractOf(s, name).connect(s.callers[caller]);
  try {
    await contract.getFunction(fragment).staticCall(...(await entry.args(s, caller)));
    return "ok";
  } catch (error) {
    const { data } = error as { data?: unknown };
    return toContractFault(data)?.name ?? String(error);
  }
}

describe("Access: every external function and every kind of caller", () => {
  const names = Object.keys(contractInterfaces) as ContractName[];
  const functionsOf = (name: ContractName): FunctionFragment[] =>
    contractInterfaces[name].fragments.filter((fragment) => fragment instanceof FunctionFragment);

  it("has an entry for every function of every ABI, and no other", () => {
    let functions = 0;
    for (const name of names) {
      const external = functionsOf(name).map((fragment) => fragment.name);
      expect(Object.keys(MATRIX[name]).sort(), name).to.deep.equal([...external].sort());
      expect(new Set(external).size, `${name} overloads`).to.equal(external.length);
      functions += external.length;
    }
    expect(functions).to.equal(52);
  });

  for (const name of names) {
    for (const fragment of functionsOf(name)) {
      it(`${name}.${fragment.name}`, async () => {
        const s = await fixture();
        const entry = MATRIX[name][fragment.name]!;
        const met: Record<string, string> = {};
        for (const caller of CALLERS) met[caller] = await outcome(s, name, fragment, caller, entry);
        expect(met).to.deep.equal(entry.row);
      });
    }
  }
});

describe("Access: calls that no client of ours would send", () => {
  it("reverts on value, unknown selectors, short calldata, dirty upper bits and offsets that lead nowhere", async () => {
    const s = await fixture();
    const { logs, members: register, trades, seller } = s;
    const publish = logs.interface.encodeFunctionData("publish", [s.values["logId"]!, 0, 1, REASON, []]);
    const isActive = register.interface.encodeFunctionData("isActive", [seller.id]);
    const record = trades.interface.encodeFunctionData("record", [stepFor(s), []]);
    const word = (data: string, index: number, value: string) =>
      data.slice(0, 10 + index * 64) + value + data.slice(10 + (index + 1) * 64);
    const calls = [
      { to: logs, data: "0x" },
      { to: logs, data: "0xdeadbeef" },
      { to: logs, data: publish.slice(0, -64) },
      { to: logs, data: publish.slice(0, 100) },
      { to: logs, data: word(publish, 1, "ff".repeat(32)) },
      { to: logs, data: word(publish, 4, "ff".repeat(32)) },
      { to: logs, data: word(publish, 5, "ff".repeat(32)) },
      { to: logs, data: word(publish, 5, "ff".padStart(64, "0")) },
      { to: logs, data: publish, value: 1n },
      { to: register, data: `${isActive.slice(0, -2)}01` },
      { to: trades, data: word(record, 1, "01".padEnd(62, "0") + "01") },
      { to: trades, data: word(record, 5, "ff".repeat(32)) },
    ];
    for (const [i, { to, ...call }] of calls.entries()) {
      const request = { ...call, to: await to.getAddress(), from: seller.address, gas: 10_000_000n };
      await expect(seller.key.call(request), `call ${i}`).to.be.revert(ethers);
    }
    expect(calls).to.have.length(12);
    expect(await logs.latest(s.values["logId"]!)).to.deep.equal([0n, ZeroHash, 0n]);
  });

  it("leaves no state when gas runs out", async () => {
    const { logs, seller, values } = await fixture();
    const needed = await logs.connect(seller.key).publish.estimateGas(values["logId"]!, 0, 1, REASON, []);
    const short = logs.connect(seller.key).publish(values["logId"]!, 0, 1, REASON, [], { gasLimit: needed - 3000n });
    await expect(short).to.be.revert(ethers);
    expect(await logs.latest(values["logId"]!)).to.deep.equal([0n, ZeroHash, 0n]);
  });
});
