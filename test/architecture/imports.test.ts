import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect } from "chai";
import ts from "typescript";

const root = resolve(import.meta.dirname, "../..");

/** Which rooms a room may import, as docs/architecture.md draws them. A room that is not listed may not exist. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "sdk/encoding": [],
  "sdk/record": ["sdk/encoding"],
  "sdk/log": ["sdk/encoding"],
  "sdk/chain": ["sdk/encoding"],
  "sdk/contracts": ["sdk/chain"],
  "sdk/evidence": ["sdk/chain", "sdk/log", "sdk/record", "sdk/encoding"],
  "sdk/timestamp": ["sdk/evidence", "sdk/log", "sdk/record", "sdk/encoding"],
  "sdk/online": [
    ...["sdk/timestamp", "sdk/client", "sdk/contracts"],
    ...["sdk/evidence", "sdk/chain", "sdk/log", "sdk/record", "sdk/encoding"],
  ],
  "sdk/schemas": ["sdk/record", "sdk/encoding"],
  "sdk/refusal": ["sdk/evidence", "sdk/log", "sdk/record", "sdk/encoding"],
  "sdk/redaction": ["sdk/evidence", "sdk/log", "sdk/record", "sdk/encoding"],
  "sdk/dossier": ["sdk/evidence", "sdk/record", "sdk/encoding"],
  "sdk/cose": ["sdk/log", "sdk/encoding"],
  "sdk/credential": ["sdk/record", "sdk/encoding"],
  "sdk/guomi": ["sdk/evidence", "sdk/record", "sdk/encoding"],
  "sdk/audit": ["sdk/log", "sdk/record", "sdk/encoding"],
  "sdk/client": ["sdk/evidence", "sdk/chain", "sdk/log", "sdk/record", "sdk/encoding"],
  "node/journal": ["node", "sdk/*"],
  "node/vault": ["node/journal", "node", "sdk/*"],
  "node/index": ["node/journal", "node", "sdk/*"],
  "node/log": ["node/index", "node/vault", "node/journal", "node", "sdk/*"],
  "node/witness": ["node/journal", "node", "sdk/*"],
  "node/anchor": ["node/log", "node", "sdk/*"],
  "node/registry": ["node/anchor", "node", "sdk/*"],
  "node/api": ["node/anchor", "node/log", "node", "sdk/*"],
  "node/events": ["node/log", "node", "sdk/*"],
  "node/monitor": ["node/events", "node/log", "node/config", "node", "sdk/*"],
  "node/policies": ["node/config", "node/deployment", "node", "sdk/*"],
  "node/telemetry": ["node", "sdk/*"],
  "node/config": ["node", "sdk/*"],
  "node/deployment": ["node", "sdk/*"],
  "node/embedded": ["node", "sdk/*"],
  node: ["node/*", "sdk/*"],
  cli: ["node/*", "node", "sdk/*"],
};

/** Node's files beside its rooms that a room may use: they import no room themselves. */
const shared = new Set(["node/src/errors.ts", "node/src/chain-error.ts", "node/src/scopes.ts", "node/src/tracing.ts"]);

interface Import {
  readonly file: string;
  /** Path of the imported file. */
  readonly target: string;
  readonly specifier: string;
  readonly from: string;
  readonly to: string;
}

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => file.endsWith(".ts") && !file.startsWith("sdk/src/chain/contracts/"));
}

function roomOf(file: string): string {
  const [pack, , room, ...rest] = file.split("/");
  if (pack === "cli") return "cli";
  return room === undefined || rest.length === 0 ? String(pack) : `${String(pack)}/${room}`;
}

function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return relative(root, resolve(root, dirname(file), specifier));
  const named = /^@lianzheng\/(sdk|node)(?:\/([a-z-]+))?$/.exec(specifier);
  if (named === null) return undefined;
  return named[2] === undefined ? `${String(named[1])}/src/main.ts` : `${String(named[1])}/src/${named[2]}/index.ts`;
}

function importsOf(file: string): readonly Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"), true, true);
  return importedFiles.flatMap(({ fileName: specifier }) => {
    const target = targetOf(file, specifier);
    return target === undefined ? [] : [{ file, target, specifier, from: roomOf(file), to: targetRoom(target) }];
  });
}

function targetRoom(target: string): string {
  return shared.has(target) ? "shared" : roomOf(target);
}

function allowed({ from, to }: Import): boolean {
  if (from === to || (to === "shared" && from.startsWith("node"))) return true;
  return (arrows[from] ?? []).some((room) => (room.endsWith("/*") ? to.startsWith(room.slice(0, -1)) : room === to));
}

/** Files that import each other in a circle, types included: one of them, and the way back to it. */
function circles(): readonly string[] {
  const next = new Map(files.map((file) => [file, imports.filter((found) => found.file === file)]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(" -> "));
    if (way.includes(file) || done.has(file)) return;
    for (const { target } of next.get(file) ?? []) walk(target, [...way, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}

const files = ["sdk/src", "node/src", "cli/src"].flatMap(sources);
const imports = files.flatMap(importsOf);

describe("the rooms", () => {
  it("were really walked", () => {
    expect(files.length).to.be.greaterThan(80);
    expect(imports.length).to.be.greaterThan(200);
  });

  it("are all drawn in docs/architecture.md", () => {
    const drawn = readFileSync(join(root, "docs/architecture.md"), "utf8");
    for (const room of new Set(files.map(roomOf))) {
      expect(arrows, `room ${room} has no arrows`).to.have.property(room);
      expect(drawn).to.contain(`${room.split("/").at(-1) ?? room}/`);
    }
  });

  it("import only along the arrows", () => {
    const wrong = imports.filter((found) => !allowed(found));
    expect(wrong.map(({ file, specifier }) => `${file} imports ${specifier}`)).to.deep.equal([]);
  });

  it("hold no files that import each other in a circle", () => {
    expect(circles()).to.deep.equal([]);
  });

  it("of the sdk use nothing that a browser lacks", () => {
    const offending = sources("sdk/src").filter((file) =>
      /\bfrom "node:|\bBuffer\b|\bprocess\.|\brequire\(/.test(readFileSync(join(root, file), "utf8")),
    );
    expect(offending).to.deep.equal([]);
  });
});
