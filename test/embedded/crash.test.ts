import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { encodeHeader, headerHash } from "@lianzheng/sdk/chain";
import type { RpcBlock } from "@lianzheng/sdk/chain";
import type { EmbeddedChain } from "@lianzheng/node/embedded";
import { toHex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { getCreateAddress, toQuantity } from "ethers";
import { alice, bob, folder, openChain, refusal, removeFolders, send, signed } from "./fixtures/chains.ts";
import { probe } from "./fixtures/probe.ts";
import { Refused, ServedProcess } from "./fixtures/served-process.ts";

const kills = Number(process.env["LIANZHENG_KILLS"] ?? (process.env["LIANZHENG_LONG"] === "1" ? 300 : 8));
const probeAddress = getCreateAddress({ from: alice.address, nonce: 0 });

/** Sends from `nonce` on, a few at once and some ahead of their turn, until the process dies. Notes every acknowledged hash. */
async function sendUntilDeath(chain: ServedProcess, nonce: number, acknowledged: string[]): Promise<void> {
  let alive = true;
  for (let first = nonce; alive; first += 4) {
    const raws = [];
    for (const offset of [1, 0, 3, 2])
      raws.push(
        await signed(alice, first + offset, {
          to: probeAddress,
          data: probe.encode("note", first + offset, "0x01"),
          gasLimit: 200_000,
        }),
      );
    const answers = await Promise.allSettled(raws.map((raw) => chain.ask("eth_sendRawTransaction", [raw])));
    for (const answer of answers)
      if (answer.status === "fulfilled") acknowledged.push(answer.value as string);
      else if (!(answer.reason instanceof Refused)) alive = false;
  }
}

/** What is known to be right: blocks up to `head`, with the nonces below `nonce`, each once, in order. */
interface Audited {
  readonly head: number;
  readonly hash: string;
  readonly nonce: number;
}

/**
 * Every acknowledged transaction stands in a block or waits; blocks are linked from `known` on, hash to what they say, and hold
 * each nonce once.
 */
async function audit(directory: string, known: Audited | undefined, acknowledged: readonly string[]): Promise<Audited> {
  const chain = await openChain({ directory });
  try {
    let { head, hash, nonce } = known ?? { head: 0, hash: chain.genesis, nonce: 0 };
    const last = Number(await chain.request("eth_blockNumber"));
    while (head < last) {
      head++;
      const block = (await chain.request("eth_getBlockByNumber", [toQuantity(head), true])) as BlockAnswer;
      expect(block.parentHash).to.equal(hash);
      expect(toHex(headerHash(encodeHeader(block)))).to.equal(block.hash);
      for (const transaction of block.transactions) expect(Number(transaction.nonce)).to.equal(nonce++);
      hash = block.hash;
    }
    const lost = [];
    for (const each of acknowledged)
      if ((await chain.request("eth_getTransactionByHash", [each])) === null) lost.push(each);
    expect(lost).to.deep.equal([]);
    await checkState(chain, nonce);
    return { head, hash, nonce };
  } finally {
    await chain.close();
  }
}

interface BlockAnswer extends RpcBlock {
  readonly hash: string;
  readonly transactions: readonly { readonly nonce: string }[];
}

/** The contract counted every call, so the state is the one that these blocks make. */
async function checkState(chain: EmbeddedChain, nonce: number): Promise<void> {
  expect(Number(await chain.request("eth_getTransactionCount", [alice.address, "latest"]))).to.equal(nonce);
  if (nonce === 0) return;
  const count = await chain.request("eth_call", [{ to: probeAddress, data: probe.encode("count") }]);
  expect(BigInt(count as string)).to.equal(BigInt(nonce - 1));
}

describe("an embedded chain that is killed", function () {
  this.timeout(kills * 10_000);
  after(removeFolders);

  it(`loses no acknowledged transaction in ${kills} kills`, async () => {
    const directory = await folder();
    const acknowledged: string[] = [];
    let known: Audited | undefined;
    for (let kill = 0; kill < kills; kill++) {
      const chain = await ServedProcess.start(directory);
      const first = acknowledged.length;
      if (known === undefined) {
        const deploy = await signed(alice, 0, { data: probe.creation(0n) });
        acknowledged.push((await chain.ask("eth_sendRawTransaction", [deploy])) as string);
      }
      const sending = sendUntilDeath(chain, known?.nonce ?? 1, acknowledged);
      await pause(randomInt(20, 1000));
      await chain.kill();
      await sending;
      known = await audit(directory, known, acknowledged.slice(first));
    }
    const whole = await audit(directory, undefined, acknowledged);
    expect(whole).to.deep.equal(known);
    expect(acknowledged.length).to.be.greaterThan(kills);
    console.log(
      `      ${kills} kills, ${acknowledged.length} acknowledged, ${whole.nonce} in ${whole.head} blocks, 0 lost`,
    );
  });

  it("keeps a transaction that waits for the one before it, and runs it when that comes", async () => {
    const directory = await folder();
    const served = await ServedProcess.start(directory);
    const early = (await served.ask("eth_sendRawTransaction", [await signed(bob, 1, { to: bob.address })])) as string;
    await served.kill();
    const chain = await openChain({ directory });
    expect(await chain.request("eth_getTransactionByHash", [early])).to.include({ hash: early, blockHash: null });
    expect(await chain.request("eth_getTransactionCount", [bob.address, "pending"])).to.equal("0x0");
    await send(chain, await signed(bob, 0, { to: bob.address }));
    expect(await chain.request("eth_getTransactionReceipt", [early])).to.include({
      status: "0x1",
      transactionIndex: "0x1",
    });
    await refusal(send(chain, await signed(bob, 1, { to: bob.address })), "C_TX_KNOWN");
    await chain.close();
  });

  it("opens at once after a kill, and refuses a second process by naming the first", async () => {
    const directory = await folder();
    const served = await ServedProcess.start(directory);
    const error = await refusal(openChain({ directory }), "C_LOCKED");
    expect(error.details["pid"]).to.equal(served.pid);
    expect(error.message).to.contain(String(served.pid));
    await served.kill();
    await (await openChain({ directory })).close();
  });
});
