import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { pricesPage } from "../../scripts/docs/prices.ts";
import { blocksOf, root } from "./blocks.ts";
import {
  INDEX,
  cells,
  diagrams,
  fuzzIn,
  linksOf,
  namesIn,
  partWith,
  section,
  sections,
  tableOf,
  titleAt,
  titlesIn,
  wordsOf,
  type Row,
} from "./law-pages.ts";
import {
  CONTRACTS,
  abiOf,
  allErrors,
  callsOf,
  enumMembers,
  enums,
  errorsOf,
  eventsOf,
  filesUnder,
  named,
  read,
  rolesOf,
  signsWallets,
  sources,
  writesOf,
  type Parameter,
} from "./law-sources.ts";

const rulesOf = (contract: string): readonly Row[] => tableOf(section(contract), "rule");
const actsOf = (contract: string): readonly Row[] => tableOf(section(contract), "by");
const rows = CONTRACTS.flatMap((contract) =>
  rulesOf(contract).map((rule) => ({ contract, rule, at: `${contract} ${String(rule["#"])}` })),
);
const testsOf = (contract: string, ending: string): string[] =>
  linksOf(section(contract)).filter((file) => file.endsWith(ending));
/** Errors among what a row says is refused; the rest are values of enumerations. */
const refusedIn = (rule: Row): string[] =>
  namesIn(String(rule["refused with"])).filter((name) => allErrors.includes(name));

