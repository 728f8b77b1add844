/**
 * Writes `docs/contracts/prices.md` from the committed figures in `test/snapshots/`; `npm run snapshots` makes those.
 *
 *     node scripts/docs/prices.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const snapshot = (name: string): unknown => JSON.parse(readFileSync(join(root, `test/snapshots/${name}.json`), "utf8"));
const number = (value: number): string => value.toLocaleString("en-US");

interface Code {
  readonly runtime: number;
  readonly creation: number;
  readonly limit: number;
}

/** The page as the figures have it. */
export function pricesPage(): string {
  const gas = Object.entries(snapshot("gas") as Record<string, number>).map(
    ([action, units]) => `| ${action} | ${number(units)} |`,
  );
  const code = Object.entries(snapshot("bytecode") as Record<string, Code>).map(
    ([name, { runtime, creation, limit }]) =>
      `| \`${name.charAt(0).toUpperCase()}${name.slice(1)}\` | ${number(runtime)} | ${number(creation)} | ${number(limit - runtime)} |`,
  );
  return `# Prices 费用

Part of [the law](../contracts.md): what its acts cost. Made from [gas.json](../../test/snapshots/gas.json) and
[bytecode.json](../../test/snapshots/bytecode.json) by [prices.ts](../../scripts/docs/prices.ts); not edited by hand.

## Gas

Whole transactions, measured by \`npm run snapshots\`. On a consortium's chain gas usually costs nothing; it says how much fits into a block.
\`npm run bench:gas\` sets such figures beside those of the Ethereum Attestation Service on the same chain.

| action | gas |
| --- | --- |
${gas.join("\n")}

## Bytes of code

| contract | on the chain | creation | left below the limit of EIP-170 |
| --- | --- | --- | --- |
${code.join("\n")}
`;
}

if (import.meta.main) writeFileSync(join(root, "docs/contracts/prices.md"), pricesPage());
