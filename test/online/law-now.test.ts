/** What the law says by now of those who stand in evidence, asked of the contracts themselves. */
import { blockHash } from "@lianzheng/sdk/chain";
import { fromHex, toHex } from "@lianzheng/sdk/encoding";
import { verifyOnline, type ChainPort, type OnlineFinding, type OnlineVerdict } from "@lianzheng/sdk/online";
import { expect } from "chai";
import { REASON, networkHelpers, world, HOUR } from "../contracts/fixture.ts";
import { encoded, policy as fixturePolicy, type Made } from "../evidence/fixture.ts";
import { LawScene, type Shown } from "../evidence/law/scene.ts";
import { chain } from "../registry/scene.ts";

/**
 * The contracts' chain under the evidence's name, but for the anchor's block: that one only the evidence has, whose seal and header are the test's. It
 * answers for it as a chain would that holds it.
 */
function holding({ bundle }: Shown): ChainPort {
  const hash = toHex(blockHash(fromHex(bundle.anchor.event.header)));
  return {
    async send(method, params) {
      if (method === "eth_chainId") return `0x${fixturePolicy.chain.chainId.toString(16)}`;
      const answer = await chain.send(method, params);
      if (method !== "eth_getBlockByNumber" || params[0] === "latest") return answer;
      return { ...(answer as object), hash: params[0] === "0x0" ? fixturePolicy.chain.genesis : hash };
    },
  };
}

async function ask(
  of: LawScene,
  shown: Shown,
  spoil: (chain: ChainPort) => ChainPort = (same) => same,
): Promise<OnlineVerdict> {
  const connect = (): ChainPort => spoil(holding(shown));
  return await verifyOnline(encoded(shown.bundle), of.policy, {
    endpoint: "http://127.0.0.1:1/",
    connect,
    now: shown.timeMs + 60_000,
  });
}

const about = (verdict: OnlineVerdict, what: OnlineFinding["about"]): readonly OnlineFinding[] =>
  verdict.findings.filter((finding) => finding.about === what);

function expectOne(
  verdict: OnlineVerdict,
  what: OnlineFinding["about"],
  answer: OnlineFinding["answer"],
  reason: RegExp,
): void {
  const found = about(verdict, what);
  expect(
    found.map((one) => one.answer),
    JSON.stringify(verdict.findings),
  ).to.include(answer);
  expect(found.find((one) => one.answer === answer)!.reason).to.match(reason);
}

/** Two recorded steps of a trade, and evidence of them. */
async function traded(): Promise<{ readonly of: LawScene; readonly shown: Shown; readonly offer: Made }> {
  const of = await LawScene.of(await world());
  const { seller, buyer } = of.world;
  await of.story.resource(seller);
  const subject = `trade:${await of.story.openTrade(seller, buyer)}`;
  const listing = await of.record(seller, { type: "trade.listing", subject });
  await of.story.step(0, listing.id);
  const offer = await of.record(buyer, { type: "trade.offer", subject, sequence: 1, previous: listing });
  await of.story.step(0, offer.id);
  return { of, shown: await of.evidence([listing, offer]), offer };
}

describe("online: the law by now", function () {
  this.timeout(120_000);

  it("stands while nothing has changed", async () => {
    const { of, shown } = await traded();
    const verdict = await ask(of, shown);
    expect(verdict.result, verdict.reason).to.equal("verified");
    expect(verdict.findings.map(({ about: what, answer }) => `${what} ${answer}`)).to.deep.equal([
      "block stands",
      ...["member stands", "member stands", "key stands", "key stands"],
      ...["trade stands", "right stands"],
    ]);
    for (const { trust } of verdict.findings) expect(trust).to.equal("rpc");
  });

  it("tells of a suspended member, an ended key, a revoked right and later steps, and leaves the verdict as it was", async () => {
    const { of, shown, offer } = await traded();
    const { seller, buyer, members, rights } = of.world;
    const before = await ask(of, shown);
    const third = await of.record(seller, {
      type: "trade.contract",
      subject: offer.entry.subject,
      sequence: 2,
      previous: offer,
    });
    await of.story.step(0, third.id);
    await rights.connect(seller.key).revoke(of.story.subjects[0]!.right, REASON);
    await networkHelpers.time.increase(HOUR);
    await of.story.suspend(buyer);
    const verdict = await ask(of, shown);
    expectOne(verdict, "member", "changed", /is suspended by block/);
    expectOne(verdict, "right", "changed", /does not hold by block \d+: revoked/);
    expectOne(verdict, "trade", "changed", /counts 3 steps of this trade; the evidence holds the first 2/);
    expect(verdict.result).to.equal("verified");
    expect(verdict.verdicts).to.deep.equal(before.verdicts);
    expect(await members.isActive(seller.id)).to.equal(true);
  });

  it("is unknown where other code stands, or the endpoint fails, and then too the verdict stays", async () => {
    const { of, shown } = await traded();
    const spoiled: readonly ((chain: ChainPort) => ChainPort)[] = [
      (port) => ({
        send: async (method, params) => (method === "eth_getCode" ? "0x6000" : await port.send(method, params)),
      }),
      (port) => ({ send: async (method, params) => (method === "eth_call" ? "0x" : await port.send(method, params)) }),
      (port) => ({
        send: async (method, params) => {
          if (method === "eth_call") throw new Error("nobody there");
          return await port.send(method, params);
        },
      }),
    ];
    for (const spoil of spoiled) {
      const verdict = await ask(of, shown, spoil);
      expect(verdict.result).to.equal("verified");
      for (const what of ["member", "key", "trade"] as const)
        expect(about(verdict, what).map(({ answer }) => answer)).to.satisfy(
          (answers: string[]) => answers.length > 0 && answers.every((one) => one === "unknown"),
        );
    }
  });

  it("contradicts evidence of more steps than the chain has", async () => {
    const { of, shown } = await traded();
    const tradesOf = of.policy.contracts.trades.address;
    const fewer = (port: ChainPort): ChainPort => ({
      send: async (method, params) => {
        const answer = await port.send(method, params);
        const [call] = params as readonly [{ readonly to?: string }];
        if (method !== "eth_call" || call.to !== tradesOf) return answer;
        // The second word of a trade is its count of steps.
        return `${String(answer).slice(0, 2 + 64)}${"0".repeat(63)}1${String(answer).slice(2 + 128)}`;
      },
    });
    const verdict = await ask(of, shown, fewer);
    expectOne(verdict, "trade", "contradicted", /fewer than the evidence shows/);
    expect(verdict.result).to.equal("undetermined");
    expect(verdict.reason).to.match(/^The evidence alone is verified, but: /);
  });
});
