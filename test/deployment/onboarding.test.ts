import { expect } from "chai";
import { logIdOf, type Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import {
  admissionOf,
  applyMember,
  castVote,
  deployContracts,
  registerLog,
  supportMotion,
  type Application,
  type Motion,
  type Voted,
} from "@lianzheng/node/deployment";
import { codeOf, detailOf } from "../anchor/failure.ts";
import { newKey, openOracle, type Key, type Oracle } from "../anchor/oracle.ts";
import { testUscc } from "../anchor/owner.ts";

const DAY = 86_400;
const reason: Hex = `0x${"0b".repeat(32)}`;
const papers: Hex = `0x${"0a".repeat(32)}`;
const application: Application = { member: testUscc(7), kinds: ["supplier", "processor"], papers };
const origin = "log.example.cn/2026";
const logKey: Hex = `0x${"5e".repeat(32)}`;

describe("onboarding", () => {
  let oracle: Oracle;
  let seats: Key[];
  let applicant: Key;
  let deployment: Deployment;

  before(async () => {
    oracle = await openOracle();
    seats = await Promise.all([1, 2, 3].map(() => newKey(oracle)));
    applicant = await newKey(oracle);
    const founders = seats.map((key, at) => ({
      member: testUscc(at + 1),
      key: addressOf(key),
      kinds: ["venue"] as const,
    }));
    deployment = await deployContracts(seats[0]!, { seats: founders, threshold: 2 });
  });
  after(() => oracle.close());

  const chainNow = async (): Promise<number> => {
    const { timestamp } = (await oracle.request("eth_getBlockByNumber", "latest", false)) as { timestamp: string };
    return Number(timestamp);
  };

  /** What is not on the list of ordinary acts is constitutional, and waits for its delay. */
  const delayed = (why: Hex): Motion => {
    const target = deployment.contracts.emergency.address;
    const data = contractInterfaces.emergency.encodeFunctionData("setRules", [[2, DAY, DAY, DAY, DAY]]) as Hex;
    return { calls: [{ target, data }], reason: why };
  };

  /** What `act` came to, and how many transactions it sent. */
  async function counted<T>(act: () => Promise<T>): Promise<readonly [T, number]> {
    const before = oracle.door.asked.length;
    const result = await act();
    return [result, oracle.door.asked.slice(before).filter((method) => method === "eth_sendRawTransaction").length];
  }

  it("applies once, however often it is asked", async () => {
    const apply = (): Promise<unknown> => applyMember(applicant, deployment, application);
    expect(await counted(apply)).to.deep.equal([{ changed: true, admitted: false, application: 1 }, 1]);
    expect(await counted(apply)).to.deep.equal([{ changed: false, admitted: false, application: 1 }, 0]);
  });

  it("does not let who is no member register a log or vote", async () => {
    expect(await codeOf(registerLog(applicant, deployment, { origin, key: logKey }))).to.equal("C_NOT_MEMBER");
    expect(await codeOf(castVote(applicant, deployment, { proposal: 1 }))).to.equal("C_NOT_MEMBER");
  });

  it("supports a motion once for each seat and admits at the threshold", async () => {
    const motion = await admissionOf(oracle.provider, deployment, { application: 1, reason });
    const support = (at: number) => (): Promise<unknown> => supportMotion(seats[at]!, deployment, motion);
    expect(await counted(support(0))).to.deep.equal([{ changed: true, decided: false, proposal: 1 }, 1]);
    expect(await counted(support(0))).to.deep.equal([{ changed: false, decided: false, proposal: 1 }, 0]);
    expect(await counted(support(1))).to.deep.equal([{ changed: true, decided: true, proposal: 1 }, 1]);
    const vote = (): Promise<unknown> => castVote(seats[2]!, deployment, { proposal: 1 });
    expect(await counted(vote)).to.deep.equal([{ changed: false, decided: true, proposal: 1 }, 0]);
  });

  it("changes nothing when a motion that was decided is supported again, unless it is asked to", async () => {
    const motion = await admissionOf(oracle.provider, deployment, { application: 1, reason });
    const support = (): Promise<unknown> => supportMotion(seats[0]!, deployment, motion);
    expect(await counted(support)).to.deep.equal([{ changed: false, decided: true, proposal: 1 }, 0]);
    const anew = (at: number) => (): Promise<unknown> => supportMotion(seats[at]!, deployment, motion, { anew: true });
    expect(await counted(anew(0))).to.deep.equal([{ changed: true, decided: false, proposal: 2 }, 1]);
    expect(await counted(anew(0))).to.deep.equal([{ changed: false, decided: false, proposal: 2 }, 0]);
    expect(await detailOf(anew(1)(), "C_ANCHOR_REVERTED", "reason")).to.equal("MembersApplicationClosed");
  });

  it("carries out a decision after its delay, by whoever of the seats asks next", async () => {
    const motion = delayed(reason);
    const support = (at: number): Promise<readonly [Voted, number]> =>
      counted(() => supportMotion(seats[at]!, deployment, motion));
    const [{ proposal }] = await support(0);
    const [passed, sent] = await support(1);
    const decidableFrom = (await chainNow()) + 2 * DAY;
    expect([passed, sent]).to.deep.equal([{ changed: true, decided: false, proposal, decidableFrom }, 1]);
    const waiting = [{ changed: false, decided: false, proposal, decidableFrom }, 0];
    expect(await support(0)).to.deep.equal(waiting);
    // No block is made between: the newest one's time is behind.
    await oracle.request("evm_increaseTime", 2 * DAY);
    expect(await support(0)).to.deep.equal([{ changed: true, decided: true, proposal }, 1]);
    for (const at of [0, 1, 2])
      expect(await support(at)).to.deep.equal([{ changed: false, decided: true, proposal }, 0]);
  });

  it("votes while the delay runs, and decides also after the time for votes, but not for ever", async () => {
    const motion = delayed(papers);
    const { proposal } = await supportMotion(seats[0]!, deployment, motion);
    // The second of two votes comes a day before the end of the time for votes.
    await oracle.request("evm_increaseTime", 29 * DAY);
    const vote = (at: number): Promise<readonly [Voted, number]> =>
      counted(() => castVote(seats[at]!, deployment, { proposal }));
    const [{ decidableFrom }] = await vote(1);
    const late = { changed: true, decided: false, proposal, decidableFrom };
    expect(await vote(2)).to.deep.equal([late, 1]);
    const snapshot = await oracle.request("evm_snapshot");
    await oracle.request("evm_increaseTime", 2 * DAY);
    expect(await counted(() => supportMotion(seats[2]!, deployment, motion))).to.deep.equal([
      { changed: true, decided: true, proposal },
      1,
    ]);
    await oracle.request("evm_revert", snapshot);
    await oracle.request("evm_increaseTime", 33 * DAY);
    await oracle.request("evm_mine");
    expect(await detailOf(castVote(seats[0]!, deployment, { proposal }), "C_ANCHOR_REVERTED", "reason")).to.equal(
      "CouncilExpired",
    );
    const next = await supportMotion(seats[0]!, deployment, motion);
    expect(next).to.deep.equal({ changed: true, decided: false, proposal: proposal + 1 });
  });

  it("says after the admission that it stands", async () => {
    const apply = (): Promise<unknown> => applyMember(applicant, deployment, application);
    expect(await counted(apply)).to.deep.equal([{ changed: false, admitted: true, application: 1 }, 0]);
  });

  it("does not mistake a founding seat for an applicant", async () => {
    const seat = { ...application, member: testUscc(1) };
    const result = await applyMember(seats[0]!, deployment, seat);
    expect(result).to.deep.equal({ changed: false, admitted: true, application: undefined });
  });

  it("refuses a key that belongs to another member", async () => {
    const another = applyMember(applicant, deployment, { ...application, member: testUscc(8) });
    expect(await detailOf(another, "C_NOT_ADMITTED", "owner")).to.equal(application.member);
  });

  it("registers a log once, for the member of the key", async () => {
    const register = (): Promise<unknown> => registerLog(applicant, deployment, { origin, key: logKey });
    const log = { logId: logIdOf(application.member, origin), owner: application.member };
    expect(await counted(register)).to.deep.equal([{ changed: true, ...log }, 1]);
    expect(await counted(register)).to.deep.equal([{ changed: false, ...log }, 0]);
  });

  it("refuses to register a log again with another key", async () => {
    const again = registerLog(applicant, deployment, { origin, key: `0x${"77".repeat(32)}` });
    expect(await codeOf(again)).to.equal("C_NOT_OWNER");
  });

  const refused: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["CouncilUnknownProposal", () => castVote(seats[0]!, deployment, { proposal: 99 })],
    ["CouncilNoSeat", async () => castVote(applicant, deployment, { proposal: await secondProposal() })],
    ["CouncilNoSeat", async () => supportMotion(applicant, deployment, await secondMotion())],
    ["MembersApplicationClosed", async () => supportMotion(seats[0]!, deployment, await decidedMotion())],
    ["MembersKinds", async () => applyMember(await newKey(oracle), deployment, { ...application, kinds: [] })],
    [
      "MembersZeroDigest",
      async () => applyMember(await newKey(oracle), deployment, { ...application, member: testUscc(9), papers: zero }),
    ],
    ["EvidenceLogsOrigin", () => registerLog(applicant, deployment, { origin: "has a space", key: logKey })],
    ["EvidenceLogsZeroKey", () => registerLog(applicant, deployment, { origin: "other.example", key: zero })],
  ];
  for (const [reason, action] of refused)
    it(`hands on the contract's ${reason}`, async () => {
      expect(await detailOf(action(), "C_ANCHOR_REVERTED", "reason")).to.equal(reason);
    });
  it("handed on eight", () => expect(refused).to.have.length(8));

  it("finds its application after the answer to the transaction was lost", async () => {
    const key = await newKey(oracle);
    const late = { ...application, member: testUscc(11) };
    oracle.door.script("eth_sendRawTransaction", { kind: "unanswered", how: "cut" });
    expect(await codeOf(applyMember(key, deployment, late))).to.equal("C_UNREACHABLE");
    expect(await applyMember(key, deployment, late)).to.include({ changed: false, admitted: false });
  });

  it("takes a log that another of its own transactions registered meanwhile for registered", async () => {
    // As after a crash: the first transaction still waited for its block when the next start sent the second.
    const late = { origin: "log.example.cn/2027", key: logKey };
    const send = applicant.sendTransaction.bind(applicant);
    applicant.sendTransaction = async (request) => {
      applicant.sendTransaction = send;
      await send(request);
      return await send({ ...request, nonce: Number(request.nonce) + 1 });
    };
    const registered = await registerLog(applicant, deployment, late);
    expect(registered).to.deep.include({ changed: false, logId: logIdOf(application.member, late.origin) });
  });

  it("applies again after the request was lost", async () => {
    const key = await newKey(oracle);
    const late = { ...application, member: testUscc(12) };
    oracle.door.script("eth_sendRawTransaction", { kind: "lost", how: "cut" });
    expect(await codeOf(applyMember(key, deployment, late))).to.equal("C_UNREACHABLE");
    expect(await applyMember(key, deployment, late)).to.include({ changed: true, admitted: false });
  });

  async function secondMotion(): Promise<Motion> {
    const asked = { ...application, member: testUscc(10) };
    const { application: number } = await applyMember(await newKey(oracle), deployment, asked);
    return admissionOf(oracle.provider, deployment, { application: number!, reason });
  }

  async function secondProposal(): Promise<number> {
    return (await supportMotion(seats[0]!, deployment, await secondMotion())).proposal;
  }

  /** A motion to admit once more who was admitted; the first seat's support alone does not decide it. */
  async function decidedMotion(): Promise<Motion> {
    const motion = await admissionOf(oracle.provider, deployment, { application: 1, reason: papers });
    await supportMotion(seats[1]!, deployment, motion);
    return motion;
  }
});

const zero: Hex = `0x${"00".repeat(32)}`;

function addressOf(key: Key): Hex {
  return key.address.toLowerCase() as Hex;
}