describe("docs/contracts: the tables of rules", () => {
  it("have a row with a name of its own for every rule, of every contract of a consortium", () => {
    expect(CONTRACTS).to.have.length(13);
    expect(rows.length).to.be.greaterThan(150);
    const names = rows.map(({ rule }) => String(rule["#"]));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).to.deep.equal([]);
  });

  it("name functions, errors and tests that exist, row by row", () => {
    for (const { contract, rule, at } of rows) {
      const functions = [...named(contract, "function"), "constructor"];
      expect(namesIn(String(rule["function"])), `${at}: functions`).to.not.be.empty;
      for (const name of namesIn(String(rule["function"]))) expect(functions, at).to.include(name);
      for (const name of namesIn(String(rule["refused with"])))
        expect([...allErrors, ...enumMembers], at).to.include(name);
      const fuzzed = testsOf(contract, ".t.sol").flatMap(fuzzIn);
      for (const name of namesIn(String(rule["attacked by"]))) expect(fuzzed, at).to.include(name);
      expect(String(rule["attacked by"]), `${at}: attacked by nothing`).to.match(/[`“]/);
      expect(String(rule["source"]), `${at}: source`).to.not.equal("");
    }
  });

  it("name errors that one of the row's functions can end with, by the sources", () => {
    let checked = 0;
    const unreachable = rows.flatMap(({ contract, rule, at }) => {
      const met = namesIn(String(rule["function"])).map((name) => errorsOf(contract, name));
      const errors = refusedIn(rule);
      checked += errors.length;
      return errors.filter((error) => !met.some((one) => one.has(error))).map((error) => `${at}: ${error}`);
    });
    expect(unreachable).to.deep.equal([]);
    expect(checked).to.be.greaterThan(300);
  });

  it("name tests whose part of the file asks for each of the row's errors", () => {
    let checked = 0;
    const missing: string[] = [];
    for (const { contract, rule, at } of rows) {
      const files = testsOf(contract, ".test.ts");
      const attack = titlesIn(String(rule["attacked by"])).map((title) => {
        const file = files.find((one) => titleAt(read(one), title) >= 0);
        if (file === undefined) throw new Error(`${at}: no test “${title}” in ${files.join(", ")}`);
        return partWith(read(file), title);
      });
      for (const error of refusedIn(rule)) {
        if (!attack.some((source) => source.includes(`"${error}"`))) missing.push(`${at}: ${error}`);
        checked += 1;
      }
    }
    expect(missing).to.deep.equal([]);
    expect(checked).to.be.greaterThan(300);
  });

  it("leave out no error and no function that writes", () => {
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
    expect(errors).to.be.greaterThan(300);
  });
});

describe("docs/contracts: who calls, and what that leaves on the chain", () => {
  it("has every function that writes, once, with the events that it can emit by the sources", () => {
    const emitted = new Set<string>();
    for (const contract of CONTRACTS) {
      const acts = actsOf(contract);
      const toldOf = (name: string, mine = acts, of = contract): string[] =>
        mine
          .filter((row) => namesIn(String(row["function"])).includes(name))
          .flatMap((row) => {
            const registry = String(row["events"]).includes(" as `enter` of the registry");
            return namesIn(String(row["events"])).flatMap((told) =>
              registry && told === "enter"
                ? toldOf("enter", actsOf("Registry"), "Registry")
                : writesOf(of).includes(told)
                  ? toldOf(told, mine, of)
                  : [told],
            );
          });
      const functions = cells(acts, "function");
      expect(functions.filter((name) => name !== "constructor").sort(), contract).to.deep.equal(
        writesOf(contract).sort(),
      );
      for (const name of functions) {
        const events = [...eventsOf(contract, name)].filter((event) => !isShared(contract, name, event));
        expect([...new Set(toldOf(name))].sort(), `${contract}.${name}`).to.deep.equal(events.sort());
        for (const event of events) emitted.add(event);
      }
      for (const event of named(contract, "event")) expect([...emitted], contract).to.include(event);
    }
    expect(emitted.size).to.be.greaterThan(70);
  });

  it("says which acts are the council's alone, and which roles of keys the others ask for", () => {
    let councils = 0;
    for (const contract of CONTRACTS) {
      for (const row of actsOf(contract).filter((one) => !namesIn(String(one["function"])).includes("constructor"))) {
        const [name = ""] = namesIn(String(row["function"]));
        const errors = errorsOf(contract, name);
        const byCouncil = errors.has("NotCouncil") || errors.has("CouncilNotSelf");
        expect(row["by"] === "council", `${contract}.${name}`).to.equal(byCouncil);
        councils += byCouncil ? 1 : 0;
        const asksNoKey = byCouncil || String(row["by"]).startsWith("the ");
        const roles = asksNoKey ? [] : [...rolesOf(contract, name)];
        expect([...new Set(namesIn(String(row["by"])))].sort(), `${contract}.${name}`).to.deep.equal(roles.sort());
      }
    }
    expect(councils).to.be.greaterThan(20);
  });
});

/** Steps that functions share in the sources and that can't be met here. */
function isShared(contract: string, name: string, event: string): boolean {
  // A new case has no hold yet, an alteration has its number, and one voice freezes nothing.
  const never: Readonly<Record<string, readonly string[]>> = {
    "Cases.open": ["HoldChanged"],
    "Cases.openSigned": ["HoldChanged"],
    "Registry.alter": ["NumberGiven"],
    "Emergency.order": ["SubjectFrozen", "MemberFrozen"],
  };
  return never[`${contract}.${name}`]?.includes(event) ?? false;
}

describe("docs/contracts: the rules of the design", () => {
  const suites = filesUnder("test/solidity", ".t.sol").filter((file) =>
    fuzzIn(file).some((name) => name.startsWith("invariant_")),
  );

  it("name rows, functions, suites and tests that exist", () => {
    const table = tableOf(section("The rules of the design"), "invariant or test");
    expect(table.length).to.be.greaterThan(15);
    const names = rows.map(({ rule }) => String(rule["#"]));
    const fuzzed = filesUnder("test/solidity", ".t.sol").flatMap(fuzzIn);
    const tests = filesUnder("test/contracts", ".test.ts").map(read);
    for (const row of table) {
      const at = String(row["rule"]);
      for (const name of String(row["rows"]).split(" ")) expect(names, at).to.include(name);
      const contracts = namesIn(String(row["function"])).map((whole) => {
        const [contract = "", name = ""] = whole.split(".");
        expect(named(contract, "function"), at).to.include(name);
        return contract;
      });
      const attack = String(row["invariant or test"]);
      for (const name of namesIn(attack).filter((one) => !one.endsWith(".t.sol"))) expect(fuzzed, at).to.include(name);
      for (const suite of namesIn(attack).filter((one) => one.endsWith(".t.sol"))) {
        expect(suites, at).to.include(`test/solidity/${suite}`);
        for (const contract of contracts)
          expect(read(`test/solidity/${suite}`), at).to.match(new RegExp(`\\b${contract}\\b`));
      }
      for (const title of titlesIn(attack)) expect(tests.some((one) => titleAt(one, title) >= 0)).to.equal(true);
      expect(attack, at).to.match(/[`“]/);
    }
  });

  it("leave out no suite that states an invariant", () => {
    const table = tableOf(section("The rules of the design"), "suite");
    const told = table.map((row) => `test/solidity/${String(/^\[([^\]]+)\]/.exec(String(row["suite"]))?.[1])}`);
    expect(told.sort()).to.deep.equal([...suites].sort());
    expect(told.length).to.be.greaterThan(9);
  });
});

