import { EvidenceError, sha256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { readInput } from "./read.ts";

/**
 * The reader's own trust policy, and the digest of its file.
 *
 * @throws CliError E_FILE_…; EvidenceError V_POLICY, V_VERSION with the file's name
 */
export async function readPolicy(file: string): Promise<{ readonly policy: Policy; readonly digest: Hex }> {
  const { decodePolicy } = await import("@lianzheng/sdk/evidence");
  const bytes = await readInput(file);
  return { policy: named(file, () => decodePolicy(bytes)), digest: toHex(sha256(bytes)) };
}

/** The sdk knows bytes, the user files: a refusal says which of them it is about. */
export function named<Value>(file: string, decode: () => Value): Value {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new EvidenceError(error.code, `${file}: ${error.message}`, { ...error.details, file }, error);
  }
}
