import { expect } from "chai";
import { FunctionFragment, ZeroHash, type BaseContract, type Signer } from "ethers";
import { DAY, REASON, newKeyOf, digestOf, ethers, networkHelpers, now, suspend } from "../fixture.ts";
import {
  PRODUCT,
  TABLE,
  attested,
  bureau,
  signRevocation,
  signStatement,
  statementOf,
  ticket,
  type Attestations,
  type Bureau,
  type StatementFields,
} from "./scene.ts";

/** Kinds of callers: `member` has no kind that attests, `attester` stated what is in question, `peer` is of the same kind. */
type Caller = "stranger" | "retired key" | "suspended" | "member" | "attester" | "peer" | "regulator";
const CALLERS: readonly Caller[] = ["stranger", "retired key", "suspended", "member", "attester", "peer", "regulator"];

/** What each caller meets: `ok`, or the name of the error. */
type Row = Readonly<Record<Caller, string>>;

const rowOf = (outcome: string): Row => Object.fromEntries(CALLERS.map((caller) => [caller, outcome])) as Row;
const everybody = rowOf("ok");
const liveKeys = { stranger: "MembersUnknownKey", "retired key": "MembersKeyNotLive", suspended: "MembersStanding" };
const members: Row = { ...everybody, ...liveKeys };
const notaries: Row = { ...members, member: "AttestationsNotQualified", regulator: "AttestationsNotQualified" };
const revokers: Row = { ...members, member: "AttestationsNotRevoker", peer: "AttestationsNotRevoker" };

interface Scene extends Bureau {
  readonly callers: Readonly<Record<Caller, Signer>>;
  readonly id: string;
  readonly statement: StatementFields;
}

/** The notary stated something; the certifier is suspended; one key of the notary is retired. */
async function scene(): Promise<Scene> {
  const context = await bureau();
  const { members: register, notary, certifier, secondNotary, seller, supervisor, outsider, free } = context;
  const old = free[0]!;
  const deadline = (await now()) + DAY;
  await register.connect(notary.key).addKey(await newKeyOf(register, notary.id, old, deadline));
  await register.connect(notary.key).retireKey(await old.getAddress());
  await suspend(context, certifier.id);
  const id = await attested(context, notary);
  const callers = {
    stranger: outsider,
    "retired key": old,
    suspended: certifier.key,
    member: seller.key,
    attester: notary.key,
    peer: secondNotary.key,
    regulator: supervisor.key,
  };
  return { ...context, callers, id, statement: await statementOf({ subject: digestOf("another product") }) };
}

interface Entry {
  readonly row: Row;
  readonly args: (scene: Scene, caller: Caller) => unknown[] | Promise<unknown[]>;
}
const view = (args: Entry["args"]): Entry => ({ row: everybody, args });
/** The attester's signature: what counts, whoever brings it. */
const signed = async (s: Scene) => signStatement(s.attestations, s.notary, s.statement, await ticket());

const MATRIX: Readonly<Record<string, Entry>> = {
  setRequirements: { row: rowOf("NotCouncil"), args: () => [TABLE, REASON] },
  attest: { row: notaries, args: (s) => [s.statement] },
  attestMany: { row: notaries, args: (s) => [[s.statement]] },
  attestBySignature: { row: everybody, args: async (s) => [await signed(s)] },
  attestManyBySignature: { row: everybody, args: async (s) => [[await signed(s)]] },
  revoke: { row: revokers, args: (s) => [s.id, REASON] },
  revokeBySignature: {
    row: everybody,
    args: async (s) => [s.id, REASON, await signRevocation(s.attestations, s.notary, s.id, REASON, await ticket())],
  },
  spendNonce: { row: members, args: () => [REASON] },
  attestationOf: view((s) => [s.id]),
  isValidAt: view((s) => [s.id, 1]),
  statusAt: view((s) => [s.id, 1]),
  standing: view(() => [1, 1, PRODUCT]),
  unmetRequirements: view(() => [1, PRODUCT, 0, false]),
  requirementsOf: view(() => [0, false]),
  requirementsVersion: view(() => []),
  requirementsAt: view(() => [1]),
  council: view(() => []),
  latestOf: view((s) => [s.notary.id, 1, 1, PRODUCT]),
  attestersOf: view(() => [1, 1, PRODUCT]),
  attestationCount: view(() => []),
  isSpent: view((s) => [s.notary.id, REASON]),
  attestDigest: view((s) => [s.notary.id, s.statement, REASON, 1]),
  revocationDigest: view((s) => [s.id, s.notary.id, REASON, REASON, 1]),
  attestersFor: view(() => [1]),
  attestationIdOf: view((s) => [s.notary.id, s.statement]),
  eip712Domain: view(() => []),
};

