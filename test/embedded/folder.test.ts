import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeHeader,
  decodeReceipt,
  encodeHeader,
  encodeReceipt,
  headerHash,
  headerOf,
  proveReceipt,
  recoverSealer,
} from "@lianzheng/sdk/chain";
import type { RpcBlock, RpcReceipt } from "@lianzheng/sdk/chain";
import { fromHex, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { EmbeddedChain, EmbeddedChainOptions } from "@lianzheng/node/embedded";
import { expect } from "chai";
import { getCreateAddress } from "ethers";
import { Level } from "level";
import {
  alice,
  bob,
  chainId,
  folder,
  openChain,
  refusal,
  removeFolders,
  sealerKey,
  send,
  signed,
} from "./fixtures/chains.ts";
import { probe } from "./fixtures/probe.ts";

const probeAddress = getCreateAddress({ from: alice.address, nonce: 0 });
const notes = 9;

/** A contract and some blocks of calls to it; the clock stands still. */
async function fill(chain: EmbeddedChain): Promise<void> {
  await send(chain, await signed(alice, 0, { data: probe.creation(1n) }));
  for (let nonce = 1; nonce <= notes; nonce++)
    await send(chain, await signed(alice, nonce, { to: probeAddress, data: probe.encode("note", nonce, "0xaa") }));
}

/** Everything that the chain can be asked about its past. */
async function memory(chain: EmbeddedChain): Promise<unknown> {
  const said: unknown[] = [await chain.request("eth_blockNumber"), chain.genesis];
  for (let number = 0; number <= notes + 1; number++) {
    const tag = `0x${number.toString(16)}`;
    said.push(await chain.request("eth_getBlockByNumber", [tag, true]));
    said.push(await chain.request("eth_getBlockReceipts", [tag]));
    said.push(await chain.request("eth_call", [{ to: probeAddress, data: probe.encode("count") }, tag]));
    said.push(await chain.request("eth_getStorageAt", [probeAddress, "0x1", tag]));
    said.push(await chain.request("eth_getProof", [probeAddress, ["0x1"], tag]));
    said.push(await chain.request("eth_getTransactionCount", [alice.address, tag]));
  }
  said.push(await chain.request("eth_getLogs", [{ fromBlock: "0x0", address: probeAddress }]));
  return said;
}

describe("the folder of an embedded chain", function () {
  this.timeout(20_000);
  let directory: string;

  before(async () => {
    directory = await folder();
    const chain = await openChain({ directory });
    await fill(chain);
    await chain.close();
  });
  after(removeFolders);

  async function copy(): Promise<string> {
    const to = await folder();
    cpSync(directory, to, { recursive: true });
    return to;
  }

  it("tells the same of every block, receipt, log, old state and proof after it is opened again", async () => {
    const fresh = await folder();
    const chain = await openChain({ directory: fresh });
    await fill(chain);
    const before = await memory(chain);
    await chain.close();
    const again = await openChain({ directory: fresh });
    expect(await memory(again)).to.deep.equal(before);
    await send(again, await signed(alice, notes + 1, { to: probeAddress, data: probe.encode("note", 50, "0x") }));
    expect(await again.request("eth_blockNumber")).to.equal("0xb");
    await again.close();
  });

  it("answers of old states what was true then", async () => {
    const chain = await openChain({ directory: await copy() });
    for (const [tag, count] of [
      ["0x1", 1n],
      ["0x4", 4n],
      ["latest", 10n],
    ] as const)
      expect(
        BigInt((await chain.request("eth_call", [{ to: probeAddress, data: probe.encode("count") }, tag])) as string),
      ).to.equal(count);
    expect(await chain.request("eth_getCode", [probeAddress, "0x0"])).to.equal("0x");
    await chain.close();
  });

  it("makes headers that encode to their hash, in which the operator's seal is", async () => {
    const chain = await openChain({ directory: await copy() });
    let parent: RpcBlock | undefined;
    for (let number = 0; number <= notes + 1; number++) {
      const block = (await chain.request("eth_getBlockByNumber", [`0x${number.toString(16)}`, false])) as RpcBlock;
      const bytes = encodeHeader(block);
      expect(toHex(headerHash(bytes))).to.equal(block.hash);
      expect(decodeHeader(bytes)).to.deep.equal(headerOf(block));
      expect(recoverSealer(headerOf(block))).to.equal(chain.sealer);
      expect(block.miner).to.equal(chain.sealer);
      if (parent !== undefined) {
        expect(block.parentHash).to.equal(parent.hash);
        expect(Number(block.timestamp)).to.be.at.least(Number(parent.timestamp));
      } else expect(block.hash).to.equal(chain.genesis);
      parent = block;
    }
    await chain.close();
  });

  it("makes receipts that prove themselves against the header", async () => {
    const chain = await openChain({ directory: await copy() });
    await Promise.all(
      [11, 10, 12].map(async (nonce) =>
        send(
          chain,
          await signed(alice, nonce, { type: nonce % 3, to: probeAddress, data: probe.encode("note", nonce, "0x0b") }),
        ),
      ),
    );
    const block = (await chain.request("eth_getBlockByNumber", ["latest", false])) as RpcBlock;
    const receipts = (await chain.request("eth_getBlockReceipts", ["latest"])) as (RpcReceipt & { logsBloom: Hex })[];
    expect(receipts).to.have.length(3);
    for (const [index, receipt] of receipts.entries()) {
      const { root } = proveReceipt(receipts, index);
      expect(root).to.equal(block.receiptsRoot);
      expect(decodeReceipt(encodeReceipt(receipt)).logs).to.deep.equal(
        receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })),
      );
    }
    await chain.close();
  });

  it("has one genesis for one chain id and sealer, and another for others", async () => {
    const options: Partial<EmbeddedChainOptions>[] = [
      {},
      {},
      { chainId: 5 },
      { sealerKey: `0x${"77".repeat(32)}` },
      { alloc: { [`0x${"01".repeat(20)}`]: 1n } },
    ];
    const hashes: string[] = [];
    for (const each of options) {
      const chain = await openChain(each);
      hashes.push(chain.genesis);
      await chain.close();
    }
    expect(hashes[0]).to.equal(hashes[1]);
    expect(new Set(hashes).size).to.equal(4);
  });

  it("takes time from the clock, and never goes back when the clock does", async () => {
    let now = 2_000_000_000_000;
    const chain = await openChain({ now: () => now });
    const times: number[] = [];
    for (const clock of [2_000_000_000_000, 2_000_000_000_500, 1_000, 2_000_000_100_000]) {
      now = clock;
      await send(chain, await signed(bob, times.length, { to: bob.address }));
      times.push(Number(((await chain.request("eth_getBlockByNumber", ["latest", false])) as RpcBlock).timestamp));
    }
    expect(times).to.deep.equal([2_000_000_000, 2_000_000_000, 2_000_000_000, 2_000_000_100]);
    await chain.close();
  });

  for (const [what, options] of [
    ["another chain id", { chainId: chainId + 1 }],
    ["another sealer", { sealerKey: `0x${"01".repeat(32)}` }],
  ] as const)
    it(`is not opened for ${what}`, async () => {
      const error = await refusal(openChain({ directory, ...options }), "C_IDENTITY");
      expect(error.details).to.have.keys("expected", "actual");
    });

  for (const [field, options] of [
    ["chainId", { chainId: 0 }],
    ["chainId", { chainId: 1.5 }],
    ["sealerKey", { sealerKey: "0x1234" as Hex }],
    ["sealerKey", { sealerKey: `0x${"00".repeat(32)}` }],
  ] as const)
    it(`is not opened with ${field} ${JSON.stringify(Object.values(options)[0])}, and the key is not told`, async () => {
      const error = await refusal(openChain({ directory, ...options }), "C_OPTIONS");
      expect(error.details["field"]).to.equal(field);
      expect(JSON.stringify([error.message, error.details, error.cause])).to.not.contain("0x1234");
    });

  it("has one owner in one process too, even after its lock file was read", async () => {
    const mine = await copy();
    const chain = await openChain({ directory: mine });
    cpSync(mine, await folder(), { recursive: true });
    const error = await refusal(openChain({ directory: `${mine}/.` }), "C_LOCKED");
    expect(error.details["pid"]).to.equal(process.pid);
    await send(chain, await signed(bob, 0, { to: bob.address }));
    await chain.close();
    await (await openChain({ directory: mine })).close();
  });

  it("opens after a crash whose owner's process id is somebody else's now", async () => {
    const mine = await copy();
    writeFileSync(join(mine, "OWNER"), "1 0\n");
    await (await openChain({ directory: mine })).close();
  });

  /** Changes one value behind the chain's back, as another program would. */
  async function tamper(mine: string, change: (level: Level<string, Uint8Array>) => Promise<void>): Promise<void> {
    const level = new Level<string, Uint8Array>(mine, { keyEncoding: "utf8", valueEncoding: "view" });
    await level.open();
    await change(level);
    await level.close();
  }

  async function firstKey(level: Level<string, Uint8Array>, prefix: string, reverse = false): Promise<string> {
    const [key] = await level.keys({ gte: prefix, lt: `${prefix}~`, limit: 1, reverse }).all();
    return key!;
  }

  const damages: readonly (readonly [string, (level: Level<string, Uint8Array>) => Promise<void>])[] = [
    ["the head's block is gone", async (level) => level.del(await firstKey(level, "b/", true))],
    ["the head's receipts are gone", async (level) => level.del(await firstKey(level, "r/", true))],
    ["a block before it is gone", async (level) => level.del("b/00000000000005")],
    [
      "two blocks are swapped",
      async (level) => {
        const [a, b] = [await level.get("b/00000000000005"), await level.get("b/00000000000006")];
        await level.batch([
          { type: "put", key: "b/00000000000005", value: b },
          { type: "put", key: "b/00000000000006", value: a },
        ]);
      },
    ],
    [
      "a byte of the head's block is another",
      async (level) => {
        const key = await firstKey(level, "b/", true);
        const value = Uint8Array.from(await level.get(key));
        value[100]! ^= 1;
        await level.put(key, value);
      },
    ],
    [
      "the head points to an older block",
      async (level) => {
        await level.put(
          "m/head",
          (await level.get("m/head")).map((byte, at) => (at === 14 ? 3 : byte)),
        );
      },
    ],
    ["the head is gone", async (level) => level.del("m/head")],
    ["the identity is gone", async (level) => level.del("m/identity")],
    [
      "the state's trie is gone",
      async (level) => {
        for (const key of await level.keys({ gte: "t/", lt: "t~" }).all()) await level.del(key);
      },
    ],
    ["everything is gone", async (level) => level.clear()],
  ];

  for (const [what, change] of damages)
    it(`is not opened when ${what}`, async () => {
      const mine = await copy();
      await tamper(mine, change);
      const files = readdirSync(mine);
      await refusal(openChain({ directory: mine }), "C_DAMAGED");
      expect(readdirSync(mine)).to.include.members(files.filter((name) => !/\.(log|ldb)$|MANIFEST|OWNER/.test(name)));
    });

  it("is not opened when LevelDB's own log was lost, which LevelDB does not say", async () => {
    const mine = await folder();
    const chain = await openChain({ directory: mine });
    await fill(chain);
    const copied = await folder();
    cpSync(mine, copied, { recursive: true });
    await chain.close();
    rmSync(join(copied, "OWNER"));
    for (const name of readdirSync(copied).filter((each) => each.endsWith(".log")))
      writeFileSync(join(copied, name), "");
    const error = await refusal(openChain({ directory: copied }), "C_DAMAGED");
    expect(error.message).to.contain("block 10 was there");
  });

  it("opens with a torn note of the head, and with none", async () => {
    const mine = await copy();
    const note = join(mine, "HEAD-WITNESS");
    writeFileSync(note, Uint8Array.from(readFileSync(note)).fill(0xff, 0, 48));
    await (await openChain({ directory: mine })).close();
    rmSync(note);
    await (await openChain({ directory: mine })).close();
  });

  it("is closed once and for all", async () => {
    const chain = await openChain();
    await Promise.all([chain.close(), chain.close()]);
    await refusal(chain.request("eth_blockNumber"), "C_CLOSED");
  });

  it("ends the block in the making before it closes", async () => {
    const mine = await folder();
    const chain = await openChain({ directory: mine });
    const sent = [];
    for (let nonce = 0; nonce < 20; nonce++) sent.push(send(chain, await signed(bob, nonce, { to: bob.address })));
    const [answers] = await Promise.all([Promise.allSettled(sent), chain.close()]);
    const acknowledged = answers.filter(({ status }) => status === "fulfilled").length;
    const again = await openChain({ directory: mine });
    expect(Number(await again.request("eth_getTransactionCount", [bob.address]))).to.equal(acknowledged);
    await again.close();
  });

  it("knows nothing of sealerKey in its files", () => {
    for (const name of readdirSync(directory)) {
      const bytes = readFileSync(join(directory, name));
      expect(bytes.includes(Buffer.from(fromHex(sealerKey))), name).to.equal(false);
      expect(bytes.includes(sealerKey.slice(2)), name).to.equal(false);
    }
  });
});
