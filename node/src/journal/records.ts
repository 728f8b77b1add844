import { NodeError } from "../errors.ts";

/** One request that was accepted, and how many records it brought. */
export interface StoredBatch {
  /** Member that sent it. */
  readonly member: string;
  /** The member's idempotency key. */
  readonly key: string;
  /** Digest of the request, 32 bytes; in the journal blinded by the keys of its records (vault). */
  readonly requestDigest: Uint8Array;
  readonly count: number;
}

/** What of a record stands in the journal for everybody who reads its files. */
interface RecordInClear {
  /** Text of the entry (formats.md section 5). */
  readonly entry: string;
  /** Member that sent it. */
  readonly submitter: string;
}

/** One record as the journal keeps it. What it discloses is sealed: only who has the vault can open it. */
export interface StoredRecord extends RecordInClear {
  /** The disclosures under the record's own key: nonce, ciphertext, tag. Not looked into here. */
  readonly sealed: Uint8Array;
}

/** One record before it is sealed. */
export interface PlainRecord extends RecordInClear {
  readonly disclosures: readonly string[];
}

/**
 * Payload of a `records` frame: the requests of one group commit, their records, and the checkpoint that covers them.
 *
 * The checkpoint is in the same frame as the records that it signs for, so after a crash there are both or neither,
 * and a checkpoint that was handed out can never be contradicted.
 */
export interface RecordsPayload<Kept extends PlainRecord | StoredRecord = StoredRecord> {
  /** Index of the first record in the log. */
  readonly firstIndex: number;
  /** Signed note over the tree that ends with the last record. */
  readonly checkpoint: string;
  readonly batches: readonly StoredBatch[];
  readonly records: readonly Kept[];
}

/** Where one record stands within its payload. */
export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
}

/** Bytes in front of the directory: first index 8, records 4, batches 4, checkpoint's length 4. */
export const payloadHeaderBytes = 20;
/** Bytes of the directory for each record: offset 4, length 4. */
export const placeBytes = 8;

const lineFeed = 0x0a;

/** Reads one record: two lines of ASCII, then what is sealed. Throws JOURNAL_CORRUPT. */
export function decodeRecord(bytes: Uint8Array): StoredRecord {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entryEnd = record.indexOf(lineFeed);
  const submitterEnd = record.indexOf(lineFeed, entryEnd + 1);
  if (entryEnd < 1 || submitterEnd < 0) throw malformed();
  return {
    entry: record.toString("latin1", 0, entryEnd),
    submitter: record.toString("latin1", entryEnd + 1, submitterEnd),
    sealed: record.subarray(submitterEnd + 1),
  };
}

/** The payload's bytes: header, directory, checkpoint, batches, records. */
export function encodeRecords({ firstIndex, checkpoint, batches, records }: RecordsPayload): Buffer {
  const lengths = records.map(({ entry, submitter, sealed }) => entry.length + submitter.length + 2 + sealed.length);
  const note = Buffer.from(checkpoint, "utf8");
  const requests = Buffer.concat(batches.map(encodeBatch));
  let at = payloadHeaderBytes + records.length * placeBytes + note.length + requests.length;
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, at));
  bytes.set(note, payloadHeaderBytes + records.length * placeBytes);
  bytes.set(requests, at - requests.length);
  writeHeader(bytes, { firstIndex, records: records.length, batches: batches.length, note: note.length });
  for (const [position, { entry, submitter, sealed }] of records.entries()) {
    bytes.writeUInt32BE(at, payloadHeaderBytes + position * placeBytes);
    bytes.writeUInt32BE(lengths[position] ?? 0, payloadHeaderBytes + position * placeBytes + 4);
    at += bytes.write(`${entry}\n${submitter}\n`, at, "latin1");
    bytes.set(sealed, at);
    at += sealed.length;
  }
  return bytes;
}

interface PayloadHeader {
  readonly firstIndex: number;
  readonly records: number;
  readonly batches: number;
  /** Length of the checkpoint in bytes. */
  readonly note: number;
}

function writeHeader(bytes: Buffer, header: PayloadHeader): void {
  bytes.writeBigUInt64BE(BigInt(header.firstIndex), 0);
  bytes.writeUInt32BE(header.records, 8);
  bytes.writeUInt32BE(header.batches, 12);
  bytes.writeUInt32BE(header.note, 16);
}

/** Reads the first {@link payloadHeaderBytes} of a payload. */
export function decodePayloadHeader(bytes: Buffer): PayloadHeader {
  return {
    firstIndex: Number(bytes.readBigUInt64BE(0)),
    records: bytes.readUInt32BE(8),
    batches: bytes.readUInt32BE(12),
    note: bytes.readUInt32BE(16),
  };
}

/** Reads one place of the directory; `bytes` are that place's {@link placeBytes}. */
export function decodePlace(bytes: Buffer): RecordPlace {
  return { offset: bytes.readUInt32BE(0), length: bytes.readUInt32BE(4) };
}

/** The checkpoint in a payload whose frame was verified: its records, of which there may be thousands, are not read. */
export function decodeCheckpoint(bytes: Buffer): string {
  const { records, note } = decodePayloadHeader(bytes);
  const noteAt = payloadHeaderBytes + records * placeBytes;
  return bytes.toString("utf8", noteAt, noteAt + note);
}

/** Reads a payload whose frame was verified. Throws JOURNAL_CORRUPT if it is no records' payload all the same. */
export function decodeRecords(bytes: Buffer): RecordsPayload {
  try {
    const header = decodePayloadHeader(bytes);
    const noteAt = payloadHeaderBytes + header.records * placeBytes;
    return {
      firstIndex: header.firstIndex,
      checkpoint: decodeCheckpoint(bytes),
      batches: decodeBatches(bytes, noteAt + header.note, header.batches),
      records: decodePlaces(bytes, header.records).map(({ offset, length }) =>
        decodeRecord(bytes.subarray(offset, offset + length)),
      ),
    };
  } catch (error) {
    throw error instanceof NodeError ? error : malformed(error);
  }
}

function decodePlaces(bytes: Buffer, count: number): readonly RecordPlace[] {
  return Array.from({ length: count }, (_, position) =>
    decodePlace(bytes.subarray(payloadHeaderBytes + position * placeBytes)),
  );
}

/** count 4, digest 32, length of the member 1, member, length of the key 2, key. */
function encodeBatch({ member, key, requestDigest, count }: StoredBatch): Buffer {
  const bytes = Buffer.alloc(39 + member.length + key.length);
  bytes.writeUInt32BE(count, 0);
  bytes.set(requestDigest, 4);
  bytes[36] = member.length;
  bytes.write(member, 37, "latin1");
  bytes.writeUInt16BE(key.length, 37 + member.length);
  bytes.write(key, 39 + member.length, "latin1");
  return bytes;
}

function decodeBatches(bytes: Buffer, from: number, count: number): readonly StoredBatch[] {
  let at = from;
  return Array.from({ length: count }, () => {
    const keyAt = at + 37 + bytes.readUInt8(at + 36);
    const end = keyAt + 2 + bytes.readUInt16BE(keyAt);
    const batch = {
      member: bytes.toString("latin1", at + 37, keyAt),
      key: bytes.toString("latin1", keyAt + 2, end),
      requestDigest: bytes.subarray(at + 4, at + 36),
      count: bytes.readUInt32BE(at),
    };
    at = end;
    return batch;
  });
}

function malformed(cause?: unknown): NodeError {
  return new NodeError("JOURNAL_CORRUPT", "a frame of records does not hold what it should", {}, cause);
}
