import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { contractNames } from "@lianzheng/sdk/chain";
import { expect } from "chai";
import { blocksOf, root } from "./blocks.ts";

const PAGE = "docs/contracts.md";
const FOLDERS = {
  Members: "membership",
  Rights: "rights",
  Trades: "trade",
  EvidenceLogs: "evidence",
  Attestations: "attestation",
  Cases: "cases",
} as const;
type Contract = keyof typeof FOLDERS;
const CONTRACTS = Object.keys(FOLDERS) as Contract[];

/** A part of the page under a heading of the second level. */
interface Section {
  readonly title: string;
  readonly text: string;
}
type Row = Readonly<Record<string, string>>;

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const filesUnder = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);

/** What the compiler says of a contract. */
interface Parameter {
  readonly name?: string;
  readonly components?: readonly Parameter[];
}
interface Fragment extends Parameter {
  readonly type: "function" | "error" | "event" | "constructor";
  readonly stateMutability?: string;
  readonly inputs?: readonly Parameter[];
  readonly outputs?: readonly Parameter[];
}

function abiOf(contract: Contract): readonly Fragment[] {
  const artifact = read(`artifacts/contracts/${FOLDERS[contract]}/${contract}.sol/${contract}.json`);
  return (JSON.parse(artifact) as { abi: readonly Fragment[] }).abi;
}
const abis = Object.fromEntries(CONTRACTS.map((name) => [name, abiOf(name)])) as Record<Contract, readonly Fragment[]>;
const sourceOf = (contract: Contract): string =>
  filesUnder(`contracts/${FOLDERS[contract]}`, ".sol").map(read).join("\n");
const sources = CONTRACTS.map(sourceOf).join("\n");

/** Names of a contract's own functions, errors or events: what OpenZeppelin adds is not declared in our sources. */
const named = (contract: Contract, type: Fragment["type"]): string[] =>
  abis[contract]
    .filter((fragment) => fragment.type === type)
    .map(({ name = "" }) => name)
    .filter((name) => new RegExp(`\\b${type} ${name}\\(`).test(sources));
const allErrors = CONTRACTS.flatMap((name) => named(name, "error"));
const writesOf = (contract: Contract): string[] =>
  abis[contract]
    .filter(({ type, stateMutability }) => type === "function" && !/view|pure/.test(String(stateMutability)))
    .map(({ name = "" }) => name);

/** Enumerations of all interfaces: their members in order. */
const enums = new Map(
  [...sources.matchAll(/^enum (\w+) \{([^}]*)\}/gm)].map(
    (match) => [String(match[1]), String(match[2]).match(/\w+/g) ?? []] as const,
  ),
);
const enumMembers = [...enums.values()].flat();

const solidityTests = filesUnder("test/solidity", ".sol").map(read).join("\n");
const solidityNames = [...solidityTests.matchAll(/function ((?:invariant|test|testFuzz)_\w+)/g)].map((m) =>
  String(m[1]),
);
const titleAt = (source: string, title: string): number =>
  Math.max(source.indexOf(`it("${title}"`), source.indexOf(`describe("${title}"`));

const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => String(match[1]));
const titlesIn = (cell: string): string[] => [...cell.matchAll(/“([^”]+)”/g)].map((match) => String(match[1]));
/** `setThreshold` as `set threshold`. */
const wordsOf = (name: string): string => (name.match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? []).join(" ").toLowerCase();
/** Files of the project to which a section links. */
const linksOf = ({ text }: Section): string[] =>
  [...text.matchAll(/\]\((?!http|#)([^)\s]+)\)/g)].map((match) => normalize(join("docs", String(match[1]))));

/** Rows of the section's table that has this column, by the names of their columns. */
function tableOf({ title, text }: Section, column: string): readonly Row[] {
  const cellsOf = (line: string): string[] =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
  const tables = [...text.matchAll(/(?:^\|.*\|\n?)+/gm)].map(([table]) => table.trim().split("\n").map(cellsOf));
  const [header, , ...rows] = tables.find(([names]) => names?.includes(column)) ?? [];
  if (header === undefined || rows.length === 0) throw new Error(`${title} has no table with ${column}`);
  for (const row of rows) expect(row, `${title}: ${String(row[0])}`).to.have.length(header.length);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, String(row[i])])));
}

