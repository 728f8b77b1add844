/** What is wrong with bytes or values that somebody hands in: the shape of the input, before any question of trust. */
export type InputErrorCode =
  | "E_BODY_EMPTY"
  | "E_TOO_LARGE"
  | "E_ENCODING"
  | "E_JSON_SYNTAX"
  | "E_JSON_DUPLICATE_KEY"
  | "E_FORBIDDEN_KEY"
  | "E_NUMBER_FORM"
  | "E_NUMBER_UNSAFE"
  | "E_DEPTH"
  | "E_TOO_MANY_KEYS"
  | "E_TYPE"
  | "E_UNKNOWN_FIELD"
  | "E_MISSING_FIELD"
  | "E_RANGE"
  | "E_NOT_CANONICAL"
  | "E_HEX_FORM"
  | "E_HASH_FORM"
  | "E_HASH_ZERO"
  | "E_ADDRESS"
  | "E_BASE64_FORM"
  | "E_ID_CHARSET"
  | "E_UNICODE_FORM"
  | "E_USCC"
  | "E_INSTANT"
  | "E_RECORD_TYPE"
  | "E_RESERVED_NAME"
  | "E_DUPLICATE"
  | "E_DISCLOSURE"
  | "E_SEED"
  | "E_SIGNATURE_FORM"
  | "E_NOTE_TEXT"
  | "E_NOTE_NAME"
  | "E_NOTE_KEY"
  | "E_TILE"
  | "E_TILE_PATH"
  | "E_SCHEMA_DOCUMENT";

/** Why a proof, a note, a bundle or a policy does not hold. */
export type VerificationErrorCode =
  | "V_FORMAT"
  | "V_VERSION"
  | "V_ALGORITHM"
  | "V_LEAF"
  | "V_ROOT"
  | "V_PROOF_LENGTH"
  | "V_INDEX"
  | "V_BINDING"
  | "V_UNTRUSTED_ANCHOR"
  | "V_EMITTER"
  | "V_TX_FAILED"
  | "V_RECEIPT"
  | "V_TRIE"
  | "V_EVENT"
  | "V_HEADER"
  | "V_SEAL"
  | "V_SEAL_SIGNER"
  | "V_QUORUM"
  | "V_TIMESTAMP"
  | "V_MEMBER_SIGNATURE"
  | "V_NOTE"
  | "V_TIME"
  | "V_CONSISTENCY"
  | "V_EQUIVOCATION"
  | "V_DISCLOSURE"
  | "V_INCOMPLETE"
  | "V_NOT_ENTITLED"
  | "V_REVOKED"
  | "V_POLICY";

/** Every code the sdk answers with. Codes are API (semver); messages are not. */
export type EvidenceErrorCode = InputErrorCode | VerificationErrorCode;

/**
 * The sdk's one error class.
 *
 * `details.field` is an RFC 6901 JSON pointer to the offending member (`""` is the whole value), `details.offset` a byte
 * offset into the input; both only where they are known. `details` never holds secrets (salts, seeds, keys).
 */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
  readonly code: EvidenceErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: EvidenceErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}
