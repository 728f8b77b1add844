import { EvidenceError, equalBytes, toHex } from "@lianzheng/sdk/encoding";
import { parseCosignerKey, parseVerifierKey, type NoteSignature, type NoteVerifier } from "@lianzheng/sdk/log";
import { assertAllDifferent, count, items, members, refusalAt, text, type Place } from "./reader.ts";

/** Who watches logs: a cosignature says that the checkpoint begins with every one that the witness saw before. */
export interface TrustedWitnesses {
  /** How many of them must have cosigned. */
  readonly quorum: number;
  /** Keys of C2SP tlog-cosignature, `<name>+<8 hex digits>+<base64(0x04 ‖ public key)>`. */
  readonly keys: readonly string[];
}

/** What of a log a witness must not share. */
interface WatchedLog {
  readonly origin: string;
  readonly key: string;
}

/** The note of a checkpoint can't hold more signatures. */
const maxWitnesses = 99;

/**
 * Reads witnesses strictly: no name and no public key twice, none that is a log's, and no more due than there are.
 *
 * @param logs - a witness under the origin of a log would speak for that log
 * @throws EvidenceError with the place's fault
 */
export function trustedWitnesses(place: Place, logs: readonly WatchedLog[]): TrustedWitnesses {
  const { quorum, keys } = members(place, ["quorum", "keys"]);
  const places = items(keys, 1, maxWitnesses);
  const verifiers = places.map(witness);
  assertAllDifferent(
    places,
    verifiers.map(({ name }) => name),
  );
  assertAllDifferent(
    places,
    verifiers.map(({ publicKey }) => toHex(publicKey)),
  );
  for (const [at, verifier] of verifiers.entries()) assertNoLog(places[at] ?? place, verifier, logs);
  const due = count(quorum, 1);
  if (due > places.length) throw refusalAt(quorum, "must not be more than there are witnesses");
  return { quorum: due, keys: places.map(text) };
}

function witness(place: Place): NoteVerifier {
  try {
    return parseCosignerKey(text(place));
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError(
      place.fault,
      `${place.field} is no witness's key: ${cause.message}`,
      { field: place.field },
      cause,
    );
  }
}

/** Who keeps a log can't witness it. */
function assertNoLog(place: Place, { name, publicKey }: NoteVerifier, logs: readonly WatchedLog[]): void {
  if (logs.some(({ origin }) => origin === name)) throw refusalAt(place, "bears the name of a log");
  if (logs.some(({ key }) => equalBytes(parseVerifierKey(key).publicKey, publicKey)))
    throw refusalAt(place, "is the key of a log");
}

/** The verifiers of the witnesses' cosignatures; none if the policy names no witnesses. */
export function witnessVerifiers(witnesses: TrustedWitnesses | undefined): readonly NoteVerifier[] {
  return (witnesses?.keys ?? []).map(parseCosignerKey);
}

/** How many of the witnesses are among those who signed. */
export function cosignedBy(signatures: readonly NoteSignature[], witnesses: readonly NoteVerifier[]): number {
  return witnesses.filter(({ name, keyId }) =>
    signatures.some((signature) => signature.name === name && signature.keyId === keyId),
  ).length;
}
