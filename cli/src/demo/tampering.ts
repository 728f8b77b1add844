import { generateKeyPairSync, sign } from "node:crypto";
import { fromBase64Url } from "@lianzheng/sdk/encoding";
import type { Bundle, BundleRecord } from "@lianzheng/sdk/evidence";
import { decodeDisclosure, decodeEntry, encodeDisclosure } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { createNoteSigner, decodeProof, encodeProof, signNote } from "@lianzheng/sdk/log";

/** One way to cheat with a bundle. */
export interface Tampering {
  /** Short name, part of the file's name. */
  readonly name: string;
  readonly english: string;
  readonly chinese: string;
  readonly bundle: Bundle;
}

/**
 * What a cheat would try with the bundle of a trade.
 *
 * @param genuine - all stages of the trade
 * @param foreign - any bundle of another log
 */
export function tamperings(genuine: Bundle, foreign: Bundle): readonly Tampering[] {
  return [
    {
      name: "changed-price",
      english: "the price in the contract is lowered",
      chinese: "合同价格被改低",
      bundle: withRecord(genuine, "trade.contract", (record) => withValue(record, "price", "1280.00")),
    },
    {
      name: "swapped-leaf",
      english: "the offer stands in the place of the acceptance",
      chinese: "叶子被调换",
      bundle: withSwappedEntries(genuine, "trade.offer", "trade.acceptance"),
    },
    {
      name: "foreign-checkpoint",
      english: "the checkpoint is another exchange's",
      chinese: "使用他人的检查点",
      bundle: withForeignCheckpoint(genuine, foreign),
    },
    {
      name: "self-signed-checkpoint",
      english: "the checkpoint is signed again, by a key of the cheat's own",
      chinese: "以自造密钥重签检查点",
      bundle: withSelfSignedCheckpoint(genuine),
    },
    {
      name: "removed-stage",
      english: "the delivery is left out",
      chinese: "删去交付环节",
      bundle: without(genuine, "trade.delivery"),
    },
    {
      name: "removed-ending",
      english: "settlement and everything after it are left out",
      chinese: "删去清结算及其后的环节",
      bundle: cutBefore(genuine, "trade.settlement"),
    },
  ];
}

function withRecord(bundle: Bundle, type: string, change: (record: BundleRecord) => BundleRecord): Bundle {
  return { ...bundle, records: bundle.records.map((record) => (typeOf(record) === type ? change(record) : record)) };
}

/** The salt stays right, so only the commitment can tell. */
function withValue(record: BundleRecord, name: string, value: JsonValue): BundleRecord {
  const disclosures = record.disclosures.map((text) => {
    const disclosure = decodeDisclosure(text);
    return disclosure.name === name ? encodeDisclosure(disclosure.salt, name, value) : text;
  });
  return { ...record, disclosures };
}

/** Each proof stays genuine, but proves the other entry. */
function withSwappedEntries(bundle: Bundle, one: string, other: string): Bundle {
  const find = (type: string): BundleRecord | undefined => bundle.records.find((record) => typeOf(record) === type);
  const proofs = new Map([
    [one, find(other)?.proof],
    [other, find(one)?.proof],
  ]);
  const records = bundle.records.map((record) => ({ ...record, proof: proofs.get(typeOf(record)) ?? record.proof }));
  return { ...bundle, records };
}

function withForeignCheckpoint(bundle: Bundle, foreign: Bundle): Bundle {
  return withCheckpoint(bundle, checkpointOf(foreign));
}

/** Origin, size and root are the true ones; only the key is not the log's. */
function withSelfSignedCheckpoint(bundle: Bundle): Bundle {
  const [text = ""] = checkpointOf(bundle).split("\n\n");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  const signer = createNoteSigner(text.split("\n")[0] ?? "", fromBase64Url(x), (message) =>
    sign(null, message, privateKey),
  );
  return withCheckpoint(bundle, signNote(`${text}\n`, signer));
}

function checkpointOf(bundle: Bundle): string {
  const [first] = bundle.records;
  if (first === undefined) throw new TypeError("a bundle has a record");
  return decodeProof(first.proof).checkpoint;
}

function withCheckpoint(bundle: Bundle, checkpoint: string): Bundle {
  const records = bundle.records.map((record) => ({
    ...record,
    proof: encodeProof({ ...decodeProof(record.proof), checkpoint }),
  }));
  return { ...bundle, records };
}

function without(bundle: Bundle, type: string): Bundle {
  return { ...bundle, records: bundle.records.filter((record) => typeOf(record) !== type) };
}

function cutBefore(bundle: Bundle, type: string): Bundle {
  const at = bundle.records.findIndex((record) => typeOf(record) === type);
  return { ...bundle, records: bundle.records.slice(0, at) };
}

function typeOf(record: BundleRecord): string {
  return decodeEntry(record.entry).type;
}
