import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import type { Fault } from "../proxy.ts";

/** What an endpoint can do wrong to any call, twice in a row. */
const spoils: readonly (readonly [string, Fault])[] = [
  ["429", { kind: "status", code: 429, when: "before" }],
  ["500", { kind: "status", code: 500, when: "before" }],
  ["502 after it did it", { kind: "status", code: 502, when: "after" }],
  ["a page", { kind: "page" }],
  ["half an answer", { kind: "half" }],
  ["another id", { kind: "other-id" }],
  ["an error", { kind: "error", code: -32000, message: "nonce too low", when: "before" }],
  ["an error after it did it", { kind: "error", code: -32603, message: "internal", when: "after" }],
  ["cut off", { kind: "drop", when: "before" }],
  ["cut off after it did it", { kind: "drop", when: "after" }],
];

/** Methods that a publication needs. */
const methods = [
  "eth_chainId",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_call",
  "eth_getTransactionCount",
  "eth_estimateGas",
  "eth_gasPrice",
  "eth_sendRawTransaction",
  "eth_getTransactionReceipt",
  "eth_getLogs",
] as const;

/** Answers that are well-formed and false. */
const lies: readonly (readonly [string, string, (result: unknown) => unknown])[] = [
  ["a receipt of another transaction", "eth_getTransactionReceipt", changed("transactionHash", `0x${"12".repeat(32)}`)],
  ["a receipt without status", "eth_getTransactionReceipt", changed("status", undefined)],
  ["a receipt of another block", "eth_getTransactionReceipt", changed("blockHash", `0x${"34".repeat(32)}`)],
  ["a receipt of a block in the past", "eth_getTransactionReceipt", changed("blockNumber", "0x1")],
  ["no events", "eth_getLogs", () => []],
  ["events of another contract", "eth_getLogs", inEach("address", `0x${"56".repeat(20)}`)],
  ["events of another log", "eth_getLogs", inEach("topics", [`0x${"78".repeat(32)}`])],
  ["another block than asked for", "eth_getBlockByNumber", changed("number", "0x1")],
  ["a block without a hash", "eth_getBlockByNumber", changed("hash", null)],
  ["another chain", "eth_chainId", () => "0x539"],
  ["no code", "eth_getCode", () => "0x"],
  ["an empty word for the head", "eth_call", () => "0x"],
  ["a head from long ago", "eth_call", () => `0x${"00".repeat(96)}`],
  ["an account that never sent", "eth_getTransactionCount", () => "0x0"],
  ["an account from the future", "eth_getTransactionCount", () => "0xffff"],
  ["gas for nothing", "eth_estimateGas", () => "0x1"],
];

