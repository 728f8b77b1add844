import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { Bundle, BundleLaw } from "./bundle.ts";
import { assertSameChain, blockTime } from "./chain-event.ts";
import type { FinalBlock } from "./final.ts";
import { examineLaw, type LawFinding } from "./law/examine.ts";
import type { Ground } from "./law/instants.ts";
import { lawContracts } from "./law/layout.ts";
import type { LoggedRecords } from "./logged.ts";
import type { Policy } from "./policy.ts";
import { ask, pass, unknown, type Answered, type Finding } from "./question.ts";

/**
 * Had the issuer the right to it? Asked of the contracts in the state at the anchor's block: that the issuer was an active
 * member with the key that signed, a party to the trade, the holder of a right that was valid. What that state can't show of
 * the time of a record stays unknown.
 *
 * @param logged - the records, if they are shown to be in the log
 * @param block  - the anchor's block, if it is final
 */
export function askEntitled(
  bundle: Bundle,
  logged: LoggedRecords | undefined,
  block: FinalBlock | undefined,
  policy: Policy,
): Answered<true> {
  return ask("entitled", "chain", () => {
    const { law, anchor } = bundle;
    if (!showsLaw(law)) return unknown("The bundle carries no proof of members and rights in the chain's state.");
    if (logged === undefined || block === undefined)
      return unknown(
        "No final block is shown to hold the records, so the law of that block can't be held against them.",
      );
    assertSameChain(anchor, policy);
    const { header } = block;
    const { contracts } = policy;
    const findings = examineLaw({ records: logged.records, owner: logged.log.owner, header, contracts, law });
    return together(findings, block);
  });
}

function showsLaw(law: BundleLaw): boolean {
  return lawContracts.some((name) => law[name] !== undefined);
}

/** One that had no right refutes the whole, and one that is not shown leaves it open. */
function together(findings: readonly LawFinding[], { header }: FinalBlock): Finding<true> {
  const refusal = findings.find((found) => found.refusal !== undefined)?.refusal;
  if (refusal !== undefined) throw new EvidenceError(refusal.code, refusal.message, refusal.details, refusal);
  const grounds: Ground[] = [];
  for (const { finding } of findings) {
    if (finding?.proved === undefined) return unknown(finding?.reason ?? "A record was not examined.");
    grounds.push(finding.proved);
  }
  const held = grounds.filter((ground) => ground === "log").length;
  const reason = `The state at block ${header.number} (${blockTime(header)}) shows that every issuer was an active member with the right to its record when it was made: ${grounds.length} of ${findings.length} records.`;
  if (held === 0) return pass(reason, true);
  const remark = ` For ${held} of them that has ended since, so that they were made before rests on when the log says it received them.`;
  return pass(reason + remark, true, "log-key");
}
