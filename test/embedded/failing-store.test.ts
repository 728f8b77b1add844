import { expect } from "chai";
import { Level } from "level";
import { alice, bob, folder, openChain, refusal, removeFolders, send, signed } from "./fixtures/chains.ts";

type Batch = (...args: never[]) => unknown;

/** LevelDB has no port of its own, so the library's class is the place where its writes can be made to fail. */
async function withFailingWrites(manner: "before" | "after", work: () => Promise<void>): Promise<void> {
  const prototype = Level.prototype as unknown as { batch: Batch };
  const inherited = prototype.batch;
  prototype.batch = async function (this: unknown, ...args: never[]) {
    if (manner === "after") await inherited.apply(this, args);
    throw Object.assign(new Error("planned failure"), { code: "LEVEL_IO_ERROR" });
  };
  try {
    await work();
  } finally {
    Reflect.deleteProperty(prototype, "batch");
  }
}

describe("a write of the embedded chain that fails", function () {
  this.timeout(20_000);
  after(removeFolders);

  for (const manner of ["before", "after"] as const)
    it(`ends writing; what it left is known at the next opening, and counts once (${manner})`, async () => {
      const directory = await folder();
      const chain = await openChain({ directory });
      const first = await signed(alice, 0, { to: bob.address, data: "0x01" });
      await withFailingWrites(manner, async () => {
        await refusal(send(chain, first), "C_STORAGE");
      });
      await refusal(send(chain, await signed(bob, 0, { to: alice.address, data: "0x02" })), "C_STORAGE");
      expect(await chain.request("eth_blockNumber")).to.equal("0x0");
      await chain.close();
      const again = await openChain({ directory });
      expect(await again.request("eth_blockNumber")).to.equal(manner === "after" ? "0x1" : "0x0");
      if (manner === "after") await refusal(send(again, first), "C_TX_KNOWN");
      else await send(again, first);
      expect(await again.request("eth_blockNumber")).to.equal("0x1");
      expect(await again.request("eth_getTransactionCount", [alice.address, "latest"])).to.equal("0x1");
      await again.close();
    });
});