export const rpcCases: readonly FaultCase[] = [
  {
    id: "F-R1",
    title: "a chain that is away when the node starts, and again under load: records are taken, all are anchored after",
    how: "proxy cuts every call",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.node(await context.grounds.embedded());
      proxy.weather = () => ({ kind: "drop", when: "before" });
      await node.start();
      for (let nth = 0; nth < 5; nth++) expect(await node.submit(`down${nth}`, 3)).to.equal(201);
      expect((await node.get("/readyz"))?.status).to.equal(503);
      await node.untilCode("C_UNREACHABLE");
      proxy.clear();
      await node.untilAnchored();
      proxy.weather = () => ({ kind: "drop", when: "before" });
      for (let nth = 0; nth < 5; nth++) expect(await node.submit(`away${nth}`, 3)).to.equal(201);
      await node.until("unhealthy", ({ anchoring }) => !anchoring.healthy);
      proxy.clear();
      await context.settle(node);
    },
  },
  {
    id: "F-R1b",
    title: "while the chain is away each of its followers asks at most once a second, ever more rarely",
    how: "proxy cuts every call; the node with its usual waits",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.node(await context.grounds.embedded(), {
        timings: { backoffFirstMs: 1_000, backoffLastMs: 30_000, tickMs: 250, observeMs: 15_000 },
      });
      await node.start();
      await node.submit("first");
      await node.untilAnchored();
      proxy.weather = () => ({ kind: "drop", when: "before" });
      await node.submit("second");
      const from = proxy.calls.length;
      await pause(6_000);
      // Each attempt begins with the chain's id, whoever makes it: the anchor, the registry and the policies follow the chain.
      const attempts = proxy.calls.slice(from).filter(({ method }) => method === "eth_chainId");
      expect(attempts.length).to.be.within(1, 3 * 6);
      const half = Number(attempts[0]?.atMs) + 3_000;
      const early = attempts.filter(({ atMs }) => atMs < half).length;
      expect(attempts.length - early, "as often in the second half as in the first").to.be.lessThan(early);
      proxy.clear();
      await context.settle(node);
    },
  },
  {
    id: "F-R2",
    title: "an endpoint that hangs, and one that is slow: each call ends in time, the status says since when",
    how: "proxy never answers, then late",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.sharedNode(await context.grounds.embedded());
      proxy.weather = ({ method }) => (method === "eth_blockNumber" ? undefined : { kind: "hang" });
      await node.submit("hung", 2);
      await node.untilCode("C_UNREACHABLE");
      const { anchoring } = (await (await node.get("/v1/status"))?.json()) as { anchoring: { since: string } };
      expect(Date.parse(anchoring.since)).to.be.lessThan(Date.now());
      proxy.weather = () => ({ kind: "slow", ms: 30 });
      await node.submit("slow", 2);
      await context.settle(node);
    },
  },
  ...methods.map((method, at): FaultCase => ({
    id: `F-R3${String.fromCharCode(97 + at)}`,
    title: `${method} answered by 429, 500, 502, a page, half an answer, another id, an error, or cut off, each twice`,
    how: "proxy spoils two calls in a row",
    run: (context: FaultContext): Promise<void> => spoilEach(context, method, at),
  })),
  {
    id: "F-R3x",
    title: "a body of 100 MiB, and one that unpacks to 1 GiB: bounded memory, tried again",
    how: "proxy pours",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.sharedNode(await context.grounds.embedded());
      proxy.script("eth_getLogs", { kind: "huge", mebibytes: 100 });
      await node.submit("huge");
      await node.untilAnchored();
      proxy.script("eth_call", { kind: "bomb", mebibytes: 1024 });
      await node.submit("bomb");
      await node.untilAnchored();
      expect(proxy.unmet).to.equal(0);
      await context.settle(node);
    },
  },
  {
    id: "F-R4",
    title: "sixteen plausible lies: none is believed, nothing false is noted, all is anchored after",
    how: "proxy changes the chain's answers",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.sharedNode(await context.grounds.embedded());
      expect(lies).to.have.length(16);
      for (const [at, [, method, tell]] of lies.entries()) {
        proxy.script(method, { kind: "lie", tell }, { kind: "lie", tell });
        await node.submit(`lie${at}`);
        await node.untilAnchored();
        await meetAll(proxy);
      }
      await context.settle(node);
    },
  },
  {
    id: "F-R5",
    title: "failed but persisted: the chain took the transaction, and the answer is lost: one anchor",
    how: "proxy drops the answers of eth_sendRawTransaction",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.sharedNode(await context.grounds.embedded());
      for (const [at, fault] of (["drop", "status", "error"] as const).entries()) {
        proxy.script("eth_sendRawTransaction", after(fault), after(fault));
        await node.submit(`lost${at}`, 2);
        await node.untilAnchored();
        proxy.clear();
      }
      await context.settle(node);
    },
  },
  {
    id: "F-R6",
    title: "failed and not persisted: the request is lost: sent again, the same bytes, one anchor",
    how: "proxy drops the requests of eth_sendRawTransaction",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.sharedNode(await context.grounds.embedded());
      const sent: unknown[] = [];
      proxy.onCall = ({ method, params }) => {
        if (method === "eth_sendRawTransaction") sent.push(params[0]);
      };
      await node.submit("unspoilt");
      await node.untilAnchored();
      sent.length = 0;
      proxy.script(
        "eth_sendRawTransaction",
        { kind: "drop", when: "before" },
        { kind: "status", code: 500, when: "before" },
      );
      await node.submit("unsent", 2);
      await node.untilAnchored();
      expect(sent).to.have.length(3);
      expect(new Set(sent).size).to.equal(1);
      await context.settle(node);
    },
  },
  {
    id: "F-R7",
    title: "an endpoint that says yes and forgets: sent again, the same bytes",
    how: "proxy swallows eth_sendRawTransaction",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.sharedNode(await context.grounds.embedded());
      await node.submit("before");
      await node.untilAnchored();
      const sent: unknown[] = [];
      proxy.onCall = ({ method, params }) => {
        if (method === "eth_sendRawTransaction") sent.push(params[0]);
      };
      proxy.script("eth_sendRawTransaction", { kind: "swallow" }, { kind: "swallow" }, { kind: "swallow" });
      await node.submit("forgotten", 2);
      await node.untilAnchored();
      expect(sent).to.have.length(4);
      expect(new Set(sent).size).to.equal(1);
      await context.settle(node);
    },
  },
  {
    id: "F-R9b",
    title: "each kind of call fails once with an error while a node joins its chain: it joins, and all is anchored",
    how: "proxy answers once per method with an error, without revert data",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.node(await context.grounds.embedded());
      const joining = [...methods, "eth_getBalance"].filter((method) => method !== "eth_getLogs");
      for (const method of joining)
        proxy.script(method, { kind: "error", code: -32603, message: "internal", when: "before" });
      await node.start();
      await node.submit("joined", 2);
      await context.settle(node);
      // eth_call is also asked while publishing; whatever is left was never asked while joining either.
      expect(proxy.unmet).to.be.lessThan(3);
    },
  },
  {
    id: "F-R9",
    title: "flapping: a third of all calls fails at random: all anchored, once",
    how: "proxy with a seed",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.node(await context.grounds.embedded());
      // From the first call on: joining the chain is part of it.
      proxy.weather = () =>
        context.random() < 0.3 ? spoils[Math.floor(context.random() * spoils.length)]?.[1] : undefined;
      await node.start();
      for (let round = 0; round < (context.isLong ? 300 : 4); round++) {
        await node.submit(`round${round}`, 1 + Math.floor(context.random() * 5));
        await pause(context.isLong ? 2_000 : 200);
      }
      await node.untilAnchored(90_000);
      proxy.clear();
      await context.settle(node);
    },
  },
];

