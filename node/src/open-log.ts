import { sign } from "node:crypto";
import type { Logger } from "pino";
import type { NodeFolder } from "@lianzheng/node/config";
import { EvidenceLog, type LogProgress } from "@lianzheng/node/log";
import type { Witnesses } from "@lianzheng/node/witness";
import { createNoteSigner } from "@lianzheng/sdk/log";
import type { NodeError } from "./errors.ts";
import type { Watch } from "./watch.ts";
import { openWitnesses } from "./witnessing.ts";

/** The log, open. */
export interface OpenedLog {
  readonly log: EvidenceLog;
  /** Resolves when the log has ended writing for good. */
  readonly failed: Promise<NodeError>;
  /** The witnesses that cosign its checkpoints. */
  readonly witnesses: Witnesses;
}

/** Files that were not what was written, and were made good: nothing is lost, but the disk deserves a look. */
const troubles: ReadonlySet<LogProgress["stage"]> = new Set(["mark-damaged", "vault-mended", "index-discarded"]);

/** Opens the log in `folder` with its keys and its witnesses. @throws NodeError JOURNAL_*, LOG_*, INDEX_* */
export async function openLog(folder: NodeFolder, logger: Logger, watch: Watch): Promise<OpenedLog> {
  const { settings, paths, logKey, vaultKey } = folder;
  const { origin } = settings;
  const { failed, tell } = endOfLog(logger);
  // Witnesses ask the log for proofs, and the log asks them for cosignatures: one of the two has to be there first.
  let opened: EvidenceLog | undefined;
  const witnesses = await openWitnesses(folder, () => openedOf(opened), logger);
  const cosign = settings.witnesses.length === 0 ? {} : { cosign: (note: string) => witnesses.cosign(note) };
  const log = (opened = await EvidenceLog.open({
    directory: paths.folder,
    origin,
    signer: createNoteSigner(origin, logKey.publicKey, (message) => sign(null, message, logKey.privateKey)),
    vaultKey,
    now: Date.now,
    onProgress: (progress) => {
      if (progress.stage === "patrolled") watch.metrics.patrolled("journal", 0);
      if (progress.stage === "patrol-failed") watch.metrics.patrolled("journal", 1);
      if (troubles.has(progress.stage)) logger.warn(progress, "log opens: a file was not as it was written");
      else logger.info(progress, "log opens");
    },
    onEnd: tell,
    patrolBytesPerSecond: settings.log.patrolBytesPerSecond,
    onCommit: (group) => watch.committed(group),
    publication: { entries: settings.log.entries, everyMs: settings.log.publishSeconds * 1000, ...cosign },
  }));
  return { log, failed, witnesses };
}

function endOfLog(logger: Logger): { readonly failed: Promise<NodeError>; readonly tell: (why: NodeError) => void } {
  let resolve: ((failure: NodeError) => void) | undefined;
  const failed = new Promise<NodeError>((settle) => (resolve = settle));
  const tell = (failure: NodeError): void => {
    const { code, cause } = failure;
    logger.fatal({ code, err: cause ?? failure }, "the log takes nothing more; start the node again");
    resolve?.(failure);
  };
  return { failed, tell };
}

function openedOf(log: EvidenceLog | undefined): EvidenceLog {
  if (log === undefined) throw new TypeError("the log is not open yet");
  return log;
}
