import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { stopOnSignal } from "@lianzheng/node";
import type { RunningNode } from "@lianzheng/node";
import type { InitializedNode } from "@lianzheng/node/config";
import { logIdOf } from "@lianzheng/sdk/chain";
import { utf8 } from "@lianzheng/sdk/encoding";
import { decodePolicy, verify } from "@lianzheng/sdk/evidence";
import type { Policy } from "@lianzheng/sdk/evidence";
import { ChainError } from "../../node/src/chain-error.ts";
import { NodeError } from "../../node/src/errors.ts";
import { callerOf, init, origin, owner, recordOf, silent, until, withFolder, withNode } from "./fixture.ts";

interface Receipt {
  readonly records: readonly { id: string; index: number }[];
}

/** Sealer of the chain, as an auditor would be told it. */
async function sealerIn(folder: string): Promise<string> {
  const { address } = JSON.parse(await readFile(join(folder, "keys/sealer.json"), "utf8")) as { address: string };
  return `0x${address.toLowerCase().replace(/^0x/, "")}`;
}

async function policyFor(made: InitializedNode, { deployment }: RunningNode): Promise<Policy> {
  const { members, evidenceLogs, trades } = deployment.contracts;
  const trusted = ({ address, codeHash }: typeof members): object => ({ address, codeHash });
  const sealers = [await sealerIn(made.paths.folder)];
  const { chainId, genesis } = deployment;
  return decodePolicy(
    utf8(
      JSON.stringify({
        format: "lianzheng-policy",
        version: 1,
        name: "test",
        chain: { chainId, genesis, finality: { engine: "single-operator", sealers } },
        contracts: { members: trusted(members), evidenceLogs: trusted(evidenceLogs), trades: trusted(trades) },
        logs: [{ origin, key: made.logKey, logId: logIdOf(owner, origin), owner }],
        members: [],
        required: ["unaltered", "logged", "signed", "anchored", "final"],
      }),
    ),
  );
}

async function receiptOf(response: Response): Promise<Receipt> {
  expect(response.status).to.be.oneOf([200, 201]);
  return (await response.json()) as Receipt;
}

async function evidenceOf(get: (path: string) => Promise<Response>, id: string): Promise<Uint8Array> {
  return until(async () => {
    const response = await get(`/v1/records/${id}/evidence`);
    if (response.status === 200) return new Uint8Array(await response.arrayBuffer());
    expect(((await response.json()) as { code: string }).code).to.equal("E_NOT_ANCHORED");
    return undefined;
  });
}

