import { headerHash, recoverCliqueSigner } from "@lianzheng/sdk/chain";
import { EvidenceError, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { pass, unknown, type Finding } from "../question.ts";
import { epochAt, type FinalBlock, type Judged, type ShownHeader } from "./block.ts";
import type { CliqueRule } from "./rule.ts";

/** Signers of whom one at least has to build on any longer branch. @see EIP-225, SIGNER_LIMIT */
export function majorityOf(signers: number): number {
  return Math.floor(signers / 2) + 1;
}

/**
 * Did a majority of a block's signers build on it? Its own signer counts, and of later epochs those who were signers then: whoever
 * came later has no share in that majority. Clique has no finality of its own: a majority that
 * leaves its branch can still replace the block, and the reason says so.
 *
 * @throws EvidenceError V_SEAL, V_SEAL_SIGNER, V_HEADER
 */
export function judgeClique({ block, anchor, headers }: Judged, { epochs }: CliqueRule): Finding<FinalBlock> {
  const { number } = block.header;
  const hash = toHex(headerHash(block.rlp));
  if (hash !== toHex(headerHash(anchor.rlp)))
    return unknown(`Nothing in the bundle shows that signers built on block ${number}.`);
  const branch = [block, ...headers];
  assertLinked(branch);
  const epoch = epochAt(epochs, number);
  if (epoch === undefined) return unknown(`The policy names no signers for a block as early as ${number}.`);
  const sealers = branch.map((shown) => signerOf(shown, epochAt(epochs, shown.header.number)?.validators ?? []));
  const signers = new Set(sealers.filter((signer) => epoch.validators.includes(signer)));
  const due = majorityOf(epoch.validators.length);
  const built = `${signers.size} of ${epoch.validators.length} signers built on block ${number}, its own among them`;
  if (signers.size < due) return unknown(`${built}; ${due} are due.`);
  const single = epoch.validators.length === 1;
  const reason = single
    ? `Block ${number} is sealed by the one signer that the policy trusts, who alone witnesses it.`
    : `${built}. This engine has no finality: as long as most signers stay on that branch, the block stays.`;
  return pass(reason, { header: block.header, hash, trust: single ? "single-operator" : "validators" });
}

/** Each header is the child of the one before it. */
function assertLinked(branch: readonly ShownHeader[]): void {
  for (const [at, { rlp, header }] of branch.entries()) {
    const child = branch[at + 1]?.header;
    if (child === undefined) return;
    if (child.number !== header.number + 1n || child.parentHash !== toHex(headerHash(rlp)))
      throw new EvidenceError(
        "V_HEADER",
        `Header ${child.number} of the bundle does not follow block ${header.number}.`,
      );
  }
}

function signerOf({ rlp, header: { number } }: ShownHeader, signers: readonly Hex[]): Hex {
  const signer = recoverCliqueSigner(rlp);
  if (signers.includes(signer)) return signer;
  throw new EvidenceError("V_SEAL_SIGNER", `Block ${number} is sealed by ${signer}, whom the policy does not trust.`);
}
