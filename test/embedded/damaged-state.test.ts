import { cpSync } from "node:fs";
import type { EmbeddedChain } from "@lianzheng/node/embedded";
import { expect } from "chai";
import { getCreateAddress } from "ethers";
import { Level } from "level";
import { ChainError } from "../../node/src/chain-error.ts";
import { alice, folder, openChain, removeFolders, send, signed } from "./fixtures/chains.ts";
import { probe } from "./fixtures/probe.ts";

const probeAddress = getCreateAddress({ from: alice.address, nonce: 0 });
const notes = 3;

type Nodes = Level<string, Uint8Array>;

const damages: Readonly<Record<string, (nodes: Nodes, key: string) => Promise<void>>> = {
  missing: (nodes, key) => nodes.del(key),
  altered: async (nodes, key) => {
    const value = Uint8Array.from(await nodes.get(key));
    value[10]! ^= 1;
    await nodes.put(key, value);
  },
};

/** Everything that reads the newest state, and a transaction that writes to it. */
const questions: readonly ((chain: EmbeddedChain) => Promise<unknown>)[] = [
  (chain) => chain.request("eth_call", [{ to: probeAddress, data: probe.encode("count") }, "latest"]),
  (chain) => chain.request("eth_getStorageAt", [probeAddress, "0x1", "latest"]),
  (chain) => chain.request("eth_getCode", [probeAddress, "latest"]),
  (chain) => chain.request("eth_getTransactionCount", [alice.address, "latest"]),
  (chain) => chain.request("eth_getProof", [probeAddress, ["0x1"], "latest"]),
  async (chain) => {
    const call = { to: probeAddress, data: probe.encode("note", notes + 1, "0xaa") };
    await send(chain, await signed(alice, notes + 1, call));
    const block = (await chain.request("eth_getBlockByNumber", ["latest", false])) as { stateRoot: string };
    return block.stateRoot;
  },
];

/** What a chain says, or the code with which it refuses to. */
async function sayings(chain: EmbeddedChain): Promise<readonly string[]> {
  const said: string[] = [];
  for (const ask of questions) {
    const answer = await ask(chain).catch((error: unknown) => {
      expect(error).to.be.instanceOf(ChainError);
      return (error as ChainError).code;
    });
    said.push(JSON.stringify(answer));
  }
  return said;
}

describe("the state of an embedded chain", function () {
  this.timeout(60_000);
  let directory: string;
  let truth: readonly string[];
  let keys: readonly string[];

  async function copied(change: (nodes: Nodes) => Promise<void> = () => Promise.resolve()): Promise<string> {
    const mine = await folder();
    cpSync(directory, mine, { recursive: true });
    const nodes: Nodes = new Level(mine, { keyEncoding: "utf8", valueEncoding: "view" });
    await nodes.open();
    await change(nodes);
    await nodes.close();
    return mine;
  }

  before(async () => {
    directory = await folder();
    const chain = await openChain({ directory, now: () => 0 });
    await send(chain, await signed(alice, 0, { data: probe.creation(1n) }));
    for (let nonce = 1; nonce <= notes; nonce++)
      await send(chain, await signed(alice, nonce, { to: probeAddress, data: probe.encode("note", nonce, "0xaa") }));
    await chain.close();
    const mine = await copied(async (nodes) => {
      keys = await nodes.keys({ gte: "t/", lt: "t~" }).all();
    });
    const whole = await openChain({ directory: mine, now: () => 0 });
    truth = await sayings(whole);
    await whole.close();
  });
  after(removeFolders);

  for (const [what, damage] of Object.entries(damages))
    it(`with any one node ${what} is told as it was or not at all, and the chain closes in order`, async () => {
      let refused = 0;
      for (const key of keys) {
        const mine = await copied((nodes) => damage(nodes, key));
        const chain = await openChain({ directory: mine, now: () => 0 }).catch((error: unknown) => {
          expect(error).to.be.instanceOf(ChainError).with.property("code", "C_DAMAGED");
          return undefined;
        });
        if (chain === undefined) {
          refused += 1;
          continue;
        }
        const said = await sayings(chain);
        for (const [at, saying] of said.entries()) expect(saying).to.be.oneOf([truth[at], '"C_DAMAGED"']);
        if (said.includes('"C_DAMAGED"')) refused += 1;
        await chain.close();
      }
      expect([keys.length, refused]).to.deep.equal([31, 6]);
    });
});
