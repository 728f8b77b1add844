import { expect } from "chai";
import { createMemberKeys } from "@lianzheng/node/api";
import { contractNames, memberIdOf, type Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces, maskOfRoles } from "@lianzheng/sdk/contracts";
import { ChainError } from "../../node/src/chain-error.ts";
import { members } from "./fixture.ts";

const contract = { address: `0x${"aa".repeat(20)}`, codeHash: `0x${"bb".repeat(32)}`, block: 1 } as const;
const contracts = Object.fromEntries(contractNames.map((name) => [name, contract])) as Deployment["contracts"];
const deployment: Deployment = { chainId: 1, genesis: `0x${"cc".repeat(32)}`, contracts };
const key = `0x${"dd".repeat(20)}` as const;

const NO_END = 2n ** 48n - 1n;

/** A chain on which the key is the venue's and answers as it is told; it counts how often it was asked. */
class ToldChain {
  alive: unknown = true;
  active: unknown = true;
  roles = maskOfRoles(["act"]);
  questions = 0;

  send(_method: string, [call]: readonly unknown[]): Promise<unknown> {
    this.questions += 1;
    const { members: abi } = contractInterfaces;
    const { data } = call as { data: string };
    const isStanding = abi.parseTransaction({ data })?.name === "isActive";
    const answer = isStanding ? this.active : this.alive;
    if (answer instanceof Error) return Promise.reject(answer);
    if (typeof answer !== "boolean") return Promise.resolve(answer);
    if (isStanding) return Promise.resolve(abi.encodeFunctionResult("isActive", [answer]));
    const life = [memberIdOf(members.venue), this.roles, 0, answer ? NO_END : 1n];
    return Promise.resolve(abi.encodeFunctionResult("keyLife", life));
  }
}

describe("the keys of members", () => {
  const cases = [
    { alive: true, active: true, live: true },
    { alive: false, active: true, live: false },
    { alive: true, active: false, live: false },
    { alive: false, active: false, live: false },
  ];

  for (const { alive, active, live } of cases) {
    it(`${live ? "count" : "do not count"} when alive is ${String(alive)} and the member's standing ${String(active)}`, async () => {
      const chain = Object.assign(new ToldChain(), { alive, active });
      const keys = createMemberKeys({ chain, deployment, now: () => 0 });
      expect(await keys.isLive(members.venue, key, 1_000)).to.equal(live);
    });
  }

  for (const role of ["manage", "govern", "publish"] as const)
    it(`do not count for statements with the role ${role} alone`, async () => {
      const chain = Object.assign(new ToldChain(), { roles: maskOfRoles([role]) });
      const keys = createMemberKeys({ chain, deployment, now: () => 0 });
      expect(await keys.isLive(members.venue, key, 1_000)).to.equal(false);
    });

  it("are asked for again when an answer is old, and not before", async () => {
    const chain = new ToldChain();
    let now = 0;
    const keys = createMemberKeys({ chain, deployment, now: () => now, keepMs: 100 });
    await keys.isLive(members.venue, key, 0);
    now = 99;
    chain.alive = false;
    expect(await keys.isLive(members.venue, key, 1_000)).to.equal(true);
    expect(chain.questions).to.equal(2);
    now = 100;
    expect(await keys.isLive(members.venue, key, 1_000)).to.equal(false);
    expect(chain.questions).to.equal(4);
  });

  it("of one member are not taken for another's", async () => {
    const chain = new ToldChain();
    const keys = createMemberKeys({ chain, deployment, now: () => 0 });
    expect(await keys.isLive(members.venue, key, 0)).to.equal(true);
    expect(await keys.isLive(members.broker, key, 0)).to.equal(false);
  });

  it("are unknown, not dead, while the chain does not answer or answers nonsense", async () => {
    const chain = new ToldChain();
    const keys = createMemberKeys({ chain, deployment, now: () => 0 });
    const answers = [
      { answer: new Error("away"), code: "C_UNREACHABLE" },
      { answer: "0x", code: "C_INCONSISTENT" },
      { answer: null, code: "C_INCONSISTENT" },
    ];
    for (const { answer, code } of answers) {
      chain.alive = answer;
      const refused = await keys.isLive(members.venue, key, 0).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(ChainError).and.have.property("code", code);
    }
    chain.alive = true;
    expect(await keys.isLive(members.venue, key, 0)).to.equal(true);
  });
});
