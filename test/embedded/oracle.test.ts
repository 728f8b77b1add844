import type { EmbeddedChain } from "@lianzheng/node/embedded";
import { EMPTY_TRIE_ROOT, foundingNames, verifyTrieProof } from "@lianzheng/sdk/chain";
import { DirectoryFactory, EvidenceLogsFactory } from "@lianzheng/sdk/contracts";
import { fromHex, keccak256, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { encodeBytes32String, getCreateAddress, hexlify, id, toBeHex, toQuantity, zeroPadValue } from "ethers";
import type { TransactionLike, Wallet } from "ethers";
import { network } from "hardhat";
import { creationCodes, type Places } from "../../node/src/deployment/founding.ts";
import { usccOf } from "../contracts/uscc.ts";
import { alice, bob, openChain, removeFolders, send, signed } from "./fixtures/chains.ts";
import { probe } from "./fixtures/probe.ts";

type Json = Readonly<Record<string, unknown>>;
interface Asked {
  request(method: string, params: readonly unknown[]): Promise<unknown>;
}

const ether = 10n ** 18n;
const probeAddress = getCreateAddress({ from: alice.address, nonce: 0 });
const receiptFields = [
  "type",
  "status",
  "gasUsed",
  "cumulativeGasUsed",
  "contractAddress",
  "logsBloom",
  "from",
  "to",
  "transactionHash",
];

/** What both chains must say of a receipt: all but where its block stands. */
function comparable(receipt: Json): Json {
  const logs = (receipt["logs"] as Json[]).map(({ address, topics, data, logIndex }) => ({
    address,
    topics,
    data,
    logIndex,
  }));
  return { ...Object.fromEntries(receiptFields.map((name) => [name, receipt[name] ?? null])), logs };
}

/** Return data, or that it failed and with which data. */
async function outcomeOf(asked: Asked, call: Json): Promise<Json> {
  try {
    return { returned: await asked.request("eth_call", [call, "latest"]) };
  } catch (error) {
    return { failed: revertData(error) };
  }
}

function revertData(error: unknown): string {
  const { data, details } = error as { data?: unknown; details?: { data?: unknown } };
  const found = details?.data ?? (typeof data === "object" && data !== null ? (data as { data?: unknown }).data : data);
  return typeof found === "string" ? found : "0x";
}

describe("the embedded chain beside Hardhat's EVM", function () {
  this.timeout(60_000);
  let ours: EmbeddedChain;
  let oracle: Asked;
  const nonces = new Map<Wallet, number>();
  let compared = 0;
  /** Time of the next block on both chains: contracts see it. */
  let seconds = Math.floor(Date.now() / 1000) + 1000;

  before(async () => {
    const { provider } = await network.create("oracle");
    oracle = { request: (method, params) => provider.request({ method, params: [...params] }) };
    const alloc: Record<Hex, bigint> = {};
    for (const { address } of [alice, bob]) {
      alloc[address.toLowerCase() as Hex] = 100n * ether;
      await oracle.request("hardhat_setBalance", [address, toQuantity(100n * ether)]);
    }
    ours = await openChain({ alloc, now: () => seconds * 1000 });
  });

  after(async () => {
    await ours.close();
    await removeFolders();
  });

  async function next(wallet: Wallet, fields: TransactionLike): Promise<string> {
    const nonce = nonces.get(wallet) ?? 0;
    nonces.set(wallet, nonce + 1);
    return signed(wallet, nonce, fields);
  }

  async function receiptOf(asked: Asked, hash: string): Promise<Json> {
    return (await asked.request("eth_getTransactionReceipt", [hash])) as Json;
  }

  async function compareReceipts(hash: string): Promise<Json> {
    const [mine, theirs] = await Promise.all([receiptOf(ours, hash), receiptOf(oracle, hash)]);
    expect(comparable(mine)).to.deep.equal(comparable(theirs));
    const [a, b] = await Promise.all([blockOf(ours, mine), blockOf(oracle, theirs)]);
    expect(a["receiptsRoot"]).to.equal(b["receiptsRoot"]);
    expect(a["transactionsRoot"]).to.equal(b["transactionsRoot"]);
    compared++;
    return mine;
  }

  async function blockOf(asked: Asked, receipt: Json): Promise<Json> {
    return (await asked.request("eth_getBlockByHash", [receipt["blockHash"], false])) as Json;
  }

  /** Sends to both; the oracle answers a failing transaction with an error although it is in the block. */
  async function run(wallet: Wallet, fields: TransactionLike): Promise<Json> {
    const raw = await next(wallet, fields);
    seconds += 10;
    await oracle.request("evm_setNextBlockTimestamp", [seconds]);
    const hash = await send(ours, raw);
    await oracle.request("eth_sendRawTransaction", [raw]).catch((error: unknown) => {
      expect((error as Error).message).to.match(/revert|ran out of gas|out of gas|invalid opcode|panic|exception/i);
    });
    return compareReceipts(hash);
  }

  async function compareAccount(address: string, slots: readonly string[]): Promise<void> {
    const [mine, theirs] = (await Promise.all(
      [ours, oracle].map((asked) => asked.request("eth_getProof", [address, slots, "latest"])),
    )) as [Json, Json];
    for (const field of ["nonce", "balance", "codeHash", "storageHash"]) expect(mine[field]).to.equal(theirs[field]);
    expect((mine["storageProof"] as Json[]).map(({ value }) => value)).to.deep.equal(
      (theirs["storageProof"] as Json[]).map(({ value }) => value),
    );
  }

  it("makes a contract with a constructor's argument and a log", async () => {
    const receipt = await run(alice, { data: probe.creation(7n), value: 5n * ether });
    expect(receipt["contractAddress"]).to.equal(probeAddress.toLowerCase());
    const [a, b] = await Promise.all(
      [ours, oracle].map((asked) => asked.request("eth_getCode", [probeAddress, "latest"])),
    );
    expect(a).to.equal(b);
  });

  const transactions: readonly (readonly [string, TransactionLike])[] = [
    ["a call that logs", { data: probe.encode("note", 3, "0x0102ff") }],
    [
      "the same with an access list",
      {
        type: 1,
        accessList: [{ address: probeAddress, storageKeys: [zeroPadValue("0x01", 32)] }],
        data: probe.encode("note", 4, "0x"),
      },
    ],
    ["the same at a fee market's price", { type: 2, data: probe.encode("note", 5, "0xabcdef") }],
    ["long text in a log", { data: probe.encode("note", 6, hexlify(new Uint8Array(3000).fill(9))) }],
    ["slots that are cleared, with a refund", { data: probe.encode("clear", 3, 7) }],
    ["an error with values", { data: probe.encode("refuse", 99) }],
    ["an error that is caught inside", { data: probe.encode("refuseInside", 98) }],
    ["a plain reason", { data: probe.encode("explain") }],
    ["a panic", { data: probe.encode("divide", 0) }],
    ["an invalid opcode", { data: probe.encode("invalid"), gasLimit: 100_000 }],
    ["running out of gas", { data: probe.encode("burn"), gasLimit: 200_000 }],
    ["a contract made by CREATE2", { data: probe.encode("make", id("salt"), false) }],
    ["the same address a second time", { data: probe.encode("make", id("salt"), false), gasLimit: 500_000 }],
    ["a contract that ends in the transaction that made it", { data: probe.encode("make", id("other"), true) }],
    ["transient storage", { data: probe.encode("pass", 12) }],
    ["value to a contract", { data: "0x", value: ether }],
    ["value from a contract", { data: probe.encode("pay", bob.address, ether) }],
    ["value that a contract has not", { data: probe.encode("pay", bob.address, 1000n * ether) }],
    ["calls in calls", { data: probe.encode("deep", 30) }],
    ["an unknown function", { data: "0xdeadbeef" }],
    ["a paid price", { gasPrice: 10n ** 9n, data: probe.encode("note", 8, "0x01") }],
  ];

  for (const [what, fields] of transactions)
    it(`agrees on ${what}`, async () => {
      await run(alice, { to: probeAddress, ...fields });
    });

  it("agrees on a plain transfer, exactly 21,000 gas", async () => {
    const receipt = await run(bob, { to: `0x${"77".repeat(20)}`, value: 1n, gasLimit: 21_000 });
    expect(receipt["gasUsed"]).to.equal("0x5208");
  });

  it("agrees on creation code that fails, and on code that starts with 0xEF", async () => {
    expect((await run(bob, { data: "0xfe", gasLimit: 100_000 }))["status"]).to.equal("0x0");
    expect((await run(bob, { data: "0x60ef60005360016000f3", gasLimit: 100_000 }))["status"]).to.equal("0x0");
  });

  it("agrees on a block of many transactions: running sums of gas, numbers of logs, roots", async () => {
    const raws: string[] = [];
    for (let count = 0; count < 12; count++)
      raws.push(
        await next(count % 3 === 0 ? bob : alice, {
          to: probeAddress,
          data: probe.encode("note", 100 + count, "0x05"),
        }),
      );
    await oracle.request("evm_setAutomine", [false]);
    for (const raw of raws) await oracle.request("eth_sendRawTransaction", [raw]);
    await oracle.request("evm_mine", []);
    await oracle.request("evm_setAutomine", [true]);
    const hashes = await Promise.all(raws.map((raw) => send(ours, raw)));
    const blocks = new Set<unknown>();
    for (const hash of hashes) blocks.add((await receiptOf(ours, hash))["blockNumber"]);
    expect(blocks.size).to.equal(1);
    // The oracle may order the two senders otherwise; what each transaction did must be the same, whatever the order.
    for (const hash of hashes) {
      const [mine, theirs] = await Promise.all([receiptOf(ours, hash), receiptOf(oracle, hash)]);
      expect([mine["status"], mine["gasUsed"], mine["logsBloom"]]).to.deep.equal([
        theirs["status"],
        theirs["gasUsed"],
        theirs["logsBloom"],
      ]);
      compared++;
    }
  });

  it("agrees on the state: nonce, balance, code and the root of all storage", async () => {
    await compareAccount(probeAddress, [toBeHex(0, 32), toBeHex(1, 32), toBeHex(2, 32)]);
    await compareAccount(alice.address, []);
    await compareAccount(bob.address, []);
  });

  const calls: readonly (readonly [string, Json])[] = [
    ["a getter", { data: probe.encode("count") }],
    ["digests", { data: probe.encode("digests", "0x010203") }],
    ["modular exponentiation", { data: probe.encode("modexp", 3, 200, 1009) }],
    ["its surroundings", { data: probe.encode("surroundings") }],
    ["an error with values", { data: probe.encode("refuse", 5) }],
    ["a plain reason", { data: probe.encode("explain") }],
    ["a panic", { data: probe.encode("divide", 0) }],
    ["an invalid opcode", { data: probe.encode("invalid") }],
    ["an unknown function", { data: "0xdeadbeef" }],
    ["a call that would write", { data: probe.encode("pass", 77) }],
  ];

  for (const [what, call] of calls)
    it(`answers a call for ${what} as the oracle does`, async () => {
      const request = { from: alice.address, to: probeAddress, ...call };
      const [mine, theirs] = await Promise.all([outcomeOf(ours, request), outcomeOf(oracle, request)]);
      expect(mine).to.deep.equal(theirs);
      compared++;
    });

  it("estimates gas that is enough, and not much more than the oracle says", async () => {
    for (const data of [probe.encode("note", 500, "0x01"), probe.encode("deep", 20), probe.encode("clear", 100, 105)]) {
      const request = { from: alice.address, to: probeAddress, data };
      const [mine, theirs] = await Promise.all(
        [ours, oracle].map(async (asked) => BigInt((await asked.request("eth_estimateGas", [request])) as string)),
      );
      expect(Number(mine) / Number(theirs)).to.be.within(0.95, 1.05);
      const receipt = await run(alice, { to: probeAddress, data, gasLimit: mine! });
      expect(receipt["status"]).to.equal("0x1");
    }
  });

  it("proves accounts and slots against the state root of the header, and their absence", async () => {
    const { stateRoot } = (await ours.request("eth_getBlockByNumber", ["latest", false])) as { stateRoot: Hex };
    const proof = (await ours.request("eth_getProof", [probeAddress, ["0x1", "0x4d2"], "latest"])) as {
      accountProof: Hex[];
      storageHash: Hex;
      storageProof: { key: Hex; value: Hex; proof: Hex[] }[];
    };
    const leaf = verifyTrieProof(
      fromHex(stateRoot),
      keccak256(fromHex(probeAddress.toLowerCase())),
      proof.accountProof.map((node) => fromHex(node)),
    );
    expect(leaf).to.not.equal(null);
    expect(toHex(leaf!)).to.contain(proof.storageHash.slice(2));
    const values = proof.storageProof.map(({ key, proof: nodes }) =>
      verifyTrieProof(
        fromHex(proof.storageHash),
        keccak256(fromHex(toBeHex(key, 32))),
        nodes.map((node) => fromHex(node)),
      ),
    );
    expect(values[0]).to.not.equal(null);
    expect(values[1]).to.equal(null);
    expect(proof.storageProof[1]!.value).to.equal("0x0");
    const absent = (await ours.request("eth_getProof", [`0x${"99".repeat(20)}`, ["0x0"], "latest"])) as typeof proof;
    expect(
      verifyTrieProof(
        fromHex(stateRoot),
        keccak256(fromHex(`0x${"99".repeat(20)}`)),
        absent.accountProof.map((node) => fromHex(node)),
      ),
    ).to.equal(null);
    expect(absent.storageHash).to.equal(toHex(EMPTY_TRIE_ROOT));
  });

  /** The directory and all that it places, as a deployment makes them. Answers with where `EvidenceLogs` stands. */
  async function foundConsortium(): Promise<string> {
    const { data } = await new DirectoryFactory().getDeployTransaction(
      foundingNames.map((name) => encodeBytes32String(`${name.slice(0, 1).toUpperCase()}${name.slice(1)}`)),
    );
    const { contractAddress } = await run(bob, { data, gasLimit: 10_000_000 });
    const from = contractAddress as string;
    const places = Object.fromEntries(
      foundingNames.map((name, at) => [name, getCreateAddress({ from, nonce: at + 1 }).toLowerCase()]),
    ) as Places;
    const key = bob.address.toLowerCase() as Hex;
    const creations = creationCodes({ seats: [{ member: usccOf(1), key, kinds: ["venue"] }], threshold: 1 }, places);
    const directory = DirectoryFactory.createInterface();
    for (const [at, name] of foundingNames.entries()) {
      const placing = directory.encodeFunctionData("place", [at + 1, creations[name]]);
      const placed = await run(bob, { to: from, data: placing, gasLimit: 10_000_000 });
      expect(placed["status"], name).to.equal("0x1");
      await compareAccount(places[name], [toBeHex(0, 32), toBeHex(1, 32)]);
    }
    return places.evidenceLogs;
  }

  it("agrees on the consortium's own contracts", async () => {
    const to = await foundConsortium();
    const law = EvidenceLogsFactory.createInterface();
    const registered = await run(bob, {
      to,
      data: law.encodeFunctionData("register", ["node.example/log", id("key")]),
    });
    expect(registered["status"]).to.equal("0x1");
    const logId = (registered["logs"] as { topics: string[] }[])[0]!.topics[1]!;
    const publish = (expected: number, size: number): string =>
      law.encodeFunctionData("publish", [logId, expected, size, id("root"), []]);
    expect((await run(bob, { to, data: publish(0, 5) }))["status"]).to.equal("0x1");
    expect((await run(bob, { to, data: publish(0, 6) }))["status"]).to.equal("0x0");
    expect((await run(alice, { to, data: publish(5, 6) }))["status"]).to.equal("0x0");
    const request = { from: bob.address, to, data: publish(0, 6) };
    const [mine, theirs] = await Promise.all([outcomeOf(ours, request), outcomeOf(oracle, request)]);
    expect(mine).to.deep.equal(theirs);
    expect(law.parseError(mine["failed"] as string)?.name).to.equal("EvidenceLogsStaleHead");
    await compareAccount(to, [toBeHex(0, 32)]);
  });

  it("was really compared", () => {
    expect(compared).to.equal(1 + transactions.length + 1 + 2 + 12 + calls.length + 3 + 1 + foundingNames.length + 4);
  });
});
