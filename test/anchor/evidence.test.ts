import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet, id, type JsonRpcProvider } from "ethers";
import { logIdOf, memberIdOf, type Deployment } from "@lianzheng/sdk/chain";
import { Stage } from "@lianzheng/sdk/contracts";
import { concatBytes, toBase64, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { decodeBundle, encodeBundle, verify, type Bundle, type Policy } from "@lianzheng/sdk/evidence";
import { createCosigner, encodeCosignerKey, type NoteSigner } from "@lianzheng/sdk/log";
import { Anchor, buildEvidence, httpRpc, type AnchorOptions, type ChainRpc } from "@lianzheng/node/anchor";
import { connectChain, deployContracts, registerLog } from "@lianzheng/node/deployment";
import { EmbeddedChain, serveEmbeddedChain, type ServedChain } from "@lianzheng/node/embedded";
import type { EvidenceLog } from "@lianzheng/node/log";
import { verifyOnline } from "@lianzheng/sdk/online";
import { codeOf } from "./failure.ts";
import { grow, logPublicKey, openLog, quick, submit, verifierKey } from "./log-of-tests.ts";
import { owner, testUscc } from "./owner.ts";
import { openGround, Scene } from "./scene.ts";
import { openTrade, recordStep } from "./trade.ts";

const origin = "log.exchange.example/2026";
const logId = logIdOf(owner, origin);
const buyer = testUscc(2);
const nobody: Hex = `0x${"11".repeat(20)}`;
const sealerKey: Hex = `0x${"5a".repeat(32)}`;

describe("evidence from the embedded chain", () => {
  let folder: string;
  let chain: EmbeddedChain;
  let served: ServedChain;
  let provider: JsonRpcProvider;
  let log: EvidenceLog;
  let anchor: Anchor;
  let deployment: Deployment;
  let ownerKey: Wallet;
  let buyerKey: Wallet;
  let rpc: ChainRpc;
  let policy: Policy;
  let tradeId: Hex;

  before(async function () {
    this.timeout(30_000);
    folder = await mkdtemp(join(tmpdir(), "evidence-"));
    chain = await EmbeddedChain.open({ directory: join(folder, "chain"), chainId: 20260, sealerKey });
    served = await serveEmbeddedChain(chain, { host: "127.0.0.1", port: 0 });
    provider = await connectChain(served.url);
    rpc = httpRpc(served.url);
    [ownerKey, buyerKey] = [new Wallet(id("owner"), provider), new Wallet(id("buyer"), provider)];
    deployment = await deployContracts(ownerKey, {
      seats: [seat(owner, ownerKey), seat(buyer, buyerKey)],
      threshold: 2,
    });
    await registerLog(ownerKey, deployment, { origin, key: logPublicKey });
    log = await openLog(join(folder, "node"), origin, { now: Date.now });
    anchor = await Anchor.open(anchorOptions());
    policy = policyOf(deployment, chain);
    tradeId = await openTrade(deployment, ownerKey, memberIdOf(owner), memberIdOf(buyer));
  });
  after(async () => {
    await anchor.close();
    await log.close();
    provider.destroy();
    await served.close();
    await chain.close();
    await rm(folder, { recursive: true });
  });

  const anchorOptions = (): AnchorOptions => ({
    ...{ log, chain: rpc, signer: ownerKey, deployment, owner, timings: quick },
    directory: join(folder, "node", "anchor"),
    policy: { everyRecords: 1, everySeconds: 3600 },
  });
  const build = (indexes: readonly number[]): Promise<Bundle> =>
    buildEvidence({ log, chain: rpc, deployment, logId }, indexes);
  const judge = (bundle: Bundle, required: Policy["required"] = policy.required): ReturnType<typeof verify> =>
    verify(utf8(encodeBundle(bundle)), { ...policy, required });

  it("is refused as long as nothing is anchored", async () => {
    await grow(log, 3, "product:0x01");
    expect(await codeOf(build([0]))).to.equal("C_NOT_ANCHORED");
  });

  it("decodes and verifies, for one record and for several in any order", async () => {
    await anchor.flush();
    for (const indexes of [[0], [2, 0, 1]]) {
      const bundle = await build(indexes);
      expect(decodeBundle(utf8(encodeBundle(bundle)))).to.deep.equal(bundle);
      const verdict = judge(bundle);
      expect(verdict.result, verdict.reason).to.equal("verified");
      expect(bundle.records).to.have.length(indexes.length);
      expect(bundle.law).to.have.all.keys("members");
    }
  });

  it("leads every record of several to one checkpoint that holds them all", async () => {
    await grow(log, 1, "product:0x02");
    await grow(log, 1, "product:0x01");
    await anchor.flush();
    const bundle = await build([0, 4]);
    const checkpoints = new Set(bundle.records.map(({ proof }) => proof.slice(proof.indexOf(origin))));
    expect([...checkpoints]).to.have.length(1);
    expect([...checkpoints][0]).to.match(/^[^\n]+\n5\n/);
    expect(judge(await build([0, 1, 2, 4])).result).to.equal("verified");
  });

  it("of a trade holds the newest stage that the chain recorded", async () => {
    const listing = await submit(log, `trade:${tradeId}`, "trade.listing", { price: "128000.00" });
    await recordStep(deployment, ownerKey, { tradeId, stage: Stage.listing, evidence: listing, count: 1 });
    await anchor.flush();
    const first = await log.indexesOf(`trade:${tradeId}`);
    const one = await build(first);
    expect(judge(one, [...policy.required, "complete"]).result).to.equal("verified");

    const offer = await submit(log, `trade:${tradeId}`, "trade.offer", { price: "127000.00" });
    await recordStep(deployment, buyerKey, { tradeId, stage: Stage.offer, evidence: offer, count: 2 });
    await anchor.flush();
    const both = await build(await log.indexesOf(`trade:${tradeId}`));
    const verdict = judge(both, [...policy.required, "complete"]);
    expect(verdict.result, verdict.reason).to.equal("verified");
    expect(both.law.trade?.header).to.not.equal(one.law.trade?.header);
    // The first record alone, in the checkpoint that first held it, still goes by what the chain had then.
    expect((await build(first)).law.trade).to.deep.equal(one.law.trade);
  });

  it("of a trade without stages holds the proof that it has none", async () => {
    const subject = `trade:${id("nobody's trade")}`;
    await grow(log, 1, subject);
    await anchor.flush();
    const bundle = await build(await log.indexesOf(subject));
    expect(bundle.law).to.have.all.keys("state", "trades");
    expect(judge(bundle).result).to.equal("verified");
  });

  it("is made for records of one subject, each once", async () => {
    for (const indexes of [[], [0, 0], [0, 3]]) {
      const failure = await build(indexes).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, JSON.stringify(indexes)).to.be.instanceOf(TypeError);
    }
    const beyond = await build([10_000]).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(beyond).to.include({ name: "NodeError", code: "LOG_RANGE" });
  });

  const spoiled: readonly (readonly [string, string, (answer: unknown) => unknown])[] = [
    ["eth_getBlockByNumber", "C_REORGANISED", (answer) => ({ ...(answer as object), hash: toHex(new Uint8Array(32)) })],
    ["eth_getBlockByNumber", "C_REORGANISED", () => null],
    ["eth_getBlockByNumber", "C_INCONSISTENT", (answer) => ({ ...(answer as object), gasUsed: "0x1" })],
    ["eth_getBlockReceipts", "C_INCONSISTENT", (answer) => (answer as unknown[]).slice(1)],
    [
      "eth_getBlockReceipts",
      "C_INCONSISTENT",
      (answer) => (answer as object[]).map((each) => ({ ...each, cumulativeGasUsed: "0x1" })),
    ],
    ["eth_getBlockReceipts", "C_INCONSISTENT", () => null],
    ["eth_getProof", "C_INCONSISTENT", () => null],
    ["eth_getProof", "C_INCONSISTENT", () => ({ accountProof: ["0xZZ"] })],
  ];
  it("stands when its chain is asked again, which alone makes nothing of it worse or better", async () => {
    const bytes = utf8(encodeBundle(await build(await log.indexesOf(`trade:${tradeId}`))));
    const online = await verifyOnline(bytes, policy, { endpoint: served.url });
    expect(online.result, online.reason).to.equal("verified");
    const answers = online.findings.map(({ about, answer }) => `${about} ${answer}`);
    expect(answers).to.include.members(["block stands", "member stands", "trade stands"]);
    const { findings, ...verdict } = online;
    expect(findings).to.have.length(answers.length);
    expect(verdict).to.deep.equal(verify(bytes, policy, { now: Date.now() }));
  });

  it("is final by the word of the endpoint that its reader's policy names, as deep as that asks for", async () => {
    const bytes = utf8(encodeBundle(await build([0])));
    const by = (confirmations: number): Policy => ({
      ...policy,
      chain: { ...policy.chain, finality: { engine: "rpc", endpoint: served.url, confirmations } },
    });
    expect(verify(bytes, by(0)).result).to.equal("undetermined");
    const near = await verifyOnline(bytes, by(0));
    expect(near.result, near.reason).to.equal("verified");
    expect(near.verdicts.find(({ question }) => question === "final")?.trust).to.equal("rpc");
    const deep = await verifyOnline(bytes, by(1_000_000));
    expect(deep.result).to.equal("undetermined");
  });

  it("is undetermined by a chain that has another block in its place, and left as it was by one of another name", async () => {
    const bytes = utf8(encodeBundle(await build([0])));
    const lying = (spoil: (answer: unknown, at: unknown) => unknown) => () => ({
      send: async (method: string, params: readonly unknown[]) => {
        const answer = await rpc.send(method, params);
        return method === "eth_getBlockByNumber" ? spoil(answer, params[0]) : answer;
      },
    });
    const hash = toHex(new Uint8Array(32).fill(7));
    const fork = lying((answer, at) => (at === "0x0" || at === "latest" ? answer : { ...(answer as object), hash }));
    const forked = await verifyOnline(bytes, policy, { endpoint: served.url, connect: fork });
    expect(forked.result).to.equal("undetermined");
    expect(forked.reason).to.contain("has another block in its place");
    const other = lying((answer, at) => (at === "0x0" ? { ...(answer as object), hash } : answer));
    const elsewhere = await verifyOnline(bytes, policy, { endpoint: served.url, connect: other });
    expect(elsewhere.result).to.equal("verified");
    expect(elsewhere.findings.map(({ about, answer }) => `${about} ${answer}`)).to.deep.equal(["chain unknown"]);
    const silent = await verifyOnline(bytes, policy, { endpoint: "http://127.0.0.1:1/" });
    expect(silent.findings.map(({ answer }) => answer)).to.deep.equal(["unknown"]);
  });

  it("finds out an endpoint that changes what it answers", async () => {
    for (const [method, code, spoil] of spoiled) {
      const lying = {
        send: async (name: string, params: readonly unknown[]) => {
          const answer = await rpc.send(name, params);
          return name === method ? spoil(answer) : answer;
        },
      };
      expect(await codeOf(buildEvidence({ log, chain: lying, deployment, logId }, [0])), method).to.equal(code);
    }
    expect(spoiled).to.have.length(8);
  });

  it("goes without the account's proof where the chain has forgotten the state", async () => {
    const forgetful: ChainRpc = {
      send: (method, params) => rpc.send(method === "eth_getProof" ? "eth_getNothing" : method, params),
    };
    const bundle = await buildEvidence({ log, chain: forgetful, deployment, logId }, [0]);
    expect(bundle.anchor.account).to.equal(undefined);
    expect(["verified", "undetermined"]).to.contain(judge(bundle).result);
  });

  it("is the same after the chain and the log were opened again", async () => {
    const before = await build([0]);
    await anchor.close();
    await log.close();
    await served.close();
    await chain.close();
    chain = await EmbeddedChain.open({ directory: join(folder, "chain"), chainId: 20260, sealerKey });
    served = await serveEmbeddedChain(chain, { host: "127.0.0.1", port: 0 });
    rpc = httpRpc(served.url);
    log = await openLog(join(folder, "node"), origin);
    anchor = await Anchor.open(anchorOptions());
    expect(await build([0])).to.deep.equal(before);
    await grow(log, 1);
    expect((await anchor.flush())?.size).to.equal(log.size);
  });

  it("carries the cosignatures of the log's witnesses", async () => {
    const key = new Uint8Array(generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }));
    const pair = generateKeyPairSync("ed25519");
    const publicKey = new Uint8Array(pair.publicKey.export({ format: "der", type: "spki" })).subarray(-32);
    const witness = createCosigner("court.example", publicKey, (text) => sign(null, text, pair.privateKey), Date.now);
    await anchor.close();
    await log.close();
    const cosign = (note: string): Promise<string> => Promise.resolve(note + cosignatureOf(note, witness));
    log = await openLog(join(folder, "node"), origin, {
      ...{ publication: { entries: "members", everyMs: 60_000, cosign }, now: Date.now },
    });
    anchor = await Anchor.open(anchorOptions());
    await grow(log, 1, "product:0x09");
    await anchor.flush();
    const bundle = await build(await log.indexesOf("product:0x09"));
    const under = (...keys: readonly string[]): ReturnType<typeof verify> =>
      verify(utf8(encodeBundle(bundle)), { ...policy, witnesses: { quorum: 1, keys } });
    const trusted = under(encodeCosignerKey("court.example", publicKey));
    expect(trusted.result, trusted.reason).to.equal("verified");
    expect(trusted.verdicts.find(({ question }) => question === "logged")?.trust).to.equal("witnesses");
    expect(under(encodeCosignerKey("court.example", key.subarray(-32))).result).to.equal("undetermined");
  });
});

