import { execFile, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { expect } from "chai";
import type { EvidenceLog } from "@lianzheng/node/log";
import { encodeVerifierKey } from "@lianzheng/sdk/log";
import { withFolder } from "../journal/fixture.ts";
import { openLog, origin, publicKey, submitOne } from "../log-node/fixture.ts";
import { served, witnessIn, witnessKey, witnessVerifier } from "../witness/fixture.ts";
import { Witnesses } from "@lianzheng/node/witness";
import { diskFiles } from "@lianzheng/node/journal";

const logKey = encodeVerifierKey(origin, publicKey);
const program = join(tmpdir(), `lianzheng-interop-${process.pid}`);

/** Builds the Go programs; undefined when it can, else why not. */
function build(): string | undefined {
  const options = { cwd: import.meta.dirname, encoding: "utf8", timeout: 240_000 } as const;
  const { status, stderr, error } = spawnSync("go", ["build", "-o", program, "."], options);
  return status === 0 ? undefined : (error?.message ?? stderr).trim().slice(-500);
}

interface Ran {
  readonly code: number;
  readonly said: string;
}

function run(args: readonly string[], stdin = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, said: stdout + stderr });
    });
    child.stdin?.end(stdin);
  });
}

/** A web server that knows files and nothing else. */
async function servingFiles<Result>(folder: string, use: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer((request, response) => {
    readFile(join(folder, normalize(request.url ?? "/"))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function grow(log: EvidenceLog, count: number): Promise<void> {
  const size = log.size;
  await Promise.all(Array.from({ length: count }, (_, at) => submitOne(log, `g${size + at}`)));
}

describe("programs in Go that others wrote", function () {
  this.timeout(300_000);

  before(function () {
    const missing = build();
    if (missing === undefined) return;
    if (process.env["LIANZHENG_INTEROP"] === "required") throw new Error(`the Go programs cannot be built: ${missing}`);
    console.error(`\n  SKIPPED: the log was not held against Tessera, for its program cannot be built: ${missing}\n`);
    this.skip();
  });

  it("Tessera's fsck accepts the files of the log from a plain web server, and refuses them with one bit flipped", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory, { publication: { entries: "open", everyMs: 3_600_000 } });
      const folder = join(directory, "log");
      await servingFiles(folder, async (url) => {
        for (const count of [1, 6, 249, 1, 400]) {
          await grow(log, count);
          await log.publish();
          const { code, said } = await run(["fsck", url, logKey]);
          expect(code, said).to.equal(0);
          expect(said).to.include(`Successfully fsck'd log with size ${log.size}`);
        }
        for (const path of ["tile/0/001", "tile/1/000.p/2", "tile/entries/000", "checkpoint"]) {
          const file = join(folder, path);
          const good = await readFile(file);
          const at = (await stat(file)).size >> 1;
          await writeFile(
            file,
            good.map((byte, place) => (place === at ? byte ^ 1 : byte)),
          );
          expect((await run(["fsck", url, logKey])).code, path).to.equal(1);
          await writeFile(file, good);
        }
        expect((await run(["fsck", url, logKey])).code).to.equal(0);
      });
      await log.close();
    }));

  it("the transparency-dev note library accepts a cosignature, and refuses one of another checkpoint", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory);
      const witness = witnessIn(join(directory, "state"));
      await served(
        (body) => witness.answer(body),
        async (url) => {
          const witnesses = await Witnesses.open({
            directory: join(directory, "witnesses"),
            peers: [{ name: witnessVerifier.name, verifier: witnessVerifier, url }],
            files: diskFiles,
            consistencyProof: (from, to) => log.consistencyProof(from, to),
            patienceMs: 5_000,
            refused: () => undefined,
          });
          await grow(log, 3);
          const cosigned = await witnesses.cosign(log.checkpoint());
          expect(await run(["cosigned", logKey, witnessKey], cosigned)).to.deep.equal({ code: 0, said: "ok\n" });
          expect((await run(["cosigned", logKey, witnessKey], log.checkpoint())).code).to.equal(1);
          await grow(log, 1);
          const lines = cosigned.split("\n").filter((line) => line.includes(witnessVerifier.name));
          const mixed = `${log.checkpoint()}${lines.join("\n")}\n`;
          expect((await run(["cosigned", logKey, witnessKey], mixed)).code).to.equal(1);
        },
      );
      await log.close();
    }));
});