describe("a whole node", () => {
  it("takes records, anchors them, and gives evidence that verifies without it, before and after a restart", () =>
    withFolder(async (folder) => {
      const made = await init(folder);
      const first = await withNode(folder, async (node) => {
        const { submit, get } = callerOf(node, made.adminToken);
        const batch = [0, 1, 2].map((step) => recordOf("thing:1", step));
        const { records } = await receiptOf(await submit(batch, "k1"));
        expect(records).to.have.length(3);
        const bytes = await evidenceOf(get, String(records[1]?.id));
        const policy = await policyFor(made, node);
        const verdict = verify(bytes, policy);
        expect(verdict.result, JSON.stringify(verdict)).to.equal("verified");
        expect(verdict.facts.records.map(({ id }) => id)).to.deep.equal([records[1]?.id]);
        const history = await get("/v1/subjects/thing:1/evidence");
        const whole = verify(new Uint8Array(await history.arrayBuffer()), policy);
        expect(whole.result).to.equal("verified");
        expect(whole.facts.records).to.have.length(3);
        return { bytes, policy, records, deployment: node.deployment };
      });
      expect(verify(first.bytes, first.policy).result).to.equal("verified");
      await withNode(folder, async (node) => {
        expect(node.deployment).to.deep.equal(first.deployment);
        const { submit, get } = callerOf(node, made.adminToken);
        const batch = [0, 1, 2].map((step) => recordOf("thing:1", step));
        const replay = await submit(batch, "k1");
        expect(replay.status).to.equal(200);
        expect((await receiptOf(replay)).records).to.deep.equal(first.records);
        const { records } = await receiptOf(await submit(recordOf("thing:1", 3), "k2"));
        expect(records[0]?.index).to.equal(3);
        const again = await evidenceOf(get, String(first.records[1]?.id));
        expect(verify(again, first.policy).result).to.equal("verified");
        expect(verify(await evidenceOf(get, String(records[0]?.id)), first.policy).result).to.equal("verified");
      });
    }));

  it("says that its chain has one operator, where its log stands, and when it is ready", () =>
    withFolder(async (folder) => {
      const made = await init(folder);
      await withNode(folder, async (node) => {
        const { submit, get } = callerOf(node, made.adminToken);
        expect((await get("/readyz")).status).to.equal(200);
        await receiptOf(await submit(recordOf("thing:1"), "k"));
        interface Status {
          readonly chain: { readonly engine: string; readonly notice: string; readonly blockNumber: number };
          readonly anchored: { readonly size: number; readonly pending: number } | null;
          readonly [name: string]: unknown;
        }
        const status = await until(async () => {
          const answer = (await (await get("/v1/status")).json()) as Status;
          return answer.anchored === null ? undefined : answer;
        });
        expect(status).to.deep.include({ origin, owner, key: made.logKey, size: 1, logId: logIdOf(owner, origin) });
        expect(status.chain.engine).to.equal("single-operator");
        expect(status.chain.notice).to.contain("single operator").and.contain("no other party");
        expect(status.chain.blockNumber).to.be.greaterThan(4);
        expect(status.anchored).to.deep.include({ size: 1, pending: 0 });
        expect(status["anchoring"]).to.deep.equal({ healthy: true, code: null, since: null, alarms: [] });
      });
    }));

  it("anchors what it has when it is told to stop", () =>
    withFolder(async (folder) => {
      const made = await init(folder, { anchor: { everyRecords: 1000, everySeconds: 3600 } });
      const id = await withNode(folder, async (node) => {
        const { submit } = callerOf(node, made.adminToken);
        return String((await receiptOf(await submit(recordOf("thing:1"), "k"))).records[0]?.id);
      });
      await withNode(folder, async (node) => {
        const { get } = callerOf(node, made.adminToken);
        expect((await get(`/v1/records/${id}/evidence`)).status).to.equal(200);
      });
    }));

  it("stops at a signal, and only once", () =>
    withFolder(async (folder) => {
      await init(folder);
      await withNode(folder, async (node) => {
        const before = process.listenerCount("SIGTERM");
        const stopped = stopOnSignal(node);
        process.emit("SIGTERM", "SIGTERM");
        expect(await stopped).to.equal("SIGTERM");
        expect(process.listenerCount("SIGTERM")).to.equal(before);
        await fetch(`${node.url}/healthz`).then(
          () => expect.fail("the node still answers"),
          () => undefined,
        );
      });
    }));

  it("takes its settings from the environment, and those of the call before them", () =>
    withFolder(async (folder) => {
      await init(folder, { port: 1 });
      const environment = { LIANZHENG_PORT: "0", LIANZHENG_ANCHOR_SECONDS: "9", LIANZHENG_LOG_LEVEL: "fatal" };
      await withNode(
        folder,
        ({ settings, url }) => {
          expect(settings.anchor).to.deep.include({ everyRecords: 100, everySeconds: 9 });
          expect(settings.logLevel).to.equal("silent");
          expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
          return Promise.resolve();
        },
        { environment, overrides: { logLevel: "silent" } },
      );
    }));

  it("runs once in a folder, and a second start leaves the first alone", () =>
    withFolder(async (folder) => {
      const made = await init(folder);
      await withNode(folder, async (node) => {
        const refused = await withNode(folder, () => Promise.resolve()).catch((error: unknown) => error);
        expect(refused).to.be.instanceOf(ChainError).and.have.property("code", "C_LOCKED");
        await receiptOf(await callerOf(node, made.adminToken).submit(recordOf("thing:1"), "k"));
      });
    }));

  it("does not take the loss of its chain for a new chain", () =>
    withFolder(async (folder) => {
      await init(folder);
      await withNode(folder, () => Promise.resolve());
      await rm(join(folder, "chain"), { recursive: true });
      const refused = await withNode(folder, () => Promise.resolve()).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(ChainError);
      expect((refused as ChainError).code).to.match(/^C_(WRONG_CHAIN|CONTRACT_MISSING)$/);
    }));

  it("gives everything back when it cannot listen", () =>
    withFolder(async (folder) => {
      await init(folder);
      await withFolder(async (other) => {
        await init(other);
        await withNode(other, async (taken) => {
          const listen = { host: "127.0.0.1", port: Number(new URL(taken.url).port) };
          const refused = await withNode(folder, () => Promise.resolve(), { overrides: { listen } }).catch(
            (error: unknown) => error,
          );
          expect(refused).to.have.property("code", "EADDRINUSE");
          await withNode(folder, () => Promise.resolve());
        });
      });
    }));
});

