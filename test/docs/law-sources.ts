import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { contractNames } from "@lianzheng/sdk/chain";
import { root } from "./blocks.ts";

export const read = (file: string): string => readFileSync(join(root, file), "utf8");
export const filesUnder = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);

/** The contracts of a consortium, in the order in which they are placed, the directory first. */
export const CONTRACTS: readonly string[] = contractNames.map((name) => name.charAt(0).toUpperCase() + name.slice(1));

/** What the compiler says of a contract. */
export interface Parameter {
  readonly name?: string;
  readonly components?: readonly Parameter[];
}
interface Fragment extends Parameter {
  readonly type: "function" | "error" | "event" | "constructor";
  readonly stateMutability?: string;
  readonly inputs?: readonly Parameter[];
  readonly outputs?: readonly Parameter[];
}

const solidity = filesUnder("contracts", ".sol");
export const sources = solidity.map(read).join("\n");

/** A contract's code with that of the libraries and bases that it imports, interfaces left out. */
function codeOf(file: string, seen = new Set<string>()): string {
  if (seen.has(file) || /\/I[A-Z]\w*\.sol$/.test(file)) return "";
  seen.add(file);
  const source = read(file);
  const imported = [...source.matchAll(/from "(\.[^"]+)"/g)].map((match) => join(dirname(file), String(match[1])));
  return [source, ...imported.map((one) => codeOf(one, seen))].join("\n");
}

interface Known {
  readonly code: string;
  readonly abi: readonly Fragment[];
  /** Bodies of functions and modifiers by name, from the name on, overloads together. */
  readonly bodies: ReadonlyMap<string, string>;
  readonly modifiers: readonly string[];
}

function knownOf(contract: string): Known {
  const file = solidity.find((one) => one.endsWith(`/${contract}.sol`));
  if (file === undefined) throw new Error(`no source of ${contract}`);
  const code = codeOf(file);
  const { abi } = JSON.parse(read(`artifacts/${file}/${contract}.json`)) as { abi: readonly Fragment[] };
  const bodies = new Map<string, string>();
  for (const [whole, plain, modifier] of code.matchAll(
    /^ {4}(?:function (\w+)|modifier (\w+)|constructor)\b[^;{]*\{\n[\s\S]*?^ {4}\}/gm,
  )) {
    const name = plain ?? modifier ?? "constructor";
    bodies.set(name, (bodies.get(name) ?? "") + whole.slice(whole.indexOf(name) + name.length));
  }
  const modifiers = [...code.matchAll(/^ {4}modifier (\w+)/gm)].map((match) => String(match[1]));
  return { code, abi, bodies, modifiers };
}

const known: ReadonlyMap<string, Known> = new Map(CONTRACTS.map((name) => [name, knownOf(name)]));
function of(contract: string): Known {
  const found = known.get(contract);
  if (found === undefined) throw new Error(`${contract} is no contract of a consortium`);
  return found;
}

export const abiOf = (contract: string): readonly Fragment[] => of(contract).abi;
export const signsWallets = (contract: string): boolean => of(contract).code.includes("isValidSignatureNow(");

/** Names of a contract's own functions, errors or events: what OpenZeppelin adds is not declared in our sources. */
export const named = (contract: string, type: Fragment["type"]): string[] => [
  ...new Set(
    of(contract)
      .abi.filter((fragment) => fragment.type === type)
      .map(({ name = "" }) => name)
      .filter((name) => new RegExp(`\\b${type} ${name}\\(`).test(sources)),
  ),
];
export const allErrors: readonly string[] = CONTRACTS.flatMap((name) => named(name, "error"));
export const writesOf = (contract: string): string[] =>
  of(contract)
    .abi.filter(({ type, stateMutability }) => type === "function" && !/view|pure/.test(String(stateMutability)))
    .map(({ name = "" }) => name);

/** Enumerations of all interfaces: their members in order. */
export const enums: ReadonlyMap<string, readonly string[]> = new Map(
  [...sources.matchAll(/^enum (\w+) \{([^}]*)\}/gm)].map(
    (match) =>
      [
        String(match[1]),
        String(match[2])
          .replace(/\/\/.*/g, "")
          .match(/\w+/g) ?? [],
      ] as const,
  ),
);
export const enumMembers: readonly string[] = [...enums.values()].flat();

/** Functions of `other` that a contract calls: a register is kept as `_members`, or as an address and called by its interface. */
export function callsOf(contract: string, other: string): string[] {
  const calls = new RegExp(`\\b(?:_${other}|I${other}\\(_\\w+\\))\\.(\\w+)\\(`, "gi");
  return [...new Set([...of(contract).code.matchAll(calls)].map((match) => String(match[1])))].sort();
}

/** All matches of `pattern` in a function and in all that it calls, in any contract. */
function matchesFrom(contract: string, name: string, pattern: RegExp, seen = new Set<string>()): string[] {
  const { bodies, modifiers } = of(contract);
  const body = bodies.get(name);
  if (body === undefined || seen.has(`${contract}.${name}`)) return [];
  seen.add(`${contract}.${name}`);
  const own = [...body.matchAll(pattern)].map((match) => String(match[1]));
  const called = [...body.matchAll(/(?:\b(?:_(\w+)|I([A-Z]\w+)\(\w+\))\.)?\b(\w+)\(/g)].flatMap((match) => {
    const other = (match[1] ?? match[2] ?? "").toLowerCase();
    const callee = CONTRACTS.find((one) => one.toLowerCase() === other) ?? contract;
    return matchesFrom(callee, String(match[3]), pattern, seen);
  });
  const modified = modifiers
    .filter((modifier) => new RegExp(`\\b${modifier}\\b`).test(body))
    .flatMap((modifier) => matchesFrom(contract, modifier, pattern, seen));
  return [...own, ...called, ...modified];
}

/** Errors that a function can end with. */
export const errorsOf = (contract: string, name: string): ReadonlySet<string> =>
  new Set(matchesFrom(contract, name, /\brevert (?:\w+\.)?(\w+)\(/g));
/** Events that a function can emit. */
export const eventsOf = (contract: string, name: string): ReadonlySet<string> =>
  new Set(matchesFrom(contract, name, /\bemit (?:\w+\.)?(\w+)\(/g));
/** Roles of keys for which a function asks. */
export const rolesOf = (contract: string, name: string): ReadonlySet<string> =>
  new Set(matchesFrom(contract, name, /\bKeyRole\.(\w+)/g));
