import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { RunningNode } from "@lianzheng/node";
import { readNodeFolder } from "@lianzheng/node/config";
import { NodeClient } from "@lianzheng/sdk/client";
import type { NodeStatus } from "@lianzheng/sdk/client";
import {
  createCosignatureVerifier,
  encodeCosignerKey,
  openCheckpoint,
  openNote,
  parseVerifierKey,
} from "@lianzheng/sdk/log";
import { callerOf, init, origin, recordOf, until, withFolder, withNode } from "../node/fixture.ts";

const witnessName = "witness.example/other";

async function changeSettings(folder: string, change: Readonly<Record<string, unknown>>): Promise<void> {
  const path = join(folder, "lianzheng.json");
  const settings = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...settings, ...change }));
}

/** The first witness in the node's status, once it is as `wanted` says. */
async function witnessOf(
  { url }: RunningNode,
  token: string,
  wanted: (state: NodeStatus["witnesses"][number]) => boolean,
): Promise<NodeStatus["witnesses"][number]> {
  const client = new NodeClient({ url, token });
  return await until(async () => (await client.status()).witnesses.find(wanted));
}

const checkpointOf = async ({ url }: RunningNode): Promise<string> =>
  await (await fetch(`${url}/log/checkpoint`)).text();

describe("two nodes, of which one witnesses the other", () => {
  it("publish a checkpoint with both signatures, tell of it, and go on when the witness is away", () =>
    withFolder(async (parent) => {
      const [own, other] = [`${parent}-own`, `${parent}-other`];
      const made = await init(own);
      await init(other, { origin: "log.example/other" });
      await changeSettings(other, { witness: { name: witnessName, logs: [{ origin, key: made.logKey }] } });
      const verifier = parseVerifierKey(made.logKey);
      await withNode(other, async (witness) => {
        const { publicKey } = (await readNodeFolder(other, {})).witnessKey!;
        const asked = {
          name: witnessName,
          key: encodeCosignerKey(witnessName, publicKey),
          url: `${witness.url}/witness`,
        };
        await changeSettings(own, {
          log: { entries: "members", publishSeconds: 1, patrolBytesPerSecond: 0 },
          witnesses: [asked],
        });
        await withNode(own, async (node) => {
          const { submit } = callerOf(node, made.adminToken);
          expect((await submit([recordOf("thing:1", 0), recordOf("thing:1", 1)], "k1")).status).to.equal(201);
          const state = await witnessOf(node, made.adminToken, ({ size }) => size === 2);
          expect(state).to.deep.equal({ name: witnessName, size: 2, reason: null });
          const cosigner = createCosignatureVerifier(witnessName, publicKey);
          const note = await until(async () => {
            const published = await checkpointOf(node);
            return published.includes(`\u2014 ${witnessName} `) ? published : undefined;
          });
          expect(openNote(note, [verifier, cosigner]).signatures.map(({ name }) => name)).to.deep.equal([
            origin,
            witnessName,
          ]);
          expect(openCheckpoint(note, [verifier]).size).to.equal(2);
          await witness.close();
          await submit([recordOf("thing:1", 2)], "k2");
          const away = await witnessOf(node, made.adminToken, ({ reason }) => reason !== null);
          expect(away.size).to.equal(2);
          const alone = await until(async () => {
            const published = await checkpointOf(node);
            return openCheckpoint(published, [verifier]).size === 3 ? published : undefined;
          });
          expect(openNote(alone, [verifier, cosigner]).signatures.map(({ name }) => name)).to.deep.equal([origin]);
        });
      });
    })).timeout(120_000);
});
