import { request as httpRequest } from "node:http";
import type { EmbeddedChain, ServedChain } from "@lianzheng/node/embedded";
import { CLIENT_VERSION, serveEmbeddedChain } from "@lianzheng/node/embedded";
import { expect } from "chai";
import {
  Contract,
  ContractFactory,
  getCreateAddress,
  id,
  JsonRpcProvider,
  keccak256,
  Signature,
  toBeHex,
  Transaction,
  WebSocketProvider,
} from "ethers";
import type { EventLog, Log } from "ethers";
import WebSocket from "ws";
import { alice, bob, chainId, openChain, refusal, removeFolders, send, signed } from "./fixtures/chains.ts";
import { probe } from "./fixtures/probe.ts";

type Json = Record<string, unknown>;
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const probeAddress = getCreateAddress({ from: alice.address, nonce: 0 });
const noted = probe.interface.getEvent("Noted")!.topicHash;

describe("the embedded chain over JSON-RPC", function () {
  this.timeout(20_000);
  let chain: EmbeddedChain;
  let served: ServedChain;
  let provider: JsonRpcProvider;

  before(async () => {
    chain = await openChain();
    served = await serveEmbeddedChain(chain, { port: 0 });
    // ethers keeps answers for 250 ms otherwise, an eternity here.
    provider = new JsonRpcProvider(served.url, undefined, { cacheTimeout: -1, pollingInterval: 20 });
    await send(chain, await signed(alice, 0, { data: probe.creation(1n) }));
    for (let nonce = 1; nonce <= 6; nonce++)
      await send(
        chain,
        await signed(alice, nonce, { to: probeAddress, data: probe.encode("note", nonce % 3, "0xaa") }),
      );
  });

  after(async () => {
    provider.destroy();
    await served.close();
    await chain.close();
    await removeFolders();
  });

  function post(body: string | Buffer, headers: Record<string, string> = {}, method = "POST"): Promise<Answer> {
    const { hostname, port } = new URL(served.url);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { hostname, port, method, headers: { "content-type": "application/json", ...headers } },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part));
          response.on("end", () =>
            resolve({ status: response.statusCode!, body: Buffer.concat(parts).toString(), headers: response.headers }),
          );
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  async function errorOf(body: string): Promise<{ code: number; message: string; data?: unknown }> {
    const answer = JSON.parse((await post(body)).body) as { error: { code: number; message: string } };
    return answer.error;
  }

  describe("with ethers", () => {
    it("deploys, calls, sends and reads events", async () => {
      const factory = new ContractFactory(probe.interface, probe.creation(3n).slice(0, -64), bob.connect(provider));
      const deployed = (await factory.deploy(3n)) as Contract;
      await deployed.waitForDeployment();
      expect(await deployed["count"]!()).to.equal(3n);
      const sent = await (deployed["note"]!(9, "0x0909") as Promise<{
        wait(): Promise<{ status: number; logs: EventLog[] }>;
      }>);
      const receipt = await sent.wait();
      expect(receipt.status).to.equal(1);
      expect(receipt.logs[0]!.args.toArray()).to.deep.equal([bob.address, 9n, "0x0909"]);
      expect(await deployed.queryFilter("Noted")).to.have.length(2);
    });

    it("gives the error of a contract by name and values", async () => {
      const contract = new Contract(probeAddress, probe.interface, bob.connect(provider));
      for (const method of ["staticCall", "estimateGas", "send"] as const) {
        const error = (await contract["refuse"]![method](5n).catch((thrown: unknown) => thrown)) as {
          code: string;
          data: string;
        };
        expect(error.code).to.equal("CALL_EXCEPTION");
        const fault = probe.interface.parseError(error.data)!;
        expect(fault.name).to.equal("Refused");
        expect(fault.args.toArray()).to.deep.equal([bob.address, 5n]);
      }
    });

    it("takes a transaction again only by saying that it is known, and an old nonce not at all", async () => {
      const wallet = bob.connect(provider);
      const nonce = await wallet.getNonce();
      const raw = await signed(bob, nonce, { to: bob.address });
      const { hash } = await provider.broadcastTransaction(raw);
      expect((await provider.getTransactionReceipt(hash))!.status).to.equal(1);
      expect((await refusal(send(chain, raw), "C_TX_KNOWN")).message).to.equal("already known");
      const error = (await provider
        .broadcastTransaction(await signed(bob, nonce, { to: alice.address }))
        .catch((thrown: unknown) => thrown)) as { code: string };
      expect(error.code).to.equal("NONCE_EXPIRED");
    });

    it("lets a nonce manager send many at once", async () => {
      const wallet = bob.connect(provider);
      const first = await wallet.getNonce("pending");
      const sent = await Promise.all(
        Array.from({ length: 30 }, async (_, at) =>
          provider.broadcastTransaction(await signed(bob, first + at, { to: bob.address })),
        ),
      );
      const receipts = await Promise.all(sent.map(async ({ hash }) => provider.getTransactionReceipt(hash)));
      expect(receipts.every((receipt) => receipt?.status === 1)).to.equal(true);
      expect(await wallet.getNonce("latest")).to.equal(first + 30);
      expect(new Set(receipts.map((receipt) => receipt!.blockNumber)).size).to.be.lessThan(15);
    });

    it("tells new blocks and logs over a WebSocket", async () => {
      const sockets = new WebSocketProvider(served.url.replace("http:", "ws:"));
      const heads: number[] = [];
      const logs: Log[] = [];
      await sockets.on("block", (number: number) => void heads.push(number));
      await sockets.on({ address: probeAddress, topics: [noted] }, (log: Log) => void logs.push(log));
      await sockets.getBlockNumber();
      const nonce = await provider.getTransactionCount(alice.address);
      await send(chain, await signed(alice, nonce, { to: probeAddress, data: probe.encode("note", 77, "0x") }));
      const head = await provider.getBlockNumber();
      for (let wait = 0; wait < 100 && (logs.length === 0 || heads.length === 0); wait++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(heads).to.include(head);
      expect(logs.map(({ address, blockNumber }) => [address, blockNumber])).to.deep.equal([[probeAddress, head]]);
      await sockets.destroy();
    });
  });

  describe("method by method", () => {
    const fixed: readonly (readonly [string, readonly unknown[], unknown])[] = [
      ["web3_clientVersion", [], CLIENT_VERSION],
      ["web3_sha3", ["0x68656c6c6f"], keccak256("0x68656c6c6f")],
      ["net_version", [], String(chainId)],
      ["net_listening", [], true],
      ["eth_chainId", [], `0x${chainId.toString(16)}`],
      ["eth_syncing", [], false],
      ["eth_accounts", [], []],
      ["eth_gasPrice", [], "0x0"],
      ["eth_maxPriorityFeePerGas", [], "0x0"],
      ["eth_getBalance", [alice.address, "latest"], "0x0"],
      ["eth_getCode", [bob.address, "latest"], "0x"],
      ["eth_getTransactionCount", [alice.address, "0x2"], "0x2"],
      ["eth_getTransactionCount", [alice.address, { blockNumber: "0x3" }], "0x3"],
      ["eth_getStorageAt", [probeAddress, "0x1", "0x1"], toBeHex(1, 32)],
      ["eth_getBlockByNumber", ["0xffff", false], null],
      ["eth_getBlockByHash", [id("nothing"), false], null],
      ["eth_getTransactionByHash", [id("nothing")], null],
      ["eth_getTransactionReceipt", [id("nothing")], null],
      ["eth_getBlockReceipts", ["0xffff"], null],
      ["eth_getBlockTransactionCountByNumber", ["0x1"], "0x1"],
      ["eth_getBlockTransactionCountByNumber", ["earliest"], "0x0"],
      ["eth_getUncleCountByBlockNumber", ["latest"], "0x0"],
      ["eth_getTransactionByBlockNumberAndIndex", ["0x1", "0x5"], null],
      ["eth_estimateGas", [{ from: bob.address, to: alice.address }], "0x5208"],
      ["eth_uninstallFilter", ["0x1234"], false],
    ];
    for (const [method, params, expected] of fixed)
      it(`answers ${method} ${JSON.stringify(params)}`, async () => {
        expect(await chain.request(method, params)).to.deep.equal(expected);
      });

    it("finds a transaction by hash, by place, and raw", async () => {
      const block = (await chain.request("eth_getBlockByNumber", ["0x2", true])) as {
        hash: string;
        transactions: Json[];
      };
      const [transaction] = block.transactions;
      const hash = transaction!["hash"];
      expect(await chain.request("eth_getTransactionByHash", [hash])).to.deep.equal(transaction);
      expect(await chain.request("eth_getTransactionByBlockNumberAndIndex", ["0x2", "0x0"])).to.deep.equal(transaction);
      expect(await chain.request("eth_getTransactionByBlockHashAndIndex", [block.hash, "0x0"])).to.deep.equal(
        transaction,
      );
      expect(keccak256((await chain.request("eth_getRawTransactionByHash", [hash])) as string)).to.equal(hash);
      expect(transaction).to.include({
        from: alice.address.toLowerCase(),
        to: probeAddress.toLowerCase(),
        blockNumber: "0x2",
        chainId: "0x7a69",
      });
      expect(await chain.request("eth_getBlockTransactionCountByHash", [block.hash])).to.equal("0x1");
      const receipts = (await chain.request("eth_getBlockReceipts", ["0x2"])) as Json[];
      expect(await chain.request("eth_getTransactionReceipt", [hash])).to.deep.equal(receipts[0]);
    });

    it("says of latest, safe, finalized and pending the same block", async () => {
      const blocks = await Promise.all(
        ["latest", "safe", "finalized", "pending"].map((tag) => chain.request("eth_getBlockByNumber", [tag, false])),
      );
      for (const block of blocks) expect(block).to.deep.equal(blocks[0]);
    });

    it("gives the history of fees, all zero", async () => {
      const history = (await chain.request("eth_feeHistory", ["0x3", "0x4", [25, 75]])) as {
        oldestBlock: string;
        baseFeePerGas: string[];
        reward: string[][];
      };
      expect(history.oldestBlock).to.equal("0x2");
      expect(history.baseFeePerGas).to.deep.equal(["0x0", "0x0", "0x0", "0x0"]);
      expect(history.reward).to.deep.equal([
        ["0x0", "0x0"],
        ["0x0", "0x0"],
        ["0x0", "0x0"],
      ]);
    });

    const number = (count: number): string => toBeHex(count, 32);
    const filters: readonly (readonly [string, Json, number])[] = [
      ["all", { fromBlock: "0x0", toBlock: "0x7" }, 13],
      ["one address", { fromBlock: "0x0", toBlock: "0x7", address: probeAddress }, 13],
      ["another address", { fromBlock: "0x0", toBlock: "0x7", address: bob.address }, 0],
      ["some addresses", { fromBlock: "0x0", toBlock: "0x7", address: [bob.address, probeAddress] }, 13],
      ["a first topic", { fromBlock: "0x0", toBlock: "0x7", topics: [noted] }, 7],
      ["a first topic that is not there", { fromBlock: "0x0", toBlock: "0x7", topics: [id("Other()")] }, 0],
      ["any first and a third topic", { fromBlock: "0x0", toBlock: "0x7", topics: [null, null, number(2)] }, 2],
      [
        "alternatives",
        { fromBlock: "0x0", toBlock: "0x7", topics: [[noted, id("Other()")], [], [number(2), number(0)]] },
        4,
      ],
      [
        "address and topics",
        { fromBlock: "0x0", toBlock: "0x7", address: probeAddress, topics: [noted, null, number(1)] },
        3,
      ],
      ["more topics than a log has", { fromBlock: "0x0", toBlock: "0x7", topics: [noted, null, null, null] }, 0],
      ["a part of the blocks", { fromBlock: "0x3", toBlock: "0x4", topics: [noted] }, 2],
      ["one block", { fromBlock: "0x5", toBlock: "0x5", address: probeAddress }, 2],
      [
        "beyond the head",
        { fromBlock: "0x6", toBlock: "0xffff", address: probeAddress, topics: [noted, null, number(2)] },
        1,
      ],
    ];
    for (const [what, filter, count] of filters)
      it(`finds logs by ${what}`, async () => {
        const logs = (await chain.request("eth_getLogs", [filter])) as Json[];
        expect(logs.length).to.equal(count);
        const places = logs.map(({ blockNumber, logIndex }) => Number(blockNumber) * 1000 + Number(logIndex));
        expect(places).to.deep.equal([...places].sort((a, b) => a - b));
      });

    it("finds logs by block hash", async () => {
      const { hash } = (await chain.request("eth_getBlockByNumber", ["0x3", false])) as { hash: string };
      const logs = (await chain.request("eth_getLogs", [{ blockHash: hash, topics: [noted] }])) as Json[];
      expect(logs.map(({ blockHash }) => blockHash)).to.deep.equal([hash]);
      await refusal(chain.request("eth_getLogs", [{ blockHash: id("none") }]), "C_RPC_EXECUTION");
      await refusal(chain.request("eth_getLogs", [{ blockHash: hash, fromBlock: "0x1" }]), "C_RPC_PARAMS");
    });

    it("keeps filters of logs and of blocks", async () => {
      const logs = await chain.request("eth_newFilter", [{ address: probeAddress, topics: [noted] }]);
      const blocks = await chain.request("eth_newBlockFilter");
      expect(await chain.request("eth_getFilterChanges", [logs])).to.deep.equal([]);
      const nonce = await provider.getTransactionCount(alice.address);
      await send(chain, await signed(alice, nonce, { to: probeAddress, data: probe.encode("note", 5, "0x") }));
      expect(await chain.request("eth_getFilterChanges", [logs])).to.have.length(1);
      expect(await chain.request("eth_getFilterChanges", [logs])).to.deep.equal([]);
      const { hash } = (await chain.request("eth_getBlockByNumber", ["latest", false])) as { hash: string };
      expect(await chain.request("eth_getFilterChanges", [blocks])).to.deep.equal([hash]);
      expect(await chain.request("eth_getFilterLogs", [logs])).to.have.length(1);
      expect(await chain.request("eth_uninstallFilter", [logs])).to.equal(true);
      await refusal(chain.request("eth_getFilterChanges", [logs]), "C_RPC_EXECUTION");
    });

    it("leaves no trace of a call", async () => {
      const before = await chain.request("eth_getProof", [probeAddress, [], "latest"]);
      await chain.request("eth_call", [{ to: probeAddress, data: probe.encode("pass", 5) }, "latest"]);
      await chain.request("eth_estimateGas", [{ to: probeAddress, data: probe.encode("pass", 5) }]);
      expect(await chain.request("eth_getProof", [probeAddress, [], "latest"])).to.deep.equal(before);
    });

    it("fills a gap of nonces in the order of nonces", async () => {
      const nonce = await provider.getTransactionCount(bob.address);
      const late = [];
      for (const offset of [3, 1, 2])
        late.push(await send(chain, await signed(bob, nonce + offset, { to: bob.address })));
      expect(await chain.request("eth_getTransactionReceipt", [late[0]])).to.equal(null);
      expect(await chain.request("eth_getTransactionByHash", [late[0]])).to.include({ blockNumber: null });
      await refusal(send(chain, await signed(bob, nonce + 3, { to: alice.address })), "C_TX_REPLACEMENT");
      await send(chain, await signed(bob, nonce, { to: bob.address }));
      expect(Number(await chain.request("eth_getTransactionCount", [bob.address, "latest"]))).to.equal(nonce + 4);
      for (const hash of late)
        expect(await chain.request("eth_getTransactionReceipt", [hash])).to.include({ status: "0x1" });
    });

    it("lets no more than 64 transactions of one sender wait", async () => {
      const carol = `0x${"ca".repeat(32)}`;
      const { Wallet } = await import("ethers");
      const wallet = new Wallet(carol);
      for (let nonce = 1; nonce <= 64; nonce++) await send(chain, await signed(wallet, nonce, { to: bob.address }));
      await refusal(send(chain, await signed(wallet, 65, { to: bob.address })), "C_TX_POOL_FULL");
      await send(chain, await signed(wallet, 0, { to: bob.address }));
      expect(await chain.request("eth_getTransactionCount", [wallet.address, "latest"])).to.equal("0x41");
    });
  });

  describe("what it refuses", () => {
    it("counts every transaction that may not be", async () => {
      const nonce = await provider.getTransactionCount(bob.address);
      const good = Transaction.from(await signed(bob, nonce, { to: bob.address }));
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const highS = (): string => {
        const { r, s, v } = good.signature!;
        const copy = Transaction.from({ ...good.toJSON(), signature: null } as never);
        // ethers refuses a high s; the bytes are put together by hand.
        const raw = good.serialized;
        expect(copy.type).to.equal(0);
        expect(raw).to.contain(s.slice(2));
        expect(r).to.be.a("string");
        expect(v).to.be.oneOf([27, 28]);
        return raw.replace(s.slice(2), toBeHex(order - BigInt(s), 32).slice(2));
      };
      const cases: readonly (readonly [string, Parameters<typeof refusal>[1]])[] = [
        ["0x", "C_TX_FORM"],
        ["0x00", "C_TX_FORM"],
        ["0xc0", "C_TX_FORM"],
        [`0x03${good.serialized.slice(2)}`, "C_TX_FORM"],
        [`0x04${"00".repeat(40)}`, "C_TX_FORM"],
        [good.serialized.slice(0, -2), "C_TX_FORM"],
        [`${good.serialized}00`, "C_TX_FORM"],
        [highS(), "C_TX_FORM"],
        [good.unsignedSerialized, "C_TX_FORM"],
        [`0x02${"ff".repeat(140_000)}`, "C_TX_FORM"],
        [await bob.signTransaction({ type: 0, nonce, to: bob.address, gasLimit: 21_000, gasPrice: 0 }), "C_TX_FORM"],
        [await signed(bob, nonce, { to: bob.address, chainId: 1 }), "C_TX_CHAIN_ID"],
        [await signed(bob, nonce, { to: bob.address, chainId: 1, type: 2 }), "C_TX_CHAIN_ID"],
        [await signed(bob, nonce, { to: bob.address, gasLimit: 20_999 }), "C_TX_GAS"],
        [await signed(bob, nonce, { to: bob.address, gasLimit: 30_000_001 }), "C_TX_GAS"],
        [await signed(bob, nonce, { data: `0x${"00".repeat(49_153)}`, gasLimit: 10_000_000 }), "C_TX_FORM"],
        [await signed(bob, nonce, { to: bob.address, value: 1n }), "C_TX_FUNDS"],
        [await signed(bob, nonce, { to: bob.address, gasPrice: 1n }), "C_TX_FUNDS"],
        [await signed(bob, 0, { to: alice.address }), "C_TX_NONCE_LOW"],
      ];
      for (const [raw, code] of cases) await refusal(send(chain, raw), code);
      expect(cases.length).to.equal(19);
      expect(await provider.getTransactionCount(bob.address)).to.equal(nonce);
      expect(Signature.from(good.signature!).s).to.equal(good.signature!.s);
    });

    const badParams: readonly (readonly [string, readonly unknown[]])[] = [
      ["eth_getBalance", []],
      ["eth_getBalance", ["0x12", "latest"]],
      ["eth_getBalance", [5, "latest"]],
      ["eth_getBalance", [alice.address, "newest"]],
      ["eth_getBalance", [alice.address, "0x01"]],
      ["eth_getBalance", [alice.address, "0x"]],
      ["eth_getBalance", [alice.address, 5]],
      ["eth_getBalance", [alice.address, `0x${"f".repeat(15)}`]],
      ["eth_getBalance", [alice.address, { blockNumber: "0x1", blockHash: id("x") }]],
      ["eth_getBalance", [alice.address, {}]],
      ["eth_getBalance", [alice.address, "latest", "more"]],
      ["eth_getBlockByNumber", ["latest", "yes"]],
      ["eth_getBlockByHash", ["0x1234", true]],
      ["eth_getTransactionReceipt", [null]],
      ["eth_call", ["0x"]],
      ["eth_call", [{ to: "0x1" }]],
      ["eth_call", [{ to: probeAddress, data: "0x123" }]],
      ["eth_call", [{ to: probeAddress, data: "0x12", input: "0x34" }]],
      ["eth_call", [{ to: probeAddress, value: "1" }]],
      ["eth_call", [{ to: probeAddress, gas: "0x-1" }]],
      ["eth_call", [{ to: probeAddress, accessList: [{}] }]],
      ["eth_getLogs", [{ fromBlock: "0x4", toBlock: "0x2" }]],
      ["eth_getLogs", [{ topics: [null, null, null, null, null] }]],
      ["eth_getLogs", [{ topics: ["0x12"] }]],
      ["eth_getLogs", [{ address: Array.from({ length: 1001 }, () => alice.address) }]],
      ["eth_getLogs", ["all"]],
      ["eth_getProof", [probeAddress, "0x0", "latest"]],
      ["eth_getProof", [probeAddress, [`0x${"0".repeat(65)}`], "latest"]],
      ["eth_sendRawTransaction", ["0xzz"]],
      ["eth_sendRawTransaction", [{}]],
      ["eth_feeHistory", [-1, "latest"]],
      ["eth_getFilterChanges", [{}]],
      ["web3_sha3", ["hello"]],
    ];
    for (const [method, params] of badParams)
      it(`says -32602 to ${method} ${JSON.stringify(params).slice(0, 70)}`, async () => {
        const error = await errorOf(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
        expect(error.code, error.message).to.equal(-32602);
      });

    const envelopes: readonly (readonly [string, string, number])[] = [
      ["no JSON", "{", -32700],
      ["nothing", "", -32700],
      ["a number", "5", -32600],
      ["null", "null", -32600],
      ["an empty batch", "[]", -32600],
      [
        "a batch of 101",
        JSON.stringify(Array.from({ length: 101 }, (_, at) => ({ jsonrpc: "2.0", id: at, method: "eth_chainId" }))),
        -32600,
      ],
      ["another version", '{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600],
      ["no method", '{"jsonrpc":"2.0","id":1}', -32600],
      ["an unknown method", '{"jsonrpc":"2.0","id":1,"method":"eth_mine"}', -32601],
      ["a method that every object has", '{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601],
      ["another one", '{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32601],
      ["a subscription over HTTP", '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}', -32601],
      ["params by name", '{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{"address":"0x"}}', -32602],
      [
        "deep nesting",
        `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[${"[".repeat(20_000)}${"]".repeat(20_000)}]}`,
        -32602,
      ],
    ];
    for (const [what, body, code] of envelopes)
      it(`says ${code} to ${what}`, async () => {
        expect((await errorOf(body)).code).to.equal(code);
      });

    it("says -32700 to bytes that are not UTF-8", async () => {
      const body = Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0","id":"'),
        Buffer.from([0xff]),
        Buffer.from('","method":"eth_chainId"}'),
      ]);
      expect((JSON.parse((await post(body)).body) as { error: { code: number } }).error.code).to.equal(-32700);
    });

    it("gives revert data with code 3, and other failures without", async () => {
      const call = (data: string): string =>
        JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ to: probeAddress, data }, "latest"] });
      const refused = await errorOf(call(probe.encode("refuse", 7)));
      expect(refused.code).to.equal(3);
      expect(probe.interface.parseError(refused.data as string)!.args[1]).to.equal(7n);
      expect((await errorOf(call(probe.encode("invalid")))).code).to.equal(-32000);
      const estimate = JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "eth_estimateGas",
        params: [{ to: probeAddress, data: probe.encode("explain") }],
      });
      expect(await errorOf(estimate)).to.include({ code: 3 });
    });

    it("answers a batch in order, and says nothing to notifications", async () => {
      const batch = [
        { jsonrpc: "2.0", id: "a", method: "eth_chainId" },
        { jsonrpc: "2.0", method: "eth_chainId" },
        7,
        { jsonrpc: "2.0", id: 2, method: "nope" },
      ];
      const answers = JSON.parse((await post(JSON.stringify(batch))).body) as Json[];
      expect(answers.map(({ id: of }) => of)).to.deep.equal(["a", null, 2]);
      expect((await post(JSON.stringify({ jsonrpc: "2.0", method: "eth_chainId" }))).status).to.equal(204);
    });

    const foreign: readonly (readonly [string, Record<string, string>, string, number])[] = [
      ["a name of somebody else's", { host: "evil.example:80" }, "POST", 403],
      ["a name that only starts like ours", { host: "localhost.evil.example" }, "POST", 403],
      ["a page of another origin", { origin: "https://evil.example" }, "POST", 403],
      ["a page without origin", { origin: "null" }, "POST", 403],
      ["a form", { "content-type": "text/plain" }, "POST", 415],
      ["GET", {}, "GET", 405],
      ["OPTIONS, as before a request of another origin", { origin: "http://localhost" }, "OPTIONS", 405],
    ];
    for (const [what, headers, method, status] of foreign)
      it(`answers ${status} to ${what}, and allows no other origin`, async () => {
        const body = method === "POST" ? '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' : "";
        const answer = await post(body, headers, method);
        expect(answer.status).to.equal(status);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).to.deep.equal([]);
      });

    it("answers to its own names", async () => {
      for (const host of ["localhost", "LOCALHOST:8545", "127.0.0.1:1", "[::1]:8545", "10.0.0.7"])
        expect((await post('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}', { host })).status, host).to.equal(200);
    });

    it("answers 413 to a body over 2 MiB, and lives on", async () => {
      const answer = await post(Buffer.alloc(2_097_153, 0x20)).catch(
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      );
      if (typeof answer === "object") expect(answer.status).to.equal(413);
      else expect(answer).to.be.oneOf(["EPIPE", "ECONNRESET"]);
      expect(await provider.getBlockNumber()).to.be.greaterThan(5);
    });

    function open(headers: Record<string, string> = {}): Promise<WebSocket> {
      const socket = new WebSocket(served.url.replace("http:", "ws:"), { headers });
      return new Promise((resolve, reject) => {
        socket.on("open", () => resolve(socket));
        socket.on("error", reject);
      });
    }

    function say(socket: WebSocket, message: unknown): Promise<Json> {
      return new Promise((resolve) => {
        socket.once("message", (data: Buffer) => resolve(JSON.parse(data.toString()) as Json));
        socket.send(typeof message === "string" ? message : JSON.stringify(message));
      });
    }

    it("opens no WebSocket for a page of another origin or a foreign name", async () => {
      for (const headers of [{ origin: "https://evil.example" }, { host: "evil.example" }] as Record<string, string>[])
        expect(((await open(headers).catch((error: unknown) => error)) as Error).message).to.contain("403");
    });

    it("stands a WebSocket's nonsense, too many subscriptions and too long messages", async () => {
      const socket = await open();
      expect((await say(socket, "{"))["error"]).to.include({ code: -32700 });
      expect(
        (await say(socket, { jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["everything"] }))["error"],
      ).to.include({ code: -32602 });
      const subscribe = { jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] };
      const { result } = await say(socket, subscribe);
      for (let count = 1; count < 100; count++) await say(socket, subscribe);
      expect((await say(socket, subscribe))["error"]).to.include({ code: -32005 });
      const unsubscribe = { jsonrpc: "2.0", id: 1, method: "eth_unsubscribe", params: [result] };
      expect(await say(socket, unsubscribe)).to.include({ result: true });
      expect(await say(socket, unsubscribe)).to.include({ result: false });
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.send(Buffer.alloc(2_097_153, 0x20));
      expect(await closed).to.equal(1009);
      expect(await provider.getBlockNumber()).to.be.greaterThan(5);
    });

    it("does not listen where somebody listens already", async () => {
      await refusal(serveEmbeddedChain(chain, { port: Number(new URL(served.url).port) }), "C_OPTIONS");
    });
  });
});
