import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect } from "chai";
import type { PackedField } from "@lianzheng/sdk/chain";
import * as layout from "../../../sdk/src/evidence/law/layout.ts";

const root = resolve(import.meta.dirname, "../../..");
const require = createRequire(import.meta.url);

interface Variable {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}
interface Type {
  readonly numberOfBytes: string;
  readonly value?: string;
  readonly base?: string;
  readonly members?: readonly Variable[];
}
interface Layout {
  readonly storage: readonly Variable[];
  readonly types: Readonly<Record<string, Type>>;
}
interface Compiler {
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string;
}

/** Where each contract's source is, and from which of its variables each struct that is read hangs. */
const sources = {
  members: "membership/Members",
  trades: "trade/Trades",
  rights: "rights/Rights",
  registry: "rights/Registry",
  emergency: "membership/Emergency",
  consents: "rights/Consents",
  attestations: "attestation/Attestations",
} as const satisfies Record<layout.LawContract, string>;

const structs: readonly (readonly [
  contract: layout.LawContract,
  variable: string,
  Readonly<Record<string, PackedField>>,
])[] = [
  ["members", "_lives", layout.keyLifeFields],
  ["trades", "_trades", layout.tradeFields],
  ["trades", "_steps", layout.stepFactsFields],
  ["rights", "_rights", layout.rightFields],
  ["registry", "_records", layout.subjectFields],
  ["consents", "_consents", layout.consentFields],
  ["consents", "_mandates", layout.mandateFields],
  ["attestations", "_attestations", layout.attestationFields],
  ["attestations", "_lines", layout.lineFields],
];
/** Mappings to traces of checkpoints, and the one to a list of words. */
const traces = [
  ["members", "_standings"],
  ["members", "_freezes"],
  ["rights", "_holders"],
  ["emergency", "_ends"],
] as const;

async function compiled(): Promise<Readonly<Record<layout.LawContract, Layout>>> {
  const solc = require("solc") as Compiler;
  const files = Object.values(sources).map((name) => `contracts/${name}.sol`);
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")));
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((file, at) => [file, { content: texts[at] }])),
    settings: { evmVersion: "cancun", outputSelection: { "*": { "*": ["storageLayout"] } } },
  };
  const find = (path: string): { contents: string } => ({
    contents: readFileSync(path.startsWith("@") ? require.resolve(path) : join(root, path), "utf8"),
  });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find })) as {
    readonly contracts: Readonly<Record<string, Readonly<Record<string, { readonly storageLayout: Layout }>>>>;
  };
  const entries = Object.entries(sources).map(([name, path]) => {
    const contract = path.slice(path.indexOf("/") + 1);
    return [name, output.contracts[`contracts/${path}.sol`]![contract]!.storageLayout] as const;
  });
  return Object.fromEntries(entries) as Record<layout.LawContract, Layout>;
}

/** Where a mapping ends, through mappings inside of it. */
function valueOf({ types }: Layout, type: string): string {
  const { value } = types[type]!;
  return value === undefined ? type : valueOf({ types, storage: [] }, value);
}

/** The fields of a struct by name, those of structs inside of it among them. */
function fieldsOf(of: Layout, type: string, first = 0): readonly (readonly [string, PackedField])[] {
  return of.types[type]!.members!.flatMap(({ label, slot, offset, type: own }) => {
    const at = first + Number(slot);
    if (of.types[own]!.members !== undefined) return fieldsOf(of, own, at);
    return [[label, { slot: at, offset, bytes: Number(of.types[own]!.numberOfBytes) }] as const];
  });
}

describe("evidence: the layout of the law in storage", function () {
  this.timeout(120_000);
  let layouts: Readonly<Record<layout.LawContract, Layout>>;
  before(async () => {
    layouts = await compiled();
  });

  it("has the compiler's slots for every mapping", () => {
    let compared = 0;
    for (const name of layout.lawContracts) {
      for (const [label, slot] of Object.entries(layout.mappings[name])) {
        const variable = layouts[name].storage.find((own) => own.label === label);
        expect(variable, `${name}.${label}`).to.include({ slot: String(slot), offset: 0 });
        compared++;
      }
    }
    expect(compared).to.equal(15);
  });

  it("has the compiler's places for every field", () => {
    let compared = 0;
    for (const [name, label, fields] of structs) {
      const own = layouts[name];
      const { type } = own.storage.find((variable) => variable.label === label)!;
      const places = Object.fromEntries(fieldsOf(own, valueOf(own, type)));
      for (const [field, place] of Object.entries(fields)) {
        expect(places[field], `${name}.${label}.${field}`).to.deep.equal(place);
        compared++;
      }
    }
    expect(compared).to.equal(48);
  });

  it("reads traces that are checkpoints of one slot each, and lists of words", () => {
    for (const [name, label] of traces) {
      const own = layouts[name];
      const { type } = own.storage.find((variable) => variable.label === label)!;
      const trace = own.types[valueOf(own, type)]!.members!;
      expect(trace.map(({ label: part, slot }) => [part, slot])).to.deep.equal([["_checkpoints", "0"]]);
      const item = own.types[trace[0]!.type]!.base!;
      expect(own.types[item]!.numberOfBytes).to.equal("32");
      expect(Object.fromEntries(fieldsOf(own, item))).to.deep.equal(layout.checkpointFields);
    }
    const { storage, types } = layouts.rights;
    const lineage = storage.find(({ label }) => label === "_lineage")!;
    expect(types[types[types[lineage.type]!.value!]!.base!]!.numberOfBytes).to.equal("32");
    const { consents } = layouts;
    const left = consents.storage.find(({ label }) => label === "_left")!;
    expect(valueOf(consents, left.type)).to.equal("t_uint48");
  });
});