describe("a node on a chain of others", () => {
  it("starts and takes records while the chain is away, and says so", () =>
    withFolder(async (folder) => {
      await withFolder(async (founding) => {
        await init(founding);
        const { deployment } = await withNode(founding, (node) => Promise.resolve(node));
        const made = await init(folder, { chain: "http://127.0.0.1:9" });
        const { writeDeployment } = await import("@lianzheng/node/config");
        await writeDeployment(made.paths, deployment);
        await withNode(folder, async (node) => {
          const { submit, get } = callerOf(node, made.adminToken);
          const ready = await get("/readyz");
          expect(ready.status).to.equal(503);
          expect(((await ready.json()) as { detail: string }).detail).to.contain("C_UNREACHABLE");
          const { records } = await receiptOf(await submit(recordOf("thing:1"), "k"));
          expect((await get(`/v1/records/${String(records[0]?.id)}/evidence`)).status).to.equal(409);
          const status = (await (await get("/v1/status")).json()) as { chain: object; anchoring: object };
          expect(status.chain).to.deep.include({ engine: "unknown", blockNumber: null });
          expect(status.anchoring).to.deep.include({ healthy: false, code: "C_UNREACHABLE", alarms: [] });
        });
      });
    }));

  it("is not started on another chain than the address book's", () =>
    withFolder(async (folder) => {
      await withFolder(async (founding) => {
        await init(founding, { rpcPort: 0 });
        await withNode(founding, async ({ chainUrl = "", deployment }) => {
          const made = await init(folder, { chain: chainUrl });
          const { writeDeployment } = await import("@lianzheng/node/config");
          await writeDeployment(made.paths, { ...deployment, genesis: `0x${"1".repeat(64)}` });
          const refused = await withNode(folder, () => Promise.resolve()).catch((error: unknown) => error);
          expect(refused).to.be.instanceOf(ChainError).and.have.property("code", "C_WRONG_CHAIN");
        });
      });
    }));

  it("waits for the council, and anchors once it is admitted", () =>
    withFolder(async (folder) => {
      await withFolder(async (founding) => {
        await init(founding, { rpcPort: 0 });
        await withNode(founding, async ({ chainUrl = "", deployment }) => {
          const made = await init(folder, {
            chain: chainUrl,
            origin: "log.example/second",
            owner: "91460000MA5T00024T",
          });
          const { writeDeployment } = await import("@lianzheng/node/config");
          await writeDeployment(made.paths, deployment);
          await withNode(folder, async (node) => {
            const { submit, get } = callerOf(node, made.adminToken);
            expect(((await (await get("/readyz")).json()) as { detail: string }).detail).to.contain("C_NOT_MEMBER");
            const { records } = await receiptOf(await submit(recordOf("thing:1"), "k"));
            await admit(founding, folder, chainUrl);
            await evidenceOf(get, String(records[0]?.id));
            expect((await get("/readyz")).status).to.equal(200);
            // The chain is another process's, but still one operator's, and whoever asks this node is told.
            const status = (await (await get("/v1/status")).json()) as { chain: { engine: string; notice: string } };
            expect(status.chain.engine).to.equal("single-operator");
            expect(status.chain.notice).to.contain("no other party witnesses it");
          });
        });
      });
    }));
});

describe("a node's folder that is wrong", () => {
  it("stops the start before anything is opened", () =>
    withFolder(async (folder) => {
      const refused = await withNode(folder, () => Promise.resolve(), { logger: silent }).catch(
        (error: unknown) => error,
      );
      expect(refused).to.be.instanceOf(NodeError).and.have.property("code", "CONFIG_MISSING");
    }));
});

/** The second member applies, and the founding one votes. */
async function admit(founding: string, folder: string, chainUrl: string): Promise<void> {
  const { readNodeFolder } = await import("@lianzheng/node/config");
  const { admissionOf, applyMember, connectChain, supportMotion } = await import("@lianzheng/node/deployment");
  const { Wallet } = await import("ethers");
  const [voter, applicant] = await Promise.all([readNodeFolder(founding, {}), readNodeFolder(folder, {})]);
  const provider = await connectChain(chainUrl);
  const { deployment } = voter;
  if (deployment === undefined) throw new TypeError("the founding node has deployed");
  const papers = `0x${"7".repeat(64)}` as const;
  const application = { member: applicant.settings.owner, kinds: ["supplier"] as const, papers };
  const made = await applyMember(new Wallet(applicant.memberKey.privateKey, provider), deployment, application);
  const motion = await admissionOf(provider, deployment, { application: made.application ?? 0, reason: papers });
  await supportMotion(new Wallet(voter.memberKey.privateKey, provider), deployment, motion);
  provider.destroy();
}
