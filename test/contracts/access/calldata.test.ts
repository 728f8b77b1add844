import { expect } from "chai";
import { ZeroHash } from "ethers";
import { REASON, ethers, networkHelpers } from "../fixture.ts";
import { POLICY, scene } from "./scene.ts";
import { offer } from "../content.ts";

const fixture = () => networkHelpers.loadFixture(scene);
/** Calldata with another word at a place after the selector. */
const word = (data: string, index: number, value: string): string =>
  data.slice(0, 10 + index * 64) + value.padStart(64, "0") + data.slice(10 + (index + 1) * 64);
const FAR = "ff".repeat(32);

describe("Access: calls that no client of ours would send", () => {
  it("reverts on value, unknown selectors, short calldata, dirty upper bits and offsets that lead nowhere", async () => {
    const s = await fixture();
    const { logs, members, trades, rights, registry, council, directory, policies, seller } = s;
    const publish = logs.interface.encodeFunctionData("publish", [s.logId, 0, 1, REASON, []]);
    const isActive = members.interface.encodeFunctionData("isActive", [seller.id]);
    const step = { tradeId: s.trade, stage: 1, evidence: REASON, count: 1, expires: 0, deadline: s.deadline };
    const record = trades.interface.encodeFunctionData("record", [step, []]);
    const grant = rights.interface.encodeFunctionData("grant", [offer(s.at, s.rightIds.holding, s.buyer.id)]);
    const propose = council.interface.encodeFunctionData("propose", [[], REASON]);
    const resolve = registry.interface.encodeFunctionData("resolve", [s.subjects.noticed, 1, 0, false, REASON]);
    const place = directory.interface.encodeFunctionData("place", [13, "0x00"]);
    const policy = policies.interface.encodeFunctionData("publish", [POLICY, 2, REASON, 0]);
    const calls = [
      { to: logs, data: "0x" },
      { to: logs, data: "0xdeadbeef" },
      { to: logs, data: publish.slice(0, -64) },
      { to: logs, data: publish.slice(0, 100) },
      // Expected size, offset and length of the proof.
      { to: logs, data: word(publish, 1, FAR) },
      { to: logs, data: word(publish, 4, FAR) },
      { to: logs, data: word(publish, 5, FAR) },
      { to: logs, data: word(publish, 5, "ff") },
      { to: logs, data: publish, value: 1n },
      { to: members, data: `${isActive.slice(0, -2)}01` },
      // Stage, offset and length of the signatures.
      { to: trades, data: word(record, 1, "01".padEnd(62, "0") + "01") },
      { to: trades, data: word(record, 6, FAR) },
      { to: trades, data: word(record, 7, FAR) },
      // Holder with dirty low bytes, kind, and a period of more than 48 bits.
      { to: rights, data: word(grant, 1, `${s.buyer.id.slice(2)}${"00".repeat(13)}01`) },
      { to: rights, data: word(grant, 2, "04") },
      { to: rights, data: word(grant, 5, "01".padEnd(14, "0")) },
      { to: council, data: word(propose, 0, FAR) },
      { to: council, data: word(propose, 2, FAR) },
      // A bool that is neither.
      { to: registry, data: word(resolve, 3, "02") },
      { to: directory, data: word(place, 1, FAR) },
      // Offset and length of the name, a version of more than 32 bits, a second of more than 48.
      { to: policies, data: word(policy, 0, FAR) },
      { to: policies, data: word(policy, 4, FAR) },
      { to: policies, data: word(policy, 1, "01".padEnd(10, "0")) },
      { to: policies, data: word(policy, 3, "01".padEnd(14, "0")) },
    ];
    for (const [i, { to, ...call }] of calls.entries()) {
      const request = { ...call, to: await to.getAddress(), from: seller.address, gas: 10_000_000n };
      await expect(seller.key.call(request), `call ${i}`).to.be.revert(ethers);
    }
    expect(calls).to.have.length(24);
    expect(await logs.latest(s.logId)).to.deep.equal([0n, ZeroHash, 0n]);
    for (const [to, data] of [
      [logs, publish],
      [rights, grant],
      [members, isActive],
    ] as const) {
      await seller.key.call({ to: await to.getAddress(), from: seller.address, data });
    }
  });

  it("leaves no state when gas runs out", async () => {
    const { logs, seller, logId } = await fixture();
    const needed = await logs.connect(seller.key).publish.estimateGas(logId, 0, 1, REASON, []);
    const short = logs.connect(seller.key).publish(logId, 0, 1, REASON, [], { gasLimit: needed - 3000n });
    await expect(short).to.be.revert(ethers);
    expect(await logs.latest(logId)).to.deep.equal([0n, ZeroHash, 0n]);
  });
});
