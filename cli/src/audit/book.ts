import type { AuditCode, AuditFinding } from "@lianzheng/sdk/audit";

/** Findings of one kind that are kept with their places; all are counted. */
const keptOfAKind = 100;

/** Gathers what is found: every finding is counted, the first of each kind are kept. */
export class FindingBook {
  readonly #found: Partial<Record<AuditCode, number>>;
  readonly #findings: AuditFinding[];

  constructor(found: Readonly<Partial<Record<AuditCode, number>>>, findings: readonly AuditFinding[]) {
    this.#found = { ...found };
    this.#findings = [...findings];
  }

  add(finding: AuditFinding): void {
    const count = (this.#found[finding.code] ?? 0) + 1;
    this.#found[finding.code] = count;
    if (count <= keptOfAKind) this.#findings.push(finding);
  }

  /** Replaces the detail of every finding that is kept. */
  async reword(detailOf: (finding: AuditFinding) => Promise<string>): Promise<void> {
    for (const [at, finding] of this.#findings.entries()) {
      this.#findings[at] = { ...finding, detail: await detailOf(finding) };
    }
  }

  /** How many of each kind. */
  get found(): Readonly<Partial<Record<AuditCode, number>>> {
    return { ...this.#found };
  }

  get findings(): readonly AuditFinding[] {
    return [...this.#findings];
  }
}