async function spoilEach(context: FaultContext, method: string, at: number): Promise<void> {
  const { node, proxy } = await context.sharedNode(await context.grounds.embedded());
  // All of them where something is written; of the reads a third each, so that every spoil meets some of them.
  const all = context.isLong || method === "eth_sendRawTransaction";
  const chosen = spoils.filter((_, nth) => all || nth % 5 === at % 5);
  for (const [nth, [, fault]] of chosen.entries()) {
    proxy.script(method, fault, fault);
    await node.submit(`${method}${nth}`);
    await node.untilAnchored();
    // What the chain took at the first time is not sent a second time.
    if (method === "eth_sendRawTransaction") expect(proxy.unmet).to.be.lessThan(2);
    else await meetAll(proxy);
    proxy.clear();
  }
  await context.settle(node);
}

/** A fault that nobody met is no test: some are met by the next look only. */
async function meetAll(proxy: { readonly unmet: number }): Promise<void> {
  for (let waits = 0; proxy.unmet > 0; waits++) {
    if (waits > 200) throw new Error(`${proxy.unmet} faults were met by nobody`);
    await pause(50);
  }
}

function after(kind: "drop" | "status" | "error"): Fault {
  if (kind === "drop") return { kind, when: "after" };
  if (kind === "status") return { kind, code: 502, when: "after" };
  return { kind, code: -32000, message: "already known", when: "after" };
}

/** The same with one member changed, or left out. */
function changed(name: string, value: unknown): (result: unknown) => unknown {
  return (result) => {
    if (typeof result !== "object" || result === null) return result;
    const { [name]: dropped, ...rest } = result as Record<string, unknown>;
    return value === undefined ? rest : { ...rest, [name]: dropped === undefined ? undefined : value };
  };
}

function inEach(name: string, value: unknown): (result: unknown) => unknown {
  const change = changed(name, value);
  return (result) => (Array.isArray(result) ? result.map(change) : result);
}
