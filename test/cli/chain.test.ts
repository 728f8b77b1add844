import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect } from "chai";
import { inFolder, jsonOf, lianzheng } from "./command.ts";
import { endServices, startService } from "./service.ts";

async function ask(url: unknown, method: string): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: [] });
  const response = await fetch(String(url), { method: "POST", headers: { "content-type": "application/json" }, body });
  return ((await response.json()) as { readonly result: unknown }).result;
}

describe("lianzheng chain", function () {
  this.timeout(60_000);
  afterEach(endServices);

  it("prints its address and who seals, and says that one operator alone witnesses it", () =>
    inFolder(async (cwd) => {
      const { ready, stop } = await startService(["chain", "c", "--port", "0", "--chain-id", "777"], { cwd });
      expect(ready).to.include({ schema: 1, result: "started", chainId: 777, exitCode: 0 });
      expect(ready["notice"]).to.match(/one operator alone/);
      expect(await ask(ready["url"], "eth_chainId")).to.equal("0x309");
      expect(await stop("SIGTERM")).to.equal(0);
    }));

  it("ends with 130 at Ctrl-C, and is the same chain at the next start", () =>
    inFolder(async (cwd) => {
      const first = await startService(["chain", "c", "--port", "0"], { cwd });
      expect(await first.stop("SIGINT")).to.equal(130);
      const second = await startService(["chain", "c", "--port", "0"], { cwd });
      const same = ["genesis", "sealer", "chainId"].map((name) => [first.ready[name], second.ready[name]]);
      for (const [before, after] of same) expect(after).to.equal(before);
      expect(await second.stop("SIGTERM")).to.equal(0);
    }));

  it("names the process that has its folder", () =>
    inFolder(async (cwd) => {
      const { stop } = await startService(["chain", "c", "--port", "0"], { cwd });
      const refused = await lianzheng(["chain", "c", "--port", "0", "--json"], { cwd });
      expect(refused.exitCode).to.equal(3);
      expect(jsonOf(refused)).to.include({ result: "error", code: "C_LOCKED" });
      await stop("SIGTERM");
    }));

  it("says that its port is taken, and refuses another chain's id", () =>
    inFolder(async (cwd) => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const taken = await lianzheng(["chain", "c", "--port", String(port), "--json"], { cwd });
      server.close();
      expect([taken.exitCode, jsonOf(taken)["code"]]).to.deep.equal([3, "E_PORT_IN_USE"]);
      const other = await lianzheng(["chain", "c", "--port", "0", "--chain-id", "5", "--json"], { cwd });
      expect([other.exitCode, jsonOf(other)["code"]]).to.deep.equal([2, "C_IDENTITY"]);
    }));
});
