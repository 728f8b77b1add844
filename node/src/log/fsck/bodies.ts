import { join } from "node:path";
import type { NoteVerifier } from "@lianzheng/sdk/log";
import type { Files } from "@lianzheng/node/journal";
import { Vault, openDisclosures } from "@lianzheng/node/vault";
import { NodeError } from "../../errors.ts";
import { logIdentity } from "../opening.ts";
import type { DisclosureReader } from "./record-check.ts";

/** The vault's keys, opened to read what records disclose. */
export interface OpenedBodies {
  readonly read: DisclosureReader;
  close(): Promise<void>;
}

/**
 * Opens the vault in `directory` for reading bodies. Nothing is changed: a damaged copy is mended by the next start, and a
 * shard that is missing is not made.
 *
 * Throws NodeError VAULT_*.
 */
export async function openBodies(
  directory: string,
  verifier: NoteVerifier,
  options: { readonly key: Uint8Array; readonly files: Files },
): Promise<OpenedBodies> {
  const identity = logIdentity(verifier.name, verifier);
  const vault = await Vault.inspect({ directory: join(directory, "vault"), identity, ...options });
  const read: DisclosureReader = ({ sealed }, { index, leaf }) => {
    const disclosures = openDisclosures(vault, { index, leaf, sealed });
    if (disclosures !== undefined) return disclosures;
    if (vault.erasedBy(index) !== undefined) return "erased";
    throw new NodeError("VAULT_CORRUPT", `the key of record ${index} is gone, and no erasure says why`);
  };
  return { read, close: () => vault.close() };
}
