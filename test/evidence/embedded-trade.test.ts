import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Anchor, buildEvidence, httpRpc, type ChainRpc } from "@lianzheng/node/anchor";
import { connectChain, deployContracts, registerLog } from "@lianzheng/node/deployment";
import { EmbeddedChain, serveEmbeddedChain, type ServedChain } from "@lianzheng/node/embedded";
import { EvidenceLog } from "@lianzheng/node/log";
import {
  decodeHeader,
  EMPTY_STAGE_HEAD,
  logIdOf,
  memberIdOf,
  stageHead,
  tradeHeadSlot,
  verifyTradeHead,
  type Deployment,
} from "@lianzheng/sdk/chain";
import { Stage, TradesFactory, type Trades } from "@lianzheng/sdk/contracts";
import { fromHex, sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { encodeBundle, verify, type Bundle, type Policy, type Verdict } from "@lianzheng/sdk/evidence";
import { createNoteSigner, encodeVerifierKey } from "@lianzheng/sdk/log";
import { prepareRecord, toInstant } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { id, Wallet, type JsonRpcProvider } from "ethers";
import { openTrade, recordStep, terminate } from "../anchor/trade.ts";
import { logKey, owner, supplier } from "./fixture.ts";
import { expectAnswer, expectFailure } from "./question-of.ts";

const origin = "log.trades.example/2026";
const chainId = 20260;
const key = logKey("embedded trade");

interface Proof {
  readonly accountProof: readonly Hex[];
  readonly storageProof: readonly { readonly proof: readonly Hex[] }[];
}

/** The layout of `Trades` in storage, as the sdk has it, beside the contract itself. */
describe("evidence: of a trade on the embedded chain", function () {
  this.timeout(60_000);
  let folder: string;
  let chain: EmbeddedChain;
  let served: ServedChain;
  let provider: JsonRpcProvider;
  let rpc: ChainRpc;
  let log: EvidenceLog;
  let anchor: Anchor;
  let deployment: Deployment;
  let policy: Policy;
  let seller: Wallet;
  let buyer: Wallet;
  let trades: Trades;
  let tradeId: Hex;
  let head = EMPTY_STAGE_HEAD;
  /** After each stage, all that there was by then. */
  const bundles: Bundle[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lianzheng-trade-"));
    chain = await EmbeddedChain.open({ directory: join(folder, "chain"), chainId, sealerKey: id("sealer") as Hex });
    served = await serveEmbeddedChain(chain, { host: "127.0.0.1", port: 0 });
    rpc = httpRpc(served.url);
    provider = await connectChain(served.url);
    [seller, buyer] = [new Wallet(id("seller"), provider), new Wallet(id("buyer"), provider)];
    deployment = await deployContracts(seller, { seats: [seat(owner, seller), seat(supplier, buyer)], threshold: 2 });
    await registerLog(seller, deployment, { origin, key: toHex(key.publicKey) });
    await openNode();
    policy = policyOf();
    trades = TradesFactory.connect(deployment.contracts.trades.address, seller);
    await expectHead(id("before any trade") as Hex, EMPTY_STAGE_HEAD);
    tradeId = await openTrade(deployment, seller, memberIdOf(owner), memberIdOf(supplier));
    await expectHead(tradeId, EMPTY_STAGE_HEAD);
  });

  after(async () => {
    await anchor.close();
    await log.close();
    provider.destroy();
    await served.close();
    await chain.close();
    await rm(folder, { recursive: true });
  });

  it("finds the head where the contract keeps it, after every step", async () => {
    await stage("listing", 1, seller);
    await stage("offer", 2, buyer);
    await ending(3);
    expect(bundles).to.have.length(3);
  });

  it("is complete as of the block of its anchor", () => {
    for (const [at, bundle] of bundles.entries()) {
      const verdict = judge(bundle);
      expect(verdict.result, verdict.reason).to.equal("verified");
      const { number } = decodeHeader(fromHex(bundle.anchor.event.header));
      expect(verdict.facts.trade).to.deep.equal({
        tradeId,
        stages: at + 1,
        terminated: at === 2,
        block: Number(number),
        at: verdict.facts.anchoredAt,
      });
    }
  });

  it("cut short and given the event of then is a contradiction to the state, and unknown without it", () => {
    const [older, newer] = bundles as [Bundle, Bundle];
    const trade = older.law.trade!;
    const cut = { ...newer, records: newer.records.slice(0, 1), law: { ...newer.law, trade } };
    expectFailure(judge(cut), "complete", "V_INCOMPLETE");
    expectFailure(judge({ ...cut, law: older.law }), "complete", "V_TRIE");
    expectAnswer(judge({ ...cut, law: { trade } }), "complete", "unknown");
  });

  it("is built without the state that the chain has forgotten, and says less", async () => {
    const forgetful: ChainRpc = {
      send: (method, params) => rpc.send(method === "eth_getProof" ? "eth_getNothing" : method, params),
    };
    const bundle = await build(forgetful);
    expect(bundle.law).to.have.all.keys("trade");
    expect(bundle.anchor).to.not.have.property("account");
    const verdict = judge(bundle);
    expect(expectAnswer(verdict, "complete", "unknown").reason).to.match(/Later ones are not excluded/);
    expect(verdict.result).to.equal("undetermined");
  });

  it("is not built of a proof that does not hold", async () => {
    const bend: readonly ((answer: Proof) => unknown)[] = [
      (answer) => ({ ...answer, storageProof: [] }),
      (answer) => ({ ...answer, storageProof: [{ proof: [] }] }),
      (answer) => ({ ...answer, storageProof: answer.storageProof.map((slot) => ({ ...slot, proof: ["0xc0"] })) }),
      (answer) => ({ ...answer, accountProof: answer.accountProof.slice(1) }),
      (answer) => ({ ...answer, accountProof: [] }),
    ];
    for (const change of bend) {
      const lying: ChainRpc = {
        send: async (method, params) => {
          const answer = await rpc.send(method, params);
          const isTrade = method === "eth_getProof" && params[0] === deployment.contracts.trades.address;
          return isTrade ? change(answer as Proof) : answer;
        },
      };
      const failure = await build(lying).catch((error: unknown) => error);
      expect(failure).to.include({ name: "ChainError", code: "C_INCONSISTENT" });
    }
    expect(bend).to.have.length(5);
  });

  it("is not built for a deployment that names other code", async () => {
    const { contracts } = deployment;
    const other = { ...contracts, trades: { ...contracts.trades, codeHash: contracts.rights.codeHash } };
    const failure = await build(rpc, { ...deployment, contracts: other }).catch((error: unknown) => error);
    expect(failure).to.include({ name: "ChainError", code: "C_CONTRACT_MISMATCH" });
  });

  async function openNode(): Promise<void> {
    log = await EvidenceLog.open({
      directory: join(folder, "node"),
      origin,
      signer: createNoteSigner(origin, key.publicKey, (message) => key.sign(message)),
      vaultKey: new Uint8Array(32),
      now: Date.now,
    });
    anchor = await Anchor.open({
      ...{ log, chain: rpc, signer: seller, deployment, owner },
      directory: join(folder, "node", "anchor"),
      policy: { everyRecords: 1000, everySeconds: 3600 },
    });
  }

  /** Records a stage in the log and on the chain, anchors it, and keeps the evidence of all until now. */
  async function stage(name: "listing" | "offer", count: number, signer: Wallet): Promise<void> {
    const evidence = await submit(`trade.${name}`);
    await recordStep(deployment, signer, { tradeId, stage: Stage[name], evidence, count });
    await keep(Stage[name], evidence);
  }

  async function ending(count: number): Promise<void> {
    const evidence = await submit("trade.termination");
    await terminate(deployment, [seller, buyer], { tradeId, evidence, count });
    await keep(Stage.termination, evidence);
  }

  async function keep(step: number, evidence: Hex): Promise<void> {
    head = stageHead(head, step, evidence);
    await expectHead(tradeId, head);
    await anchor.flush();
    bundles.push(await build());
  }

  async function submit(type: string): Promise<Hex> {
    const about = { type, subject: `trade:${tradeId}`, occurredAt: toInstant(Date.now()) };
    const { disclosures } = prepareRecord({ ...about, body: { price: "1.00" } }, sha256(utf8(type)));
    const submission = { issuer: owner, submitter: owner, ...about, disclosures };
    const request = { member: owner, key: type, requestDigest: toHex(sha256(utf8(type))) };
    return (await log.submit([submission], request)).receipt.records[0]!.id;
  }

  /** The contract, its storage and the proof of its storage all say the same. */
  async function expectHead(of: Hex, expected: Hex): Promise<void> {
    const { address } = deployment.contracts.trades;
    const slot = tradeHeadSlot(of);
    expect(await rpc.send("eth_getStorageAt", [address, slot, "latest"])).to.equal(expected);
    const { stateRoot } = (await rpc.send("eth_getBlockByNumber", ["latest", false])) as { stateRoot: Hex };
    const { accountProof, storageProof } = (await rpc.send("eth_getProof", [address, [slot], "latest"])) as Proof;
    const proof = { account: accountProof, storage: storageProof[0]!.proof };
    expect(verifyTradeHead(stateRoot, deployment.contracts.trades, of, proof)).to.equal(expected);
    if (of === tradeId) expect((await trades.headOf(of)).head).to.equal(expected);
  }

  async function build(chainRpc: ChainRpc = rpc, book: Deployment = deployment): Promise<Bundle> {
    const parts = { log, chain: chainRpc, deployment: book, logId: logIdOf(owner, origin) };
    return await buildEvidence(parts, await log.indexesOf(`trade:${tradeId}`));
  }

  const judge = (bundle: Bundle): Verdict => verify(utf8(encodeBundle(bundle)), policy);

  function policyOf(): Policy {
    const { members, evidenceLogs, trades: tradesAt } = deployment.contracts;
    const trusted = ({ address, codeHash }: typeof members): Policy["contracts"]["members"] => ({ address, codeHash });
    const { genesis, sealer } = chain;
    return {
      format: "lianzheng-policy",
      version: 1,
      name: "of a trade",
      chain: { chainId, genesis, finality: { engine: "single-operator", sealers: [sealer] } },
      contracts: { members: trusted(members), evidenceLogs: trusted(evidenceLogs), trades: trusted(tradesAt) },
      logs: [{ origin, key: encodeVerifierKey(origin, key.publicKey), logId: logIdOf(owner, origin), owner }],
      members: [],
      required: ["unaltered", "logged", "signed", "anchored", "final", "time", "complete"],
    };
  }
});

function seat(member: string, wallet: Wallet): { member: string; key: Hex; kinds: ["venue", "supplier"] } {
  return { member, key: wallet.address.toLowerCase() as Hex, kinds: ["venue", "supplier"] };
}
