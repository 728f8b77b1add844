import { expect } from "chai";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { builtInRedLines } from "@lianzheng/node/policies";
import { compileRedLines } from "../../node/src/policies/red-lines.ts";
import { documentDigest } from "@lianzheng/sdk/schemas";
import { utf8 } from "@lianzheng/sdk/encoding";
import { DocumentFolder } from "@lianzheng/node/policies";
import { writeWhole } from "@lianzheng/node/deployment";
import type { RecordView } from "../../node/src/policies/record-view.ts";
import { offer, openCouncilChain, verdictOn, withFollower } from "./fixture.ts";

const blocked = `0x${"bb".repeat(32)}` as const;
const member = "91460000MA5T00024T";
const other = "91460000MA5T00032M";
const lines = (...rules: JsonObject[]): JsonObject => ({ format: "lianzheng-red-lines", version: 1, rules });
const line = (more: JsonObject): JsonObject => ({ id: "a-line", title: "A line 红线", ...more });
const view = (body: JsonObject, more: Partial<RecordView> = {}): RecordView => ({
  type: "trade.listing",
  body,
  placeOf: (pointer) => pointer,
  ...more,
});

describe("red lines", () => {
  const crossed: readonly (readonly [string, JsonObject, RecordView, string])[] = [
    ["a type", { types: ["trade.listing"] }, view({}), "/type"],
    ["a grade", { grades: ["core", "important"] }, view({ grade: "important" }), "/body/grade"],
    ["a territory", { territories: ["US"] }, view({ territory: "US" }), "/body/territory"],
    ["one of several territories", { territories: ["US"] }, view({ territories: ["CN", "US"] }), "/body/territories"],
    ["a member that submits", { members: [member] }, view({}), ""],
    [
      "a member that is a party",
      { members: [other] },
      view({}, { parties: [{ member: other, role: "buyer" }] }),
      "/parties/0/member",
    ],
    ["a digest anywhere in the body", { digests: [blocked] }, view({ a: [{ b: blocked }] }), "/body"],
    [
      "a digest of an attachment",
      { digests: [blocked] },
      view({}, { attachments: { "a.pdf": { "sha-256": blocked } } }),
      "/attachments",
    ],
    ["all that it names", { types: ["trade.listing"], grades: ["core"] }, view({ grade: "core" }), "/body/grade"],
  ];
  for (const [what, more, record, pointer] of crossed) {
    it(`are crossed by ${what}`, () => {
      expect(compileRedLines(lines(line(more)))(record, [member])).to.deep.equal({
        line: "a-line",
        title: "A line 红线",
        pointer,
      });
    });
  }

  it("are not crossed by what meets only a part of what a line names, or nothing", () => {
    const check = compileRedLines(lines(line({ types: ["trade.listing"], grades: ["core"], members: [member] })));
    expect(check(view({ grade: "core" }), [other])).to.equal(undefined);
    expect(check(view({ grade: "general" }), [member])).to.equal(undefined);
    expect(check(view({ grade: "core" }, { type: "trade.offer" }), [member])).to.equal(undefined);
    expect(compileRedLines(lines())(view({ grade: "core" }), [member])).to.equal(undefined);
  });

  const bad: readonly (readonly [string, JsonValue, string])[] = [
    ["no object", [], ""],
    ["another format", { ...lines(), format: "x" }, "/format"],
    ["another version", { ...lines(), version: 2 }, "/format"],
    ["a member that nobody knows", lines(line({ countries: ["US"] })), "/rules/0/countries"],
    ["a line that forbids everything", lines(line({})), "/rules/0"],
    ["an empty list", lines(line({ types: [] })), "/rules/0/types"],
    ["no type", lines(line({ types: ["Listing"] })), "/rules/0/types"],
    ["no grade", lines(line({ grades: ["secret"] })), "/rules/0/grades"],
    ["no member", lines(line({ members: ["me"] })), "/rules/0/members"],
    ["no digest", lines(line({ digests: ["0xAB"] })), "/rules/0/digests"],
    ["no id", lines({ ...line({ types: ["a.b"] }), id: "A" }), "/rules/0/id"],
    ["too many lines", lines(...Array.from({ length: 1001 }, () => line({ types: ["a.b"] }))), "/rules"],
  ];
  for (const [what, document, field] of bad) {
    it(`are no document with ${what}`, () => {
      expect(() => compileRedLines(document))
        .to.throw(EvidenceError)
        .with.property("details")
        .deep.equal({ field });
    });
  }
});

describe("red lines: as the council publishes them", function () {
  this.timeout(60_000);
  const name = "policy/red-lines";

  it("hold beside those of the law, for free types too, and stop everything while the document is missing", async () => {
    const council = await openCouncilChain();
    const document = lines(line({ digests: [blocked] }));
    const digest = documentDigest(document);
    try {
      await withFollower(council, async ({ follower, directory }) => {
        await council.publish(name, 1, digest);
        await follower.look();
        const lacking = { code: "E_POLICY_UNKNOWN_VERSION", field: "", policy: { name, version: 1, digest } };
        expect(verdictOn(follower, offer({ price: "1.00" }))).to.deep.equal(lacking);
        await new DocumentFolder(directory, writeWhole).add(utf8(JSON.stringify(document)), "lines.json");
        await follower.look();
        expect(verdictOn(follower, offer({ price: "1.00" }))).to.equal(undefined);
        const free = { ...offer({ file: blocked }), type: "x-own.thing" };
        expect(verdictOn(follower, free)).to.deep.equal({
          code: "E_RED_LINE",
          field: "/body",
          policy: { name, version: 1, digest },
        });
        const core = { ...offer({ grade: "core" }), type: "trade.listing" };
        const law = { name, version: 0, digest: documentDigest(builtInRedLines) };
        expect(verdictOn(follower, core)).to.deep.equal({ code: "E_RED_LINE", field: "/body/grade", policy: law });
        await council.retire(name, 1);
        await follower.look();
        expect(verdictOn(follower, free), "the council took its lines back").to.equal(undefined);
        expect(verdictOn(follower, core), "the law's lines it can't").to.deep.include({ code: "E_RED_LINE" });
      });
    } finally {
      await council.close();
    }
  });
});
