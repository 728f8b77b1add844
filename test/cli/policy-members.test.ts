import { memberIdOf } from "@lianzheng/sdk/chain";
import { MembersFactory, maskOfRoles } from "@lianzheng/sdk/contracts";
import type { KeyRoleName, Members } from "@lianzheng/sdk/contracts";
import { toInstant } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { NonceManager } from "ethers";
import { membersOnChain } from "../../cli/src/policy/members.ts";
import { found, newKey, openOracle, type Key, type Oracle } from "../anchor/oracle.ts";
import { owner } from "../anchor/owner.ts";

const NO_END = 2 ** 48 - 1;
const DAY_S = 86_400;
const fields = [
  { name: "member", type: "bytes18" },
  { name: "key", type: "address" },
  { name: "roles", type: "uint8" },
  { name: "until", type: "uint48" },
  { name: "deadline", type: "uint256" },
];

describe("members for a policy, from the chain", () => {
  let oracle: Oracle;
  before(async () => (oracle = await openOracle()));
  after(() => oracle.close());

  it("have the keys that may act: without an end, ending by themselves, retired", async () => {
    const { key, deployment } = await found(oracle);
    // Counts for itself: ethers answers for a moment with the count before one's own transaction.
    const members = MembersFactory.connect(deployment.contracts.members.address, new NonceManager(key));
    const until = Math.floor(Date.now() / 1000) + DAY_S;
    const [ending, retired] = [await addKey(members, until), await addKey(members, NO_END)];
    await addKey(members, NO_END, "publish");
    const receipt = await (await members.retireKey(retired)).wait();
    const retiredAt = (await receipt!.getBlock()).timestamp;
    const [member, ...others] = await membersOnChain(oracle.provider, deployment.contracts.members);
    expect(others).to.deep.equal([]);
    expect(member?.uscc).to.equal(owner);
    expect(member?.keys.map(({ address, until: end }) => [address, end])).to.deep.equal([
      [key.address.toLowerCase(), null],
      [ending.toLowerCase(), toInstant(until * 1000)],
      [retired.toLowerCase(), toInstant(retiredAt * 1000)],
    ]);
  });

  async function addKey(members: Members, until: number, role: KeyRoleName = "act"): Promise<string> {
    const key: Key = await newKey(oracle);
    const added = { key: key.address, roles: maskOfRoles([role]), until, deadline: 4_000_000_000 };
    const verifyingContract = await members.getAddress();
    const domain = { name: "Lianzheng Members", version: "1", chainId: 31337, verifyingContract };
    const message = { member: memberIdOf(owner), ...added };
    const consent = await key.signTypedData(domain, { KeyConsent: fields }, message);
    await (await members.addKey({ ...added, consent })).wait();
    return key.address;
  }
});
