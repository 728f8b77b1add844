/** A block that no majority of any time built on, by the change of signers. */
import { fromHex, keccak256, toHex } from "@lianzheng/sdk/encoding";
import {
  addresses,
  cliqueSeal,
  headerAt,
  sealedEvidence,
  validatorKeys,
  withFinality,
  withHeaders,
} from "../engines.ts";
import { expectAnswer, judge } from "../question-of.ts";

const [thief, loyal, third, late, later] = validatorKeys;

describe("attack on Clique: a signer of later", () => {
  it("does not make up the majority of those who were signers when the block was made", async () => {
    const { bundle } = await sealedEvidence(cliqueSeal(thief!));
    const anchor = bundle.anchor.event.header;
    const child = headerAt(13, cliqueSeal(late!), toHex(keccak256(fromHex(anchor))));
    const grandchild = headerAt(14, cliqueSeal(loyal!), toHex(keccak256(fromHex(child))));
    const rule = withFinality({
      engine: "clique",
      epochs: [
        { from: 0, validators: addresses([thief!, loyal!, third!]) },
        { from: 13, validators: addresses([loyal!, third!, late!, later!]) },
      ],
    });
    expectAnswer(judge(withHeaders(bundle, [child]), rule), "final", "unknown");
    expectAnswer(judge(withHeaders(bundle, [child, grandchild]), rule), "final", "pass");
  });
});
