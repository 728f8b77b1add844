import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Anchor, buildEvidence, httpRpc } from "@lianzheng/node/anchor";
import { deployContracts, registerLog } from "@lianzheng/node/deployment";
import { EmbeddedChain, serveEmbeddedChain, type ServedChain } from "@lianzheng/node/embedded";
import { EvidenceLog } from "@lianzheng/node/log";
import { decodeHeader, logIdOf, recoverSealer, type Deployment } from "@lianzheng/sdk/chain";
import { fromHex, sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { decodePolicy, encodeBundle, encodePolicy, verify, type Bundle, type Policy } from "@lianzheng/sdk/evidence";
import { createNoteSigner, encodeVerifierKey } from "@lianzheng/sdk/log";
import { prepareRecord, toInstant } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { JsonRpcProvider, Wallet } from "ethers";
import { logKey, owner } from "./fixture.ts";
import { expectAnswer, expectFailure } from "./question-of.ts";

const origin = "log.embedded.example/2026";
const subject = "product:0x91";

/** Everything as it runs in earnest: chain, contracts, log and anchor of a node; only the HTTP in front is missing. */
describe("evidence: of a node on the embedded chain", function () {
  this.timeout(60_000);
  let folder: string;
  let chain: EmbeddedChain;
  let served: ServedChain;
  let provider: JsonRpcProvider;
  let log: EvidenceLog;
  let anchor: Anchor;
  let deployment: Deployment;
  let bundle: Bundle;
  let policy: Policy;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lianzheng-evidence-"));
    chain = await EmbeddedChain.open({
      directory: join(folder, "chain"),
      chainId: 20260,
      sealerKey: toHex(sha256(utf8("sealer"))),
    });
    served = await serveEmbeddedChain(chain, { host: "127.0.0.1", port: 0 });
    provider = new JsonRpcProvider(served.url, 20260, { staticNetwork: true, batchMaxCount: 1 });
    const signer = new Wallet(toHex(sha256(utf8("member"))), provider);
    const seat = { member: owner, key: signer.address.toLowerCase() as Hex, kinds: ["venue"] as const };
    deployment = await deployContracts(signer, { seats: [seat], threshold: 1 });
    const key = logKey("embedded");
    await registerLog(signer, deployment, { origin, key: toHex(key.publicKey) });
    log = await EvidenceLog.open({
      directory: join(folder, "node"),
      origin,
      signer: createNoteSigner(origin, key.publicKey, (message) => key.sign(message)),
      vaultKey: new Uint8Array(32),
      now: Date.now,
    });
    anchor = await Anchor.open({
      log,
      chain: httpRpc(served.url),
      signer,
      deployment,
      owner,
      directory: join(folder, "node", "anchor"),
      policy: { everyRecords: 1000, everySeconds: 3600 },
    });
    await record("first");
    await record("second");
    await anchor.flush();
    policy = policyOf(encodeVerifierKey(origin, key.publicKey));
    bundle = await buildEvidence(
      { log, chain: httpRpc(served.url), deployment, logId: logIdOf(owner, origin) },
      [0, 1],
    );
  });

  after(async () => {
    await anchor.close();
    await log.close();
    provider.destroy();
    await served.close();
    await chain.close();
    await rm(folder, { recursive: true });
  });

  async function record(note: string): Promise<void> {
    const about = { type: "product.registration", subject, occurredAt: toInstant(Date.now()), body: { note } };
    const { disclosures } = prepareRecord(about, sha256(utf8(note)));
    const { type, occurredAt } = about;
    const submission = { issuer: owner, submitter: owner, type, subject, occurredAt, disclosures };
    await log.submit([submission], { member: owner, key: note, requestDigest: toHex(sha256(utf8(note))) });
  }

  function policyOf(key: string): Policy {
    const { members, evidenceLogs, trades } = deployment.contracts;
    const trusted = ({ address, codeHash }: typeof members): Policy["contracts"]["members"] => ({ address, codeHash });
    const text = encodePolicy({
      format: "lianzheng-policy",
      version: 1,
      name: "of the embedded chain",
      chain: {
        chainId: 20260,
        genesis: chain.genesis,
        finality: { engine: "single-operator", sealers: [chain.sealer] },
      },
      contracts: { members: trusted(members), evidenceLogs: trusted(evidenceLogs), trades: trusted(trades) },
      logs: [{ origin, key, logId: logIdOf(owner, origin), owner }],
      members: [],
      required: ["unaltered", "logged", "signed", "anchored", "final", "time"],
    });
    return decodePolicy(utf8(text));
  }

  it("is verified, with the contract's code proved", () => {
    const verdict = verify(utf8(encodeBundle(bundle)), policy);
    expect(verdict.reason).to.match(/is shown/);
    expect(verdict.result).to.equal("verified");
    expect(bundle.anchor).to.have.property("account");
    expect(verdict.facts.records.map(({ disclosed }) => disclosed)).to.deep.equal([
      { note: "first" },
      { note: "second" },
    ]);
    expectAnswer(verdict, "complete", "unknown");
  });

  it("is sealed by the chain's operator", () => {
    expect(recoverSealer(decodeHeader(fromHex(bundle.anchor.event.header)))).to.equal(chain.sealer);
  });

  it("is not verified by those who trust another operator or another program", () => {
    const stranger = {
      ...policy,
      chain: { ...policy.chain, finality: { engine: "single-operator", sealers: [`0x${"11".repeat(20)}`] } },
    } as const;
    expectFailure(verify(utf8(encodeBundle(bundle)), stranger), "final", "V_SEAL_SIGNER");
    const { contracts } = policy;
    const changed = { ...contracts, evidenceLogs: { ...contracts.evidenceLogs, codeHash: contracts.trades.codeHash } };
    expectFailure(verify(utf8(encodeBundle(bundle)), { ...policy, contracts: changed }), "anchored", "V_EMITTER");
  });
});