describe("evidence from a chain without eth_getBlockReceipts", () => {
  it("asks for the receipts one by one", async () => {
    const ground = await openGround();
    const scene = await Scene.open(ground);
    await grow(scene.log, 2);
    await (await scene.anchor()).flush();
    const parts = {
      log: scene.log,
      chain: httpRpc(ground.oracle.door.url),
      deployment: scene.deployment,
      logId: scene.logId,
    };
    const bundle = await buildEvidence(parts, [0, 1]);
    const required = ["unaltered", "logged", "signed", "anchored"] as const;
    const sealer = { genesis: scene.deployment.genesis, sealer: nobody, chainId: 31337 };
    const policy = { ...policyOf(scene.deployment, sealer, scene.origin), required };
    const verdict = verify(utf8(encodeBundle(bundle)), policy);
    const answers = Object.fromEntries(verdict.verdicts.map(({ question, answer }) => [question, answer]));
    expect(answers).to.include({ unaltered: "pass", logged: "pass", anchored: "pass" });
    // Hardhat's chain seals nothing, and no verdict says that it does.
    expect(answers["final"]).to.equal("fail");
    await scene.close();
    await ground.oracle.close();
  });
});

/** The line that a witness puts under a checkpoint. */
function cosignatureOf(note: string, witness: NoteSigner): string {
  const id = new Uint8Array(4);
  new DataView(id.buffer).setUint32(0, witness.keyId);
  const signature = witness.sign(utf8(note.slice(0, note.lastIndexOf("\n\n") + 1)));
  return `\u2014 ${witness.name} ${toBase64(concatBytes(id, signature))}\n`;
}

function seat(member: string, key: Wallet): { member: string; key: Hex; kinds: ["venue", "supplier"] } {
  return { member, key: key.address.toLowerCase() as Hex, kinds: ["venue", "supplier"] };
}

function policyOf(
  { contracts }: Deployment,
  { chainId, genesis, sealer }: { readonly chainId: number; readonly genesis: Hex; readonly sealer: Hex },
  name = origin,
): Policy {
  const trusted = (contract: "members" | "evidenceLogs" | "trades"): { address: Hex; codeHash: Hex } => {
    const { address, codeHash } = contracts[contract];
    return { address, codeHash };
  };
  return {
    format: "lianzheng-policy",
    version: 1,
    name: "tests",
    chain: { chainId, genesis, finality: { engine: "single-operator", sealers: [sealer] } },
    contracts: { members: trusted("members"), evidenceLogs: trusted("evidenceLogs"), trades: trusted("trades") },
    logs: [{ origin: name, key: verifierKey(name), logId: logIdOf(owner, name), owner }],
    members: [],
    required: ["unaltered", "logged", "signed", "anchored", "final"],
  };
}
