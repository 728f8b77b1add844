import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, lianzheng } from "./command.ts";
import { endServices, startService } from "./service.ts";

const record = JSON.stringify({
  type: "x-test.step",
  subject: "thing:1",
  occurredAt: "2026-11-22T09:14:05.120Z",
  body: { step: 1 },
});

describe("lianzheng start with a log that can write no more", function () {
  this.timeout(60_000);
  afterEach(endServices);

  it("ends by itself with 3, so that whoever watches over it starts it again, and that start is whole", () =>
    inFolder(async (cwd) => {
      const about = [
        "--origin",
        "log.x/1",
        "--owner",
        "91460000MA5DEM119H",
        "--port",
        "0",
        "--token-file",
        "t",
        "--json",
      ];
      const made = await lianzheng(["init", "node", ...about], { cwd });
      expect(made.exitCode, made.stderr + made.stdout).to.equal(0);
      const token = (await readFile(join(cwd, "t"), "utf8")).trim();
      const { ready, ended } = await startService(["start", "node"], { cwd });
      const submit = (key: string): Promise<Response> =>
        fetch(`${String(ready["url"])}/v1/records`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": key },
          body: record,
        });
      expect((await submit("k1")).status).to.equal(201);
      await rm(join(cwd, "node", "journal", "LOCK"));
      expect((await submit("k2")).status).to.equal(503);
      const { exitCode, stderr, stdout } = await ended;
      expect(exitCode, stderr).to.equal(3);
      expect(stdout + stderr).to.contain("JOURNAL_LOCK_LOST");
      const again = await startService(["start", "node"], { cwd });
      expect(again.ready).to.include({ result: "started" });
      expect(await again.stop("SIGTERM")).to.equal(0);
    }));
});
