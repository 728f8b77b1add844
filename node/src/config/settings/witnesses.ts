import { EvidenceError } from "@lianzheng/sdk/encoding";
import { parseCosignerKey, parseVerifierKey } from "@lianzheng/sdk/log";
import type { SettingsReader } from "../values.ts";
import { chainUrlForm, isChainUrl } from "./chain.ts";
import { isOrigin } from "./origin.ts";

/** A witness that is asked to cosign this log's checkpoints. */
export interface WitnessSettings {
  readonly name: string;
  /** vkey of its cosignatures. */
  readonly key: string;
  /** Prefix of its address, to which `/add-checkpoint` is added. */
  readonly url: string;
}

/** Whose checkpoints this node cosigns. */
export interface WitnessingSettings {
  /** Name of this node as a witness. */
  readonly name: string;
  readonly logs: readonly { readonly origin: string; readonly key: string }[];
}

const maxWitnesses = 16;
const maxWitnessedLogs = 1000;

/** Reads the block `witnesses`, which may be left out. @throws NodeError CONFIG_VALUE */
export function witnessesOf(settings: SettingsReader): readonly WitnessSettings[] {
  if (!settings.has("witnesses")) return [];
  return settings.items("witnesses", maxWitnesses, ["name", "key", "url"]).map((item) => ({
    name: item.text("name", isOrigin, "the witness's name, as its key has it"),
    key: item.text("key", isCosignerKey, "a verifier key of cosignatures"),
    url: item.text("url", isChainUrl, chainUrlForm).replace(/\/+$/, ""),
  }));
}

/** Reads the block `witness`; undefined for a node that witnesses nobody. @throws NodeError CONFIG_VALUE */
export function witnessingOf(settings: SettingsReader): WitnessingSettings | undefined {
  if (!settings.has("witness")) return undefined;
  const reader = settings.object("witness", ["name", "logs"]);
  const logs = reader.items("logs", maxWitnessedLogs, ["origin", "key"]).map((item) => ({
    origin: item.text("origin", isOrigin, "a log's name"),
    key: item.text("key", isLogKey, "a verifier key"),
  }));
  return { name: reader.text("name", isOrigin, "a name for this node as a witness"), logs };
}

function isCosignerKey(text: string): boolean {
  return isReadable(() => parseCosignerKey(text));
}

function isLogKey(text: string): boolean {
  return isReadable(() => parseVerifierKey(text));
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}
