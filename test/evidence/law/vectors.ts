// Writes test/vectors/entitled.json: evidence on a real chain, and what each must answer, as the acts that led to it say.
//   hardhat build && mocha test/evidence/law/vectors.ts
// Run again only for another layout of the contracts, or another form of bundles.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, Policy } from "@lianzheng/sdk/evidence";
import { HOUR, REASON, networkHelpers, world } from "../../contracts/fixture.ts";
import type { Made } from "../fixture.ts";
import { LawScene, type Shown } from "./scene.ts";

/** What `entitled` must answer; the members named in `without` are taken out of `law`, those in `swap` put in each other's place. */
export interface EntitledCase {
  readonly name: string;
  readonly bundle: string;
  readonly without?: readonly string[];
  readonly unnamed?: readonly string[];
  readonly swap?: readonly [string, string];
  readonly answer: "pass" | "fail" | "unknown";
  readonly code?: string;
  readonly trust: string;
}

export interface EntitledVectors {
  readonly policy: Policy;
  /** Unix milliseconds of the verifier's clock. */
  readonly now: number;
  readonly bundles: Readonly<Record<string, Bundle>>;
  readonly cases: readonly EntitledCase[];
}

const cases: readonly EntitledCase[] = [
  { name: "two steps of a trade that the chain recorded", bundle: "trade", answer: "pass", trust: "chain" },
  { name: "the second of them alone, with the chain of all", bundle: "excerpt", answer: "pass", trust: "chain" },
  {
    name: "the second alone, without that chain",
    bundle: "excerpt",
    without: ["steps"],
    answer: "unknown",
    trust: "chain",
  },
  { name: "a step that a stranger issued", bundle: "stranger", answer: "fail", code: "V_NOT_ENTITLED", trust: "chain" },
  { name: "the use of a right, revoked since", bundle: "used before", answer: "pass", trust: "log-key" },
  {
    name: "the use of a right, revoked before",
    bundle: "used after",
    answer: "fail",
    code: "V_NOT_ENTITLED",
    trust: "chain",
  },
  { name: "no proof at all", bundle: "trade", without: ["members", "trades"], answer: "unknown", trust: "chain" },
  { name: "no proof of members", bundle: "trade", without: ["members"], answer: "unknown", trust: "chain" },
  { name: "a policy without rights", bundle: "used before", unnamed: ["rights"], answer: "unknown", trust: "chain" },
  {
    name: "another contract's proof",
    bundle: "trade",
    swap: ["members", "trades"],
    answer: "fail",
    code: "V_TRIE",
    trust: "chain",
  },
];

describe("vectors of entitled", function () {
  this.timeout(120_000);

  it("are written", async () => {
    const of = await LawScene.of(await world());
    const { seller, buyer, processor, rights } = of.world;
    await of.story.resource(seller);
    const subject = `trade:${await of.story.openTrade(seller, buyer)}`;
    const listing = await of.record(seller, { type: "trade.listing", subject });
    await of.story.step(0, listing.id);
    const offer = await of.record(buyer, { type: "trade.offer", subject, sequence: 1, previous: listing });
    await of.story.step(0, offer.id);
    const bundles: Record<string, Shown> = {
      trade: await of.evidence([listing, offer]),
      excerpt: await of.evidence([listing, offer], [offer]),
      stranger: await of.evidence([await of.record(processor, { type: "trade.contract", subject })]),
    };
    const right = (await of.story.grant(seller, of.story.subjects[0]!.right, buyer)) as Hex;
    const use = (): Promise<Made> => of.record(buyer, { type: "authorization.use", subject: `right:${right}` });
    const before = await use();
    await networkHelpers.time.increase(HOUR);
    await rights.connect(seller.key).revoke(right, REASON);
    await networkHelpers.time.increase(HOUR);
    bundles["used before"] = await of.evidence([before]);
    bundles["used after"] = await of.evidence([await use()]);
    const vectors: EntitledVectors = {
      policy: of.policy,
      now: Math.max(...Object.values(bundles).map(({ timeMs }) => timeMs)) + HOUR * 1000,
      bundles: Object.fromEntries(Object.entries(bundles).map(([name, { bundle }]) => [name, bundle])),
      cases,
    };
    const file = join(import.meta.dirname, "../../vectors/entitled.json");
    await writeFile(file, `${JSON.stringify(vectors, null, 1)}\n`);
  });
});
