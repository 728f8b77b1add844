import { join } from "node:path";
import { isHex } from "@lianzheng/sdk/encoding";
import { NodeError } from "../errors.ts";
import { readFileIfThere, writeNewFile } from "./files.ts";
import { jsonOf } from "./json.ts";
import { SettingsReader } from "./values.ts";

/** What a node's folder is bound to, from its first start on: records that are kept for one may not go on for another. */
export interface FolderIdentity {
  /** The log's key, vkey form; its name is the log's origin. */
  readonly logKey: string;
  readonly chainId: number;
  /** Hash of the chain's first block. */
  readonly genesis: string;
  /** Address of EvidenceLogs, which has the log's checkpoints. */
  readonly evidenceLogs: string;
  /** Address that acts for the member on the chain. */
  readonly memberKey: string;
}

const members = ["logKey", "chainId", "genesis", "evidenceLogs", "memberKey"] as const;

const words: Readonly<Record<(typeof members)[number], string>> = {
  logKey: "log key",
  chainId: "chain id",
  genesis: "genesis block",
  evidenceLogs: "EvidenceLogs contract",
  memberKey: "member key",
};

/** The file that keeps the identity of the node in `folder`. */
export function identityPath(folder: string): string {
  return join(folder, "identity.json");
}

/**
 * Binds the folder at its first start, and refuses every later start with another log key, chain, contract or member key.
 *
 * The file is written before the first record can be taken. Settings, keys and address book can be exchanged one by one,
 * by mistake or by a restore from several backups; this is where that shows, before anything is signed or sent.
 *
 * @throws NodeError CONFIG_IDENTITY, `details.field` names what differs; CONFIG_FORMAT, CONFIG_VALUE, CONFIG_STORAGE
 */
export async function bindFolder(folder: string, identity: FolderIdentity): Promise<void> {
  const path = identityPath(folder);
  const bytes = await readFileIfThere(path, "open");
  if (bytes === undefined) {
    await writeNewFile(
      path,
      `${JSON.stringify({ format: "lianzheng-identity", version: 1, ...identity }, null, 2)}\n`,
      "open",
    );
    return;
  }
  const bound = decodeIdentity(bytes, path);
  for (const field of members) {
    if (String(bound[field]).toLowerCase() !== String(identity[field]).toLowerCase())
      throw differs(path, field, bound, identity);
  }
}

function differs(path: string, field: (typeof members)[number], bound: FolderIdentity, now: FolderIdentity): NodeError {
  const message =
    `this folder is bound to the ${words[field]} ${bound[field]}, and would now start with ${now[field]}: ` +
    `put back what belongs to it. If it was changed on purpose, say so in ${path}`;
  return new NodeError("CONFIG_IDENTITY", message, { file: path, field: `/${field}` });
}

function decodeIdentity(bytes: Uint8Array, path: string): FolderIdentity {
  const reader = new SettingsReader(path, jsonOf(bytes, path), "", ["format", "version", ...members]);
  reader.text("format", (text) => text === "lianzheng-identity", '"lianzheng-identity"');
  reader.count("version", 1, 1);
  return {
    logKey: reader.text("logKey", (text) => text.length <= 400, "a verifier key"),
    chainId: reader.count("chainId", 1, Number.MAX_SAFE_INTEGER),
    genesis: reader.text("genesis", (text) => isHex(text, 32), "a block hash"),
    evidenceLogs: reader.text("evidenceLogs", (text) => /^0x[0-9a-fA-F]{40}$/.test(text), "an address"),
    memberKey: reader.text("memberKey", (text) => /^0x[0-9a-fA-F]{40}$/.test(text), "an address"),
  };
}
