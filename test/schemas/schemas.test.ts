import { readFile } from "node:fs/promises";
import {
  AttestationKind,
  CaseKind,
  Grade,
  NoticeChannel,
  Outcome,
  PleaKind,
  Result,
  RightKind,
  RulingAct,
  SourceClass,
} from "@lianzheng/sdk/contracts";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import { isJsonObject, isRecordType } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import {
  assertRecordSchema,
  documentDigest,
  knownPatterns,
  nodeRecordTypes,
  recordSchemas,
  words,
} from "@lianzheng/sdk/schemas";
import { expect } from "chai";

const snapshot = new URL("../snapshots/record-schemas.json", import.meta.url);
const stages =
  "listing offer contract delivery acceptance settlement certificate amendment filing termination distribution";

/** Every schema in a document, the document first. */
function* schemasIn(schema: JsonObject): Generator<JsonObject> {
  yield schema;
  const { properties, items } = schema;
  if (isJsonObject(items ?? null)) yield* schemasIn(items as JsonObject);
  for (const inner of Object.values(properties ?? {})) yield* schemasIn(inner as JsonObject);
}

const schemaOf = (type: string): JsonObject => {
  const schema = recordSchemas.get(type);
  if (schema === undefined) throw new TypeError(`no schema of ${type}`);
  return schema;
};

describe("schemas: those of this release", () => {
  it("are of the subset that nodes take, of the type they are listed under, and named in English and Chinese", () => {
    for (const [type, schema] of recordSchemas) {
      assertRecordSchema(schema, type);
      expect(isRecordType(type), type).to.equal(true);
      expect(schema["title"], type).to.match(/^[A-Z][^一-龥]* [一-龥]/);
      expect(schema["description"], type).to.match(/^[A-Z].*[.:].*[一-龥]/);
      const body = (schema["properties"] as JsonObject)["body"] as JsonObject;
      for (const field of Object.values(body["properties"] as JsonObject)) {
        expect((field as JsonObject)["title"], type).to.match(/[一-龥]/);
      }
    }
    expect(recordSchemas.size).to.be.greaterThan(40);
  });

  it("have the digests that are committed: a document that changes is another document", async () => {
    const digests = Object.fromEntries([...recordSchemas].map(([type, schema]) => [type, documentDigest(schema)]));
    expect(digests).to.deep.equal(JSON.parse(await readFile(snapshot, "utf8")));
  });

  it("cover the steps of a trade, and what the node writes itself", () => {
    for (const stage of stages.split(" ")) expect([...recordSchemas.keys()]).to.include(`trade.${stage}`);
    expect([...nodeRecordTypes].sort()).to.deep.equal([
      "monitor.handling",
      "monitor.warning",
      "record.erasure",
      "record.refusal",
    ]);
    for (const type of nodeRecordTypes) expect([...recordSchemas.keys()]).to.include(type);
  });

  it("use the words of the contracts' enumerations", () => {
    const dashed = (names: object): string[] =>
      Object.keys(names)
        .filter((name) => name !== "none")
        .map((name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    const pairs: readonly (readonly [readonly string[], object])[] = [
      [words.grades, Grade],
      [words.sources, SourceClass],
      [words.rights, RightKind],
      [words.attestations, AttestationKind],
      [words.results, Result],
      [words.cases, CaseKind],
      [words.outcomes, Outcome],
      [words.rulings, RulingAct],
      [words.pleas, PleaKind],
      [words.channels, NoticeChannel],
    ];
    for (const [ours, theirs] of pairs) expect([...ours]).to.deep.equal(dashed(theirs));
    expect(pairs).to.have.length(Object.keys(words).length);
  });

  it("give every text a bound", () => {
    for (const [type, document] of recordSchemas) {
      for (const one of schemasIn(document)) {
        if (one["type"] === "string") expect(one, `${type}: ${String(one["title"])}`).to.have.property("maxLength");
        if (one["type"] === "array") expect(one, type).to.have.property("maxItems");
      }
    }
  });
});

describe("schemas: patterns", () => {
  /** Without a group that repeats, and with one unbounded repetition at most, matching can't go back and forth. */
  it("are anchored, and repeat no group and nothing without a bound", () => {
    for (const pattern of knownPatterns) {
      expect(pattern, pattern).to.match(/^\^.*\$$/);
      expect(pattern, pattern).to.not.match(/\)[*+{]/);
      expect(pattern, pattern).to.not.match(/[*+]/);
      expect(pattern, pattern).to.not.match(/\\[1-9]|\(\?[=!<]/);
    }
    expect(knownPatterns.size).to.be.greaterThan(8);
  });
});

describe("schemas: a document that is refused", () => {
  const good = schemaOf("trade.offer");
  const withBody = (price: JsonValue): JsonObject => ({
    ...good,
    properties: { type: { const: "trade.offer" }, body: { type: "object", properties: { price } } },
  });
  const deep = (levels: number): JsonObject => (levels === 0 ? {} : { items: deep(levels - 1) });
  const table: readonly (readonly [string, JsonValue, string])[] = [
    ["is no object", [], ""],
    ["is of another dialect", { ...good, $schema: "http://json-schema.org/draft-07/schema#" }, "/$schema"],
    ["is of another type", schemaOf("trade.listing"), "/properties/type/const"],
    ["has a pattern of its own", withBody({ pattern: "^(a+)+$" }), "/properties/body/properties/price/pattern"],
    ["refers to another", withBody({ $ref: "#" }), "/properties/body/properties/price/$ref"],
    ["combines", { ...good, anyOf: [{}] }, "/anyOf"],
    ["asks for uniqueness", withBody({ uniqueItems: true }), "/properties/body/properties/price/uniqueItems"],
    ["matches names", { ...good, patternProperties: {} }, "/patternProperties"],
    ["has a format that nobody knows", withBody({ format: "email" }), "/properties/body/properties/price/format"],
    ["has schemas of members that nobody named", { ...good, additionalProperties: {} }, "/additionalProperties"],
    ["has a negative bound", withBody({ maxLength: -1 }), "/properties/body/properties/price/maxLength"],
    ["has a list of types", withBody({ type: ["string"] }), "/properties/body/properties/price/type"],
    ["has a word twice", withBody({ enum: ["a", "a"] }), "/properties/body/properties/price/enum"],
    [
      "has a keyword of another's prototype",
      withBody(JSON.parse('{"toString":1}') as JsonValue),
      "/properties/body/properties/price/toString",
    ],
  ];
  for (const [why, document, field] of table) {
    it(`because it ${why}`, () => {
      expect(refusalOf(document, "trade.offer").details["field"]).to.equal(field);
    });
  }

  it("because it is nested too deeply, or is too much", () => {
    expect(refusalOf(withBody(deep(30)), "trade.offer").code).to.equal("E_SCHEMA_DOCUMENT");
    const many = Object.fromEntries(Array.from({ length: 2500 }, (_, at) => [`m${at}`, {}]));
    expect(refusalOf(withBody({ properties: many }), "trade.offer").code).to.equal("E_SCHEMA_DOCUMENT");
  });
});

function refusalOf(document: JsonValue, type: string): EvidenceError {
  try {
    assertRecordSchema(document, type);
  } catch (error) {
    if (error instanceof EvidenceError && error.code === "E_SCHEMA_DOCUMENT") return error;
    throw error;
  }
  return expect.fail("was taken");
}
