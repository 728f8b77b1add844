import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { decodeRules, ruleKinds } from "@lianzheng/node/monitor";

const page = readFileSync(join(import.meta.dirname, "../../docs/monitoring.md"), "utf8");

describe("docs/monitoring.md", () => {
  it("has rules that the monitor takes, and every kind of rule", () => {
    const [, example = ""] = /```json\n(\{\n {2}"format": "lianzheng-monitor"[\s\S]*?)```/.exec(page) ?? [];
    expect(decodeRules(Buffer.from(example), "monitor.json")).to.have.length(3);
    for (const kind of ruleKinds) expect(page).to.contain(`| \`${kind}\``);
  });
});
