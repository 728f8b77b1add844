import { sign } from "node:crypto";
import { join } from "node:path";
import type { Logger } from "pino";
import type { NodeFolder } from "@lianzheng/node/config";
import { diskFiles } from "@lianzheng/node/journal";
import type { EvidenceLog } from "@lianzheng/node/log";
import { Witness, Witnesses } from "@lianzheng/node/witness";
import {
  createCosignatureVerifier,
  createCosigner,
  encodeCosignerKey,
  parseCosignerKey,
  parseVerifierKey,
} from "@lianzheng/sdk/log";

/** Longest wait for a witness, ms: publication waits for the slowest. */
const patienceMs = 5_000;

/** The witnesses that this log asks; `log` is asked for proofs once it is open. */
export async function openWitnesses(
  { settings, paths }: NodeFolder,
  log: () => EvidenceLog,
  logger: Logger,
): Promise<Witnesses> {
  return await Witnesses.open({
    directory: join(paths.folder, "witnesses"),
    peers: settings.witnesses.map(({ name, key, url }) => ({ name, url, verifier: parseCosignerKey(key) })),
    files: diskFiles,
    consistencyProof: (from, to) => log().consistencyProof(from, to),
    patienceMs,
    refused: (witness, reason) => logger.warn({ witness, reason }, "a witness did not cosign"),
  });
}

/** What makes this node a witness of others; undefined where its settings name no logs. */
export function witnessOf({ settings, paths, witnessKey }: NodeFolder, logger: Logger): Witness | undefined {
  const { witness } = settings;
  if (witness === undefined || witnessKey === undefined) return undefined;
  const { publicKey, privateKey } = witnessKey;
  logger.info({ witness: encodeCosignerKey(witness.name, publicKey), logs: witness.logs.length }, "node is a witness");
  return new Witness({
    directory: join(paths.folder, "witness"),
    cosigner: createCosigner(witness.name, publicKey, (message) => sign(null, message, privateKey), Date.now),
    own: createCosignatureVerifier(witness.name, publicKey),
    logs: witness.logs.map(({ key }) => parseVerifierKey(key)),
    files: diskFiles,
  });
}
