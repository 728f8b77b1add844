import { NodeError } from "../errors.ts";
import type { ErasureDesk } from "./erasure-port.ts";
import type { StoredRecord } from "./ports.ts";

/**
 * Refuses what was erased, and says by which record.
 *
 * @throws NodeError E_ERASED, `details.erasure` a Tombstone
 */
export async function refuseErased(erasures: ErasureDesk, { erasedBy }: StoredRecord): Promise<void> {
  if (erasedBy === undefined) return;
  const erasure = await erasures.tombstoneOf(erasedBy);
  const detail = `The record was erased at ${erasure.erasedAt}, ground ${erasure.ground}: nobody can read it. Its entry still stands in the log.`;
  throw new NodeError("E_ERASED", detail, { erasure });
}