const fixture = () => networkHelpers.loadFixture(scene);

/** `ok`, or the name of the error that the call meets. */
async function outcome(s: Scene, fragment: FunctionFragment, caller: Caller, entry: Entry): Promise<string> {
  const contract: BaseContract = s.attestations.connect(s.callers[caller]);
  try {
    await contract.getFunction(fragment).staticCall(...(await entry.args(s, caller)));
    return "ok";
  } catch (error) {
    const data = (error as { data?: unknown }).data;
    if (typeof data !== "string") return String(error);
    const fault = s.attestations.interface.parseError(data) ?? s.members.interface.parseError(data);
    return fault?.name ?? String(error);
  }
}

const functionsOf = (attestations: Attestations): FunctionFragment[] =>
  attestations.interface.fragments.filter((fragment) => fragment instanceof FunctionFragment);

describe("Attestations: every external function and every kind of caller", () => {
  it("has an entry for every function of the ABI, and no other", async () => {
    const external = functionsOf((await fixture()).attestations).map(({ name }) => name);
    expect(Object.keys(MATRIX).sort()).to.deep.equal([...external].sort());
    expect(external).to.have.length(26);
    expect(new Set(external).size).to.equal(external.length);
  });

  for (const [name, entry] of Object.entries(MATRIX)) {
    it(name, async () => {
      const s = await fixture();
      const fragment = functionsOf(s.attestations).find((external) => external.name === name)!;
      const met: Record<string, string> = {};
      for (const caller of CALLERS) met[caller] = await outcome(s, fragment, caller, entry);
      expect(met).to.deep.equal(entry.row);
    });
  }

  it("has no owner and no role: nothing else writes, and the table is the council's", async () => {
    const { attestations } = await fixture();
    const writing = functionsOf(attestations).filter(({ stateMutability }) => stateMutability === "nonpayable");
    expect(writing.map(({ name }) => name).sort()).to.deep.equal([
      "attest",
      "attestBySignature",
      "attestMany",
      "attestManyBySignature",
      "revoke",
      "revokeBySignature",
      "setRequirements",
      "spendNonce",
    ]);
    expect(functionsOf(attestations).filter(({ payable }) => payable)).to.deep.equal([]);
  });
});

describe("Attestations: calls that no client of ours would send", () => {
  it("reverts on value, unknown selectors, short calldata, dirty upper bits and offsets that lead nowhere", async () => {
    const s = await fixture();
    const { attestations, notary } = s;
    const encode = attestations.interface;
    const attest = encode.encodeFunctionData("attest", [s.statement]);
    const many = encode.encodeFunctionData("attestMany", [[s.statement]]);
    const bySignature = encode.encodeFunctionData("attestBySignature", [await signed(s)]);
    const standing = encode.encodeFunctionData("latestOf", [notary.id, 1, 1, PRODUCT]);
    const word = (data: string, index: number, value: string) =>
      data.slice(0, 10 + index * 64) + value + data.slice(10 + (index + 1) * 64);
    const far = "ff".repeat(32);
    const calls = [
      { data: "0x" },
      { data: "0xdeadbeef" },
      { data: attest, value: 1n },
      { data: attest.slice(0, -64) },
      { data: attest.slice(0, 100) },
      { data: word(attest, 0, "01".padStart(62, "0") + "01") },
      { data: word(attest, 3, `01${"00".repeat(25)}${"ff".repeat(6)}`) },
      { data: word(many, 0, far) },
      { data: word(many, 1, far) },
      { data: word(many, 1, "ff".padStart(64, "0")) },
      { data: word(bySignature, 0, far) },
      { data: word(bySignature, 11, far) },
      { data: word(standing, 0, `${notary.id.slice(2)}${"00".repeat(13)}01`) },
    ];
    for (const [i, call] of calls.entries()) {
      const request = { ...call, to: await attestations.getAddress(), from: notary.address, gas: 10_000_000n };
      await expect(notary.key.call(request), `call ${i}`).to.be.revert(ethers);
    }
    expect(calls).to.have.length(13);
    expect(await attestations.attestationCount()).to.equal(1n);
    expect(await attestations.latestOf(notary.id, 1, 1, digestOf("another product"))).to.equal(ZeroHash);
  });
});
