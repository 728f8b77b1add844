import { createHash } from "node:crypto";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { concatBytes, fromHex, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { Ledger } from "./ledger.ts";

const fileName = "HEAD-WITNESS";
const bodyBytes = 40;
const slotBytes = bodyBytes + 8;

interface Witnessed {
  readonly number: number;
  readonly hash: Hex;
}

/**
 * A second note of the newest block, beside the database. LevelDB opens without a word when its own log was cut short or
 * lost, and then acknowledged blocks are gone: this file shows it.
 *
 * Two slots that are written in turn, so that a torn write spoils one of them at most. Not fsynced: after a power cut it may be
 * older than the database, which is no alarm; it is never newer, since it is written after the database's fsync.
 */
export class HeadWitness {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  static open(directory: string): HeadWitness {
    return new HeadWitness(openSync(join(directory, fileName), constants.O_RDWR | constants.O_CREAT, 0o644));
  }

  /** Notes a block that is on disk. */
  note({ number, hash }: Witnessed): void {
    const body = new Uint8Array(bodyBytes);
    new DataView(body.buffer).setBigUint64(0, BigInt(number));
    body.set(fromHex(hash, 32), 8);
    writeSync(this.#descriptor, concatBytes(body, checksum(body)), 0, slotBytes, (number % 2) * slotBytes);
  }

  /** @throws ChainError C_DAMAGED when the database lacks the newest block that was noted, or has another one there */
  async check(ledger: Ledger, head: number | undefined): Promise<void> {
    const witnessed = this.#newest();
    if (witnessed === undefined) return;
    const { number, hash } = witnessed;
    if (head === undefined || number > head)
      throw new ChainError("C_DAMAGED", `the database ends at block ${head ?? "none"}, block ${number} was there`, {
        head,
        number,
        hash,
      });
    const { hash: found } = await ledger.existing(number);
    if (found !== hash)
      throw new ChainError("C_DAMAGED", `block ${number} is not the one that was made`, { number, hash, found });
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #newest(): Witnessed | undefined {
    const [even, odd] = [this.#slot(0), this.#slot(1)];
    if (even === undefined || odd === undefined) return even ?? odd;
    return even.number > odd.number ? even : odd;
  }

  #slot(slot: 0 | 1): Witnessed | undefined {
    const bytes = new Uint8Array(slotBytes);
    if (readSync(this.#descriptor, bytes, 0, slotBytes, slot * slotBytes) !== slotBytes) return undefined;
    const body = bytes.subarray(0, bodyBytes);
    if (toHex(checksum(body)) !== toHex(bytes.subarray(bodyBytes))) return undefined;
    return { number: Number(new DataView(bytes.buffer).getBigUint64(0)), hash: toHex(body.subarray(8)) };
  }
}

function checksum(body: Uint8Array): Uint8Array {
  return createHash("sha256")
    .update(body)
    .digest()
    .subarray(0, slotBytes - bodyBytes);
}