describe("docs/contracts: diagrams", () => {
  const machines = diagrams.filter(({ text }) => text.startsWith("stateDiagram-v2"));

  /** The states that a machine says it has: `Stage without Filing Termination, Terminated`. */
  const statesOf = (text: string): string[] =>
    String(/%% states: (.*)/.exec(text)?.[1])
      .split(", ")
      .flatMap((name) => {
        const [whole = "", without = ""] = name.split(" without ");
        return (enums.get(whole) ?? [whole]).filter((state) => !without.split(" ").includes(state));
      });
  const arrowsOf = (text: string): readonly (readonly [string, string, string])[] =>
    [...text.matchAll(/^ +(\S+) --> (\S+?)(?:: (.*))?$/gm)].map(
      (m) => [String(m[1]), String(m[2]), m[3] ?? ""] as const,
    );

  it("have the states of the sources, each reached, and arrows that name functions, enumerators or time", () => {
    const words = [...CONTRACTS.flatMap((name) => named(name, "function")), ...enumMembers, "constructor", "time"];
    let arrows = 0;
    for (const { file, line, text } of machines) {
      const reached = arrowsOf(text)
        .flatMap(([from, to]) => [from, to])
        .filter((state) => state !== "[*]");
      expect([...new Set(reached)].sort(), `${file}:${line}`).to.deep.equal(statesOf(text).sort());
      for (const [from, to, label] of arrowsOf(text)) {
        arrows += 1;
        expect(label, "mermaid ends a label there").to.not.match(/[:;]/);
        if (from === "[*]" ? label === "" : to === "[*]") continue;
        expect(words, `${file}: ${from} --> ${to}`).to.include(/^\w*/.exec(label)?.[0]);
        for (const [name] of label.matchAll(/\b(?:[A-Z][a-z]+){3,}\b/g)) expect(allErrors).to.include(name);
      }
    }
    expect(machines.length).to.be.greaterThan(14);
    expect(arrows).to.be.greaterThan(200);
  });

  it("ask and change of other contracts exactly what the sources do", () => {
    const flow = diagrams.filter(({ text }) => text.startsWith("flowchart"));
    expect(flow).to.have.length(1);
    const text = String(flow[0]?.text);
    const drawn = [...text.matchAll(/^ +(\w+) (-->|==>)\|"([^"]+)"\| (\w+)$/gm)].map((m) => [m[1], m[2], m[4], m[3]]);
    const called = CONTRACTS.flatMap((contract) =>
      CONTRACTS.filter((other) => other !== contract).flatMap((other) => {
        const functions = callsOf(contract, other);
        const writes = functions.filter((name) => writesOf(other).includes(name));
        const asks = functions.filter((name) => !writes.includes(name));
        return [
          [contract, "==>", other, writes.join(", ")],
          [contract, "-->", other, asks.join(", ")],
        ];
      }),
    ).filter(([, , , functions]) => functions !== "");
    expect(called.length).to.be.greaterThan(20);
    expect(drawn).to.have.deep.members(called);
    const wallets = [...text.matchAll(/^ +(\w+) -\.->\|"isValidSignature"\| Wallet$/gm)].map((m) => m[1]);
    expect(wallets).to.have.members(CONTRACTS.filter(signsWallets));
  });

  it("have each step of a trade signed by those whom the table and the interface name", () => {
    const natspec = [...sources.matchAll(/\/\/\/ {5}\| (\d+) (\w+) \S+ +\| [^|]+ \| ([^|]+?) +\|$/gm)].filter((m) =>
      enums.get("Stage")?.includes(capitalised(String(m[2]))),
    );
    const steps = tableOf(section("Trades"), "step");
    expect(natspec).to.have.length(11);
    expect(steps.map((row) => [row["number"], row["step"]])).to.deep.equal(
      natspec.map((m) => [m[1], capitalised(String(m[2]))]),
    );
    for (const [i, row] of steps.entries()) {
      const signers = String(natspec[i]?.[3]).split("; ")[0];
      const told = row["step"] === "Filing" ? row["off the floor 场外"] : row["on the floor 场内"];
      expect(String(told).split("; ")[0], row["step"]).to.equal(signers);
    }
    for (const floor of ["on", "off"] as const) {
      const machine = machines.find(({ text }) => text.includes(`%% floor: ${floor}`));
      const column = floor === "on" ? "on the floor 场内" : "off the floor 场外";
      const signed = arrowsOf(String(machine?.text)).filter(([, , label]) => /^(record|amend|terminate)/.test(label));
      expect(signed).to.have.length(floor === "on" ? 18 : 17);
      for (const [, stage, label] of signed) {
        const [verb = "", ...signers] = label.split(", ");
        const step = { record: stage, amend: "Amendment", terminate: "Termination" }[verb];
        const row = steps.find((one) => one["step"] === step);
        expect(signers.join(", "), `${floor} the floor: ${label}`).to.equal(row?.[column]);
      }
    }
  });
});

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

