import { EvidenceError, fromBase64Url, toBase64Url } from "@lianzheng/sdk/encoding";

/** Places of the shortest list: so many that a place tells nobody which credential it is. @see Bitstring Status List v1.0 section 3.1 */
export const minEntries = 131_072;

/** Places of the longest list that is read here; one that unpacks to more is refused before it is unpacked. */
export const maxEntries = 8 * 1024 * 1024;

/** Which credentials of a list no longer count, one bit each, the first one the highest bit of the first byte. */
export class StatusBits {
  readonly #bits: Uint8Array<ArrayBuffer>;

  /** @param bits - 16,384 to 1,048,576 bytes; a copy is kept @throws EvidenceError E_RANGE */
  constructor(bits: Uint8Array = new Uint8Array(minEntries / 8)) {
    if (bits.length * 8 < minEntries || bits.length * 8 > maxEntries)
      throw new EvidenceError("E_RANGE", `a status list has ${minEntries} to ${maxEntries} places`);
    this.#bits = new Uint8Array(bits);
  }

  get length(): number {
    return this.#bits.length * 8;
  }

  /** @throws EvidenceError V_INDEX: no place of this list */
  isSet(index: number): boolean {
    return ((this.#bits[this.#byteOf(index)] ?? 0) & maskOf(index)) !== 0;
  }

  /** The list with this place set; nothing unsets it, for a revocation is for good. @throws EvidenceError V_INDEX */
  with(index: number): StatusBits {
    const next = new StatusBits(this.#bits);
    const at = next.#byteOf(index);
    next.#bits[at] = (next.#bits[at] ?? 0) | maskOf(index);
    return next;
  }

  /** As `encodedList` has it: `u` and base64url of GZIP. @see Bitstring Status List v1.0 section 3.3 */
  async encode(): Promise<string> {
    const packed = new Blob([this.#bits]).stream().pipeThrough(new CompressionStream("gzip"));
    return `u${toBase64Url(await gather(packed, maxEntries))}`;
  }

  /** @throws EvidenceError V_FORMAT (no such text), E_RANGE (too few places, or too many) @see section 3.4 */
  static async decode(text: string): Promise<StatusBits> {
    if (!text.startsWith("u")) throw new EvidenceError("V_FORMAT", "an encoded list begins with u");
    const packed = new Uint8Array(fromBase64Url(text.slice(1)));
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new StatusBits(await gather(plain, maxEntries / 8));
  }

  #byteOf(index: number): number {
    if (Number.isSafeInteger(index) && index >= 0 && index < this.length) return Math.floor(index / 8);
    throw new EvidenceError("V_INDEX", `a list of ${this.length} places has no place ${index}`);
  }
}

function maskOf(index: number): number {
  return 0x80 >> (index % 8);
}

/** A few bytes can unpack to gigabytes: what is more than `most` is not read. */
async function gather(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await readFrom(reader);
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new EvidenceError("E_RANGE", `a status list has ${maxEntries} places or fewer`);
    }
    parts.push(new Uint8Array(value));
  }
}

async function readFrom(reader: ReadableStreamDefaultReader<Uint8Array>): ReturnType<typeof reader.read> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new EvidenceError("V_FORMAT", "the list is no GZIP", {}, cause);
  }
}