/** The part of a file of tests, from one `describe` to the next, in which this title stands, and what stands above them all. */
function partWith(source: string, title: string): string {
  const [above = "", ...parts] = source.split(/^(?=describe\()/m);
  return above + String(parts.find((part) => titleAt(part, title) >= 0));
}

/** Bodies of a contract's functions, of its libraries and modifiers, by name; overloads together. */
const bodiesOf = (contract: Contract): ReadonlyMap<string, string> => {
  const bodies = new Map<string, string>();
  for (const [whole, name = "constructor"] of sourceOf(contract).matchAll(
    /^ {4}(?:function (\w+)|constructor)\([^;{]*\{\n[\s\S]*?^ {4}\}/gm,
  )) {
    bodies.set(name, (bodies.get(name) ?? "") + whole.slice(whole.indexOf("(")));
  }
  return bodies;
};
const bodies = Object.fromEntries(CONTRACTS.map((name) => [name, bodiesOf(name)])) as Record<
  Contract,
  ReadonlyMap<string, string>
>;

/** Errors that a function can end with, or events that it can emit: its own and those of all that it calls, in any contract. */
function reachedFrom(contract: Contract, name: string, by: "revert" | "emit", seen = new Set<string>()): string[] {
  const body = bodies[contract].get(name);
  if (body === undefined || seen.has(`${contract}.${name}`)) return [];
  seen.add(`${contract}.${name}`);
  const own = [...body.matchAll(new RegExp(`${by} (?:\\w+\\.)?(\\w+)\\(`, "g"))].map((match) => String(match[1]));
  const called = [...body.matchAll(/(?:\b_(members|rights)\.)?\b(\w+)\(/g)].flatMap(([, other, callee = ""]) =>
    reachedFrom(CONTRACTS.find((one) => one.toLowerCase() === other) ?? contract, callee, by, seen),
  );
  return [...own, ...called];
}

const sections: readonly Section[] = read(PAGE)
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.slice(0, text.indexOf("\n")), text }));
const section = (title: string): Section => {
  const found = sections.find((one) => one.title.split(" ")[0] === title || one.title === title);
  if (found === undefined) throw new Error(`${PAGE} has no section ${title}`);
  return found;
};
const rulesOf = (contract: Contract): readonly Row[] => tableOf(section(contract), "rule");
const cells = (rows: readonly Row[], column: string): string[] => rows.flatMap((row) => namesIn(String(row[column])));

describe("docs/contracts.md: the tables of rules", () => {
  it("name functions, errors and tests that exist, row by row", () => {
    let rows = 0;
    for (const contract of CONTRACTS) {
      const functions = [...named(contract, "function"), "constructor"];
      for (const rule of rulesOf(contract)) {
        const at = `${contract} ${String(rule["#"])}`;
        expect(namesIn(String(rule["function"])), `${at}: functions`).to.not.be.empty;
        for (const name of namesIn(String(rule["function"]))) expect(functions, at).to.include(name);
        for (const name of namesIn(String(rule["refused with"])))
          expect([...allErrors, ...enumMembers], at).to.include(name);
        for (const name of namesIn(String(rule["attacked by"]))) expect(solidityNames, at).to.include(name);
        expect(String(rule["attacked by"]), `${at}: attacked by nothing`).to.match(/[`“]/);
        expect(String(rule["source"]), `${at}: source`).to.not.equal("");
        rows += 1;
      }
    }
    expect(rows).to.equal(81);
  });

  it("name errors that one of the row's functions can end with, by the sources", () => {
    const unreachable: string[] = [];
    let checked = 0;
    for (const contract of CONTRACTS) {
      for (const rule of rulesOf(contract)) {
        const met = namesIn(String(rule["function"])).flatMap((name) => reachedFrom(contract, name, "revert"));
        for (const error of namesIn(String(rule["refused with"])).filter((name) => allErrors.includes(name))) {
          if (!met.includes(error)) unreachable.push(`${contract} ${String(rule["#"])}: ${error}`);
          checked += 1;
        }
      }
    }
    expect(unreachable).to.deep.equal([]);
    expect(checked).to.be.greaterThan(150);
  });

  it("name tests whose part of the file asks for each of the row's errors", () => {
    let checked = 0;
    const missing: string[] = [];
    for (const contract of CONTRACTS) {
      const files = linksOf(section(contract)).filter((file) => file.endsWith(".test.ts"));
      expect(files, contract).to.not.be.empty;
      for (const rule of rulesOf(contract)) {
        const at = `${contract} ${String(rule["#"])}`;
        const attack = titlesIn(String(rule["attacked by"])).map((title) => {
          const file = files.find((one) => titleAt(read(one), title) >= 0);
          if (file === undefined) throw new Error(`${at}: no test “${title}” in ${files.join(", ")}`);
          return partWith(read(file), title);
        });
        for (const error of namesIn(String(rule["refused with"])).filter((name) => allErrors.includes(name))) {
          if (!attack.some((source) => source.includes(`"${error}"`))) missing.push(`${at}: ${error}`);
          checked += 1;
        }
      }
    }
    expect(missing).to.deep.equal([]);
    expect(checked).to.be.greaterThan(150);
  });

  it("leave out no error, no function that writes, and no invariant", () => {
    let errors = 0;
    for (const contract of CONTRACTS) {
      const rules = rulesOf(contract);
      const own = named(contract, "error");
      expect(
        own.filter((name) => !cells(rules, "refused with").includes(name)),
        contract,
      ).to.deep.equal([]);
      expect(
        writesOf(contract).filter((name) => !cells(rules, "function").includes(name)),
        contract,
      ).to.deep.equal([]);
      errors += own.length;
    }
    expect(errors).to.equal(125);
    const attacks = CONTRACTS.flatMap((contract) => cells(rulesOf(contract), "attacked by"));
    const invariants = solidityNames.filter((name) => name.startsWith("invariant_"));
    expect(invariants.length).to.equal(23);
    expect(invariants.filter((name) => !attacks.includes(name))).to.deep.equal([]);
  });
});

describe("docs/contracts.md: events", () => {
  const rows = tableOf(section("What each act leaves on the chain"), "events");

  it("are, for every function that writes, those that it can emit by the sources", () => {
    const emitted: string[] = [];
    for (const contract of CONTRACTS) {
      const mine = rows.filter((row) => namesIn(String(row["contract"])).includes(contract));
      const toldOf = (name: string): string[] =>
        cells(
          mine.filter((row) => namesIn(String(row["function"])).includes(name)),
          "events",
        ).flatMap((told) => (writesOf(contract).includes(told) ? toldOf(told) : [told]));
      const functions = cells(mine, "function");
      expect(functions.filter((name) => name !== "constructor").sort(), contract).to.deep.equal(
        writesOf(contract).sort(),
      );
      for (const name of functions) {
        const events = [...new Set(reachedFrom(contract, name, "emit"))].filter(
          // A new case has no hold yet: the sources share the step by which it would end.
          (event) => !(event === "HoldChanged" && name.startsWith("open")),
        );
        expect([...new Set(toldOf(name))].sort(), `${contract}.${name}`).to.deep.equal(events.sort());
        emitted.push(...events);
      }
      for (const event of named(contract, "event")) expect(emitted, contract).to.include(event);
    }
    expect(rows).to.have.length(33);
    expect(new Set(emitted).size).to.equal(28);
  });
});

describe("docs/contracts.md: diagrams", () => {
  const diagrams = blocksOf(PAGE).filter(({ language }) => language === "mermaid");
  const machines = diagrams.filter(({ text }) => text.startsWith("stateDiagram-v2"));

  /** The states that a machine says it has: `Stage without Certificate, Terminated`. */
  const statesOf = (text: string): string[] =>
    String(/%% states: (.*)/.exec(text)?.[1])
      .split(", ")
      .flatMap((name) => {
        const [whole = "", without] = name.split(" without ");
        return (enums.get(whole) ?? [whole]).filter((state) => state !== without);
      });
  const arrowsOf = (text: string): readonly (readonly [string, string, string])[] =>
    [...text.matchAll(/^ +(\S+) --> (\S+?)(?:: (.*))?$/gm)].map(
      (m) => [String(m[1]), String(m[2]), m[3] ?? ""] as const,
    );

  it("have the states of the sources, each reached, and arrows that name functions, enumerators or time", () => {
    const words = [...CONTRACTS.flatMap((name) => named(name, "function")), ...enumMembers, "constructor", "time"];
    let arrows = 0;
    for (const { line, text } of machines) {
      const reached = arrowsOf(text)
        .flatMap(([from, to]) => [from, to])
        .filter((state) => state !== "[*]");
      expect([...new Set(reached)].sort(), `line ${line}`).to.deep.equal(statesOf(text).sort());
      for (const [from, to, label] of arrowsOf(text)) {
        arrows += 1;
        expect(label, "mermaid ends a label there").to.not.match(/[:;]/);
        if (from === "[*]" ? label === "" : to === "[*]") continue;
        expect(words, `${from} --> ${to}`).to.include(/^\w*/.exec(label)?.[0]);
        for (const [name] of label.matchAll(/\b(?:[A-Z][a-z]+){3,}\b/g)) expect(allErrors).to.include(name);
      }
    }
    expect(machines).to.have.length(8);
    expect(arrows).to.equal(109);
  });

  it("ask of other contracts exactly what the sources ask", () => {
    const flow = diagrams.filter(({ text }) => text.startsWith("flowchart"));
    expect(flow).to.have.length(1);
    const drawn = [...String(flow[0]?.text).matchAll(/^ +(\w+) -->\|"([^"]+)"\| (\w+)$/gm)].map((m) => [
      m[1],
      m[3],
      m[2],
    ]);
    const asked = CONTRACTS.flatMap((contract) =>
      CONTRACTS.map((other) => {
        const calls = sourceOf(contract).matchAll(new RegExp(`\\b_${other.toLowerCase()}\\.(\\w+)\\(`, "g"));
        return [contract, other, [...new Set([...calls].map((m) => String(m[1])))].sort().join(", ")];
      }),
    ).filter(([, , functions]) => functions !== "");
    expect(asked).to.have.length(6);
    expect(drawn).to.have.deep.members(asked);
    const wallets = [...String(flow[0]?.text).matchAll(/^ +(\w+) -\.->\|"isValidSignature"\| Wallet$/gm)].map(
      (m) => m[1],
    );
    expect(wallets).to.have.members(CONTRACTS.filter((name) => sourceOf(name).includes("isValidSignatureNow(")));
  });

  it("have each stage signed by those whom the table and the interface name", () => {
    const natspec = [...sources.matchAll(/\/\/\/ {5}\| (\d) (\w+) +\| [\w ]+\| ([\w, ]+?) +\|$/gm)];
    const stages = tableOf(section("Trades"), "stage");
    expect(natspec).to.have.length(7);
    expect(stages.map((row) => [row["number"], row["stage"]?.toLowerCase(), row["on the floor 场内"]])).to.deep.equal(
      natspec.map((m) => [m[1], m[2], m[3]]),
    );
    for (const [floor, column] of [
      ["on", "on the floor 场内"],
      ["off", "off the floor 场外"],
    ] as const) {
      const machine = machines.find(({ text }) => text.includes(`%% floor: ${floor}`));
      const records = arrowsOf(String(machine?.text)).filter(([, , label]) => label.startsWith("record"));
      expect(records).to.have.length(floor === "on" ? 8 : 7);
      for (const [, stage, label] of records) {
        const row = stages.find((one) => one["stage"] === stage);
        expect(label, `${floor} the floor: ${stage}`).to.equal(`record, ${String(row?.[column])}`);
      }
    }
    for (const row of stages) {
      const signers = String(row["on the floor 场内"])
        .split(", ")
        .filter((signer) => signer !== "venue");
      expect(row["off the floor 场外"]).to.equal(signers.join(", ") || "–");
    }
  });
});

describe("docs/contracts.md: contracts and kinds", () => {
  it("say which contracts a deployment puts on the chain", () => {
    const rows = tableOf(section("Who asks whom"), "keeps");
    expect(rows.map((row) => namesIn(String(row["contract"]))[0])).to.deep.equal(CONTRACTS);
    const deployed = rows
      .filter((row) => row["put on the chain"] === "yes")
      .flatMap((row) => namesIn(String(row["contract"])));
    expect(deployed.map((name) => name.charAt(0).toLowerCase() + name.slice(1))).to.deep.equal([...contractNames]);
  });

  it("say who may state what, as the source has it", () => {
    const rows = tableOf(section("Attestations"), "stated by");
    const source = read("contracts/attestation/Qualifications.sol");
    const lines = [...source.matchAll(/AttestationKind\.(\w+)\) return (.*);/g)].map((m) => [
      m[1],
      [...String(m[2]).matchAll(/Kind\.(\w+)/g)].map((kind) => kind[1]).join(", "),
    ]);
    expect(lines).to.have.length(9);
    expect(rows.map((row) => [row["kind"], row["stated by"]])).to.deep.equal(lines);
  });
});

describe("docs/contracts.md: limits", () => {
  const rows = tableOf(section("What the law does not keep"), "limit");

  /** Every name that a contract's ABI uses, split into lower-case words with a space between. */
  const vocabularyOf = (contract: Contract): string[] => {
    const within = ({ name = "", components = [] }: Parameter): string[] => [name, ...components.flatMap(within)];
    return abis[contract]
      .flatMap((one) => [one, ...(one.inputs ?? []), ...(one.outputs ?? [])].flatMap(within))
      .map(wordsOf);
  };

  it("are still limits: what is called absent is in no name of the ABI", () => {
    let absent = 0;
    for (const row of rows) {
      for (const name of namesIn(String(row["absent"]))) {
        const [contract = "", word = ""] = name.split(".");
        expect(CONTRACTS, String(row["#"])).to.include(contract);
        const used = vocabularyOf(contract as Contract).filter((words) => ` ${words} `.includes(` ${wordsOf(word)} `));
        expect(used, `${String(row["#"])}: ${name}`).to.deep.equal([]);
        absent += 1;
      }
    }
    expect(rows).to.have.length(22);
    expect(absent).to.equal(45);
  });

  it("name tests that exist where a test shows them", () => {
    const tests = filesUnder("test/contracts", ".test.ts").map(read);
    const shown = rows.flatMap((row) => titlesIn(String(row["what that means"])));
    expect(shown).to.have.length(2);
    for (const title of shown)
      expect(
        tests.some((source) => titleAt(source, title) >= 0),
        title,
      ).to.equal(true);
    const fuzzed = cells(rows, "what that means").filter((name) => /^(test|invariant)/.test(name));
    expect(fuzzed).to.have.length(1);
    for (const name of fuzzed) expect(solidityNames).to.include(name);
  });
});

describe("docs/contracts.md: files and figures", () => {
  it("points at files that exist", () => {
    const links = sections.flatMap(linksOf);
    expect(links.length).to.be.greaterThan(20);
    expect(links.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
  });

  it("has the gas of the snapshot, every figure in its order", () => {
    const gas = Object.entries(JSON.parse(read("test/snapshots/gas.json")) as Record<string, number>);
    expect(gas.length).to.be.greaterThan(30);
    const rows = tableOf(section("Gas"), "action").map((row) => [row["action"], row["gas"]]);
    expect(rows).to.deep.equal(gas.map(([action, units]) => [action, units.toLocaleString("en-US")]));
  });
});
