import { expect } from "chai";
import { worstExit } from "../../cli/src/exit.ts";
import type { ExitCode } from "../../cli/src/exit.ts";
import { readableLogLine } from "../../cli/src/output/node-log.ts";
import { foldedRows, tableLines } from "../../cli/src/output/table.ts";
import { clip, displayWidth, padEnd, padStart, printable } from "../../cli/src/output/width.ts";
import { typedName } from "../../cli/src/typed-name.ts";
import { wrap } from "../../cli/src/output/wrap.ts";

describe("the width of text on a terminal", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["", 0],
    ["abc", 3],
    ["存证", 4],
    ["a存b证", 6],
    ["✔ VERIFIED", 10],
    ["（全角）", 8],
    ["한글", 4],
    ["e\u0301", 1],
    ["𠀋", 2],
    ["\u001b[32m✔\u001b[39m", 1],
    ["…", 1],
  ];

  for (const [text, width] of cases) {
    it(`of ${JSON.stringify(text)} is ${width}`, () => expect(displayWidth(text)).to.equal(width));
  }

  it("has its cases", () => expect(cases).to.have.length(11));

  it("is what padding fills up to", () => {
    expect(padEnd("存证", 6)).to.equal("存证  ");
    expect(padStart("存证", 6)).to.equal("  存证");
    expect(padEnd("too long", 3)).to.equal("too long");
  });

  it("is what clipping keeps within, never half a glyph", () => {
    expect(clip("数据交易", 8)).to.equal("数据交易");
    expect(clip("数据交易", 6)).to.equal("数据…");
    expect(displayWidth(clip("数据交易全过程", 7))).to.be.at.most(7);
  });
});

describe("folding a text", () => {
  const cases: readonly (readonly [string, number | undefined, readonly string[]])[] = [
    ["one two three", undefined, ["one two three"]],
    ["one two three", 13, ["one two three"]],
    ["one two three", 8, ["one two", "three"]],
    ["one two three", 7, ["one two", "three"]],
    ["a 0123456789 b", 5, ["a 012", "34567", "89 b"]],
    ["记录在该时刻之前", 6, ["记录在", "该时刻", "之前"]],
    ["链上 block 28 已终局", 10, ["链上 block", "28 已终局"]],
    ["记录内容（自述），完", 10, ["记录内容", "（自述），", "完"]],
    ["", 5, [""]],
  ];

  for (const [text, width, lines] of cases) {
    it(`of ${JSON.stringify(text)} to ${String(width)} columns`, () => {
      expect(wrap(text, width)).to.deep.equal(lines);
      if (width !== undefined) for (const line of lines) expect(displayWidth(line)).to.be.at.most(width);
    });
  }

  it("has its cases", () => expect(cases).to.have.length(9));

  it("loses nothing but blanks at the ends of lines, whatever the width", () => {
    const text =
      "Block 6 is sealed by 0x4376ab1767712bd6ce14751ea41cb1dd2de0270f，（仅由单一运营者见证）, e\u0301 👩‍👩‍👧 end";
    for (let width = 2; width < 100; width += 1) {
      expect(wrap(text, width).join("").replaceAll(" ", ""), String(width)).to.equal(text.replaceAll(" ", ""));
    }
  });

  it("puts a row's text beside its other cells where there is room, else below", () => {
    const rows = [
      ["a", "one two three"],
      ["bbb", "four"],
    ];
    expect(foldedRows(rows, 15, 10)).to.deep.equal([["a    one two", "     three"], ["bbb  four"]]);
    expect(foldedRows(rows, 15, 11)).to.deep.equal([
      ["a", "  one two three"],
      ["bbb", "  four"],
    ]);
    expect(foldedRows(rows, undefined)).to.deep.equal([["a    one two three"], ["bbb  four"]]);
  });
});

describe("text from outside", () => {
  it("can't steer the terminal or turn the line around", () => {
    expect(printable("a\u001b[2Jb")).to.equal("a\\u{1b}[2Jb");
    expect(printable("x\u202egnp.exe\n")).to.equal("x\\u{202e}gnp.exe\\u{a}");
    expect(printable("存证 ok")).to.equal("存证 ok");
  });
});

describe("the node's log on a terminal", () => {
  const clock = new Date(0).toTimeString().slice(0, 8);
  const cases: readonly (readonly [string, string])[] = [
    ['{"level":30,"time":0,"pid":7,"hostname":"h","size":3,"msg":"node listens"}', `${clock}  node listens  size=3`],
    ['{"level":40,"time":0,"msg":"beware","chain":{"id":1}}', `${clock}  warn  beware  chain={"id":1}`],
    ['{"level":50,"time":0,"msg":"a\\u001b[2Jb"}', `${clock}  error  a\\u{1b}[2Jb`],
    ["no JSON\u001b[2J", "no JSON\\u{1b}[2J"],
    ["[1]", "[1]"],
  ];

  for (const [line, shown] of cases) {
    it(`shows ${printable(line)}`, () => expect(readableLogLine(line)).to.equal(shown));
  }

  it("has its cases", () => expect(cases).to.have.length(5));
});

describe("a table", () => {
  it("aligns columns of Chinese and Latin text", () => {
    const lines = tableLines(
      [
        ["名称", "n"],
        ["name", "10"],
      ],
      ["left", "right"],
    );
    expect(lines).to.deep.equal(["名称   n", "name  10"]);
    expect(new Set(lines.map(displayWidth)).size).to.equal(1);
  });

  it("has no blanks at the end of a line and takes short rows", () => {
    expect(tableLines([["a"], ["bb", "c"]])).to.deep.equal(["a", "bb  c"]);
    expect(tableLines([])).to.deep.equal([]);
  });
});

describe("the exit code of several things", () => {
  const cases: readonly (readonly [readonly ExitCode[], ExitCode])[] = [
    [[], 3],
    [[0, 0], 0],
    [[0, 3], 3],
    [[3, 1, 0], 1],
    [[2, 3], 2],
    [[2, 1], 1],
    [[0, 2], 2],
  ];

  for (const [codes, worst] of cases) {
    it(`${JSON.stringify(codes)} is ${worst}`, () => expect(worstExit(codes)).to.equal(worst));
  }

  it("has its cases", () => expect(cases).to.have.length(7));
});

describe("a hint to type", () => {
  it("names the command as the shell knows it: in a clone by npx", () => {
    expect(typedName({})).to.equal("lianzheng");
    expect(typedName({ npm_config_user_agent: "npm/11 node/v20" })).to.equal("npx lianzheng");
  });
});
