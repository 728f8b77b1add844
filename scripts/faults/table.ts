/** What became of a row. `not here`: this machine cannot bring the fault about. */
export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly how: string;
  readonly verdict: "held" | "failed" | "not here";
  readonly why: string;
  readonly seconds: number;
}

/** Rows that this run does not bring about, and why. */
export type Missing = Readonly<Record<string, string>>;

/** The table at the end, and below it, loudly, what was not shown. */
export function printTable(results: readonly RowResult[], missing: Missing): void {
  console.log(`\n${"row".padEnd(8)}${"result".padEnd(10)}${"s".padStart(6)}  how`);
  for (const { id, verdict, seconds, how } of results)
    console.log(`${id.padEnd(8)}${verdict.padEnd(10)}${seconds.toFixed(1).padStart(6)}  ${how}`);
  const notHere = results.filter(({ verdict }) => verdict === "not here");
  const silent = [...notHere.map(({ id, why }) => [id, why] as const), ...Object.entries(missing)];
  if (silent.length === 0) return;
  console.log("\nNOT SHOWN by this run:");
  for (const [id, why] of silent) console.log(`  ${id.padEnd(8)}${why}`);
}
