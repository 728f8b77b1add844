import { createHash } from "node:crypto";
import { expect } from "chai";
import type { Digest } from "@lianzheng/sdk/encoding";
import { fromHex, toHex } from "@lianzheng/sdk/encoding";
import { openCheckpoint, verifyConsistency, verifyInclusion } from "@lianzheng/sdk/log";
import { withFolder } from "../journal/fixture.ts";
import { identity, openLog, submissionOf, verifier } from "./fixture.ts";

/** RFC 6962 section 2.1, word for word: the tree hash of a list of leaf hashes. */
function naiveRoot(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return Buffer.from(only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const hash = createHash("sha256").update(Uint8Array.of(1));
  return hash
    .update(naiveRoot(leaves.slice(0, split)))
    .update(naiveRoot(leaves.slice(split)))
    .digest();
}

const size = process.env["LIANZHENG_LONG"] === "1" ? 200_000 : 66_000;

describe("a big log", () => {
  it(`has at ${size} records the roots and proofs of the recursive definition, also after a restart`, () =>
    withFolder(async (folder) => {
      const leaves: Digest[] = [];
      const { log } = await openLog(folder);
      for (let from = 0; from < size; from += 1000) {
        const count = Math.min(1000, size - from);
        const batch = Array.from({ length: count }, (_, at) => submissionOf(`n${from + at}`));
        const { receipt } = await log.submit(batch, identity(`from ${from}`));
        for (const { id } of receipt.records) leaves.push(fromHex(id, 32));
      }
      await log.close();
      const { log: again, progress } = await openLog(folder);
      expect(progress).to.deep.equal([]);
      const { root } = openCheckpoint(again.checkpoint(), [verifier]);
      expect(toHex(root)).to.equal(toHex(naiveRoot(leaves)));
      const sizes = [1, 255, 256, 257, 1000, 65_535, 65_536, 65_537, size - 1, size];
      for (const smaller of sizes) {
        const smallerRoot = await again.rootAt(smaller);
        expect(toHex(smallerRoot)).to.equal(toHex(naiveRoot(leaves.slice(0, smaller))));
        verifyConsistency(smaller, smallerRoot, size, root, [...(await again.consistencyProof(smaller, size))]);
      }
      expect(sizes).to.have.length(10);
      for (const index of [0, 1, 255, 256, 40_000, 65_535, 65_536, size - 1]) {
        verifyInclusion(leaves[index]!, index, size, [...(await again.inclusionProof(index, size))], root);
      }
      await again.close();
    })).timeout(120_000);
});