describe("docs/contracts: contracts and kinds", () => {
  it("say in which order the directory places the contracts", () => {
    const placed = tableOf(section("Who stands where"), "order").flatMap((row) => namesIn(String(row["contract"])));
    expect(placed).to.deep.equal(CONTRACTS);
  });

  it("say who may state what, as the source has it", () => {
    const table = tableOf(section("Attestations"), "stated by");
    const lines = [
      ...read("contracts/attestation/Qualifications.sol").matchAll(/AttestationKind\.(\w+)\) return (.*);/g),
    ].map((m) => [m[1], [...String(m[2]).matchAll(/Kind\.(\w+)/g)].map((kind) => kind[1]).join(", ")]);
    expect(lines).to.have.length(9);
    expect(table.map((row) => [row["kind"], row["stated by"]])).to.deep.equal(lines);
  });
});

describe("docs/contracts: limits", () => {
  const limits = tableOf(section("Limits"), "limit");

  /** Every name that a contract's ABI uses, split into lower-case words with a space between. */
  const vocabularyOf = (contract: string): string[] => {
    const within = ({ name = "", components = [] }: Parameter): string[] => [name, ...components.flatMap(within)];
    return abiOf(contract)
      .flatMap((one) => [one, ...(one.inputs ?? []), ...(one.outputs ?? [])].flatMap(within))
      .map(wordsOf);
  };

  it("are still limits: what is called absent is in no name of the ABI", () => {
    let absent = 0;
    for (const row of limits) {
      for (const name of namesIn(String(row["absent"]))) {
        const [contract = "", word = ""] = name.split(".");
        const used = vocabularyOf(contract).filter((words) => ` ${words} `.includes(` ${wordsOf(word)} `));
        expect(used, `${String(row["#"])}: ${name}`).to.deep.equal([]);
        absent += 1;
      }
    }
    expect(limits.length).to.be.greaterThan(20);
    expect(absent).to.be.greaterThan(35);
  });

  it("name tests and values that exist where one shows them", () => {
    const tests = filesUnder("test/contracts", ".test.ts").map(read);
    const shown = limits.flatMap((row) => titlesIn(String(row["what that means"])));
    expect(shown.length).to.be.greaterThan(4);
    for (const title of shown)
      expect(
        tests.some((source) => titleAt(source, title) >= 0),
        title,
      ).to.equal(true);
    const names = [...cells(limits, "limit"), ...cells(limits, "what that means")];
    expect(names).to.include("test_aRootDoesNotNameItsSize");
    const fuzzed = filesUnder("test/solidity", ".t.sol").flatMap(fuzzIn);
    for (const name of names) expect([...fuzzed, ...enumMembers]).to.include(name);
  });
});

describe("docs/contracts: files and figures", () => {
  it("point at files that exist", () => {
    const links = sections.flatMap(linksOf);
    expect(links.length).to.be.greaterThan(50);
    expect(links.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
    expect(blocksOf(INDEX)).to.not.be.empty;
  });

  it("have the gas and the bytes of the snapshots, every figure in its order", () => {
    expect(read("docs/contracts/prices.md"), "node scripts/docs/prices.ts").to.equal(pricesPage());
  });
});
