import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@lianzheng/sdk/record";
import type { JsonObject } from "@lianzheng/sdk/record";
import { recordSchemas } from "@lianzheng/sdk/schemas";
import { expect } from "chai";
import { PolicyBook } from "../../node/src/policies/book.ts";
import { judge } from "../../node/src/policies/judging.ts";
import { viewOf } from "../../node/src/policies/record-view.ts";
import { compileRedLines } from "../../node/src/policies/red-lines.ts";
import { blocksOf, root } from "./blocks.ts";

const formats = readFileSync(join(root, "docs/formats.md"), "utf8");

describe("docs: the rules", () => {
  it("list every registered type with its title and what it must have", () => {
    const part = formats.slice(formats.indexOf("\n## 16."));
    const rows = [...part.matchAll(/^\| `([a-z.-]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map((row) => row.slice(1, 4));
    const due = [...recordSchemas].map(([type, { title, properties }]) => {
      const { required } = (properties as JsonObject)["body"] as { readonly required: readonly string[] };
      return [type, title, required.map((name) => `\`${name}\``).join(" ") || "–"];
    });
    expect(rows).to.deep.equal(due);
  });

  it("show red lines that are some", () => {
    const shown = blocksOf("docs/formats.md").filter(({ text }) => text.includes("lianzheng-red-lines"));
    expect(shown).to.have.length(1);
    compileRedLines(parseJson(new TextEncoder().encode(String(shown[0]?.text))));
  });

  it("have examples that the built-in rules take", async () => {
    const book = await PolicyBook.of(
      undefined,
      () => Promise.resolve(undefined),
      () => undefined,
    );
    let judged = 0;
    for (const name of ["contract", "deliveries", "trade"]) {
      const read = parseJson(readFileSync(join(root, `examples/${name}.json`))) as unknown;
      for (const record of [read].flat() as Parameters<typeof viewOf>[0][]) {
        judge(book, { view: viewOf(record), issuer: "", submitter: "", at: "" }, 1_800_000_000);
        judged += 1;
      }
    }
    expect(judged).to.equal(5);
  });
});
