/** One way in which a node may refuse, as HTTP says it. */
export interface NodeFault {
  /** HTTP status of the answer (RFC 9110). */
  readonly status: number;
  /** Short summary of the kind of fault, the same for every occurrence (RFC 9457 `title`). */
  readonly title: string;
}

/**
 * Every code of {@link NodeError}, with its HTTP status and title: the one table.
 *
 * Codes are API and never change their meaning; titles and messages are for people. Grouped by what is at fault.
 */
export const nodeFaults = {
  // The request as HTTP.
  E_BODY_EMPTY: { status: 400, title: "The body is empty" },
  E_BODY_TOO_LARGE: { status: 413, title: "The body is larger than the node accepts" },
  E_REQUEST: { status: 400, title: "The request is malformed" },
  E_HEADERS_TOO_LARGE: { status: 431, title: "The header fields are larger than the node accepts" },
  E_MEDIA_TYPE: { status: 415, title: "The media type is not accepted" },
  E_ENCODING_UNSUPPORTED: { status: 415, title: "The content encoding is not accepted" },
  E_METHOD: { status: 405, title: "The resource does not know this method" },
  E_EXPECTATION: { status: 417, title: "The expectation cannot be met" },
  E_TIMEOUT: { status: 408, title: "The request took too long to arrive" },

  // Who asks.
  E_AUTH: { status: 401, title: "The credentials are missing or not valid" },
  E_MEMBER_MISMATCH: { status: 403, title: "The record names another member than the caller" },

  // What is submitted.
  E_IDEMPOTENCY_KEY: { status: 400, title: "The idempotency key is missing or malformed" },
  E_IDEMPOTENCY_MISMATCH: { status: 422, title: "The idempotency key was used for another request" },
  E_IN_PROGRESS: { status: 409, title: "The same request is still being worked on" },
  E_BATCH_EMPTY: { status: 422, title: "The batch holds no record" },
  E_BATCH_TOO_LARGE: { status: 422, title: "The batch holds more records than the node accepts" },
  E_DUPLICATE_IN_BATCH: { status: 422, title: "The batch holds one record twice" },
  E_ERASURE_TYPE: { status: 422, title: "A record of an erasure is made by erasing, not by submitting" },
  E_NOT_ERASABLE: { status: 422, title: "The record cannot be erased" },
  E_RETENTION: { status: 409, title: "The record must still be kept" },

  // By which rules it is judged. The answers carry a signed refusal.
  E_SCHEMA: { status: 422, title: "The record does not fit the schema of its type" },
  E_SCHEMA_UNKNOWN_VERSION: { status: 422, title: "The node has no usable schema of the version in force" },
  E_RECORD_TYPE_UNREGISTERED: { status: 422, title: "No schema is registered for this record type" },
  E_RECORD_TYPE_RESERVED: { status: 422, title: "Records of this type are the node's own" },
  E_RED_LINE: { status: 422, title: "The record crosses a red line" },
  E_POLICY_UNKNOWN_VERSION: { status: 422, title: "The node has not got a policy that is in force" },

  // What is asked for.
  E_NOT_FOUND: { status: 404, title: "There is no such thing here" },
  E_ERASED: { status: 410, title: "The record was erased" },
  E_NOT_ANCHORED: { status: 409, title: "The record is not anchored yet" },
  E_POLICY: { status: 422, title: "The trust policy is not acceptable" },
  E_POLICY_NEEDED: { status: 422, title: "The node has no trust policy of its own for this" },
  E_SUBJECT_TOO_LARGE: { status: 422, title: "The subject has more entries than a bundle of evidence holds" },
  E_PAGE: { status: 422, title: "The page is out of range" },
  E_CURSOR: { status: 400, title: "The cursor is not one of this node" },
  E_QUERY_DUPLICATE: { status: 400, title: "A query parameter is given twice" },
  E_QUERY: { status: 400, title: "A query parameter is not known or malformed" },

  E_FIELD: { status: 422, title: "A member of the body is missing, unknown or not acceptable" },

  // Events.
  E_STREAM_LIMIT: { status: 429, title: "There are as many event streams as may be" },
  E_WEBHOOK_TARGET: { status: 422, title: "The node does not deliver to this URL" },
  E_WEBHOOK_LIMIT: { status: 409, title: "There are as many webhooks as may be" },

  // The node's condition.
  E_READ_ONLY: { status: 503, title: "The node is read-only after a failed write" },
  E_STORAGE_FULL: { status: 507, title: "The node has no room to store the record" },
  E_SHUTTING_DOWN: { status: 503, title: "The node is shutting down" },
  E_OVERLOADED: { status: 503, title: "The node has more work than it can take" },
  E_NOT_READY: { status: 503, title: "The node is not ready" },
  E_INTERNAL: { status: 500, title: "The node failed" },

  // The journal: the truth on disk.
  JOURNAL_LOCKED: { status: 503, title: "Another process writes this journal" },
  JOURNAL_LOCK_LOST: { status: 503, title: "The journal's lock is no longer this process's" },
  JOURNAL_MISSING: { status: 503, title: "The journal is missing although other parts of the node's folder exist" },
  JOURNAL_FORMAT: { status: 503, title: "The journal was written in a format that this node does not know" },
  JOURNAL_IDENTITY: { status: 503, title: "The journal belongs to another log" },
  JOURNAL_CORRUPT: { status: 503, title: "The journal is damaged" },
  JOURNAL_FRAME_TOO_LARGE: { status: 413, title: "The frame is larger than the journal accepts" },
  JOURNAL_CLOSED: { status: 503, title: "The journal is closed" },

  // The vault: the keys of the records.
  VAULT_MISSING: { status: 503, title: "Keys of the vault are missing although the journal has their records" },
  VAULT_CORRUPT: { status: 503, title: "The vault is damaged" },
  VAULT_IDENTITY: { status: 503, title: "The vault belongs to another log" },
  VAULT_KEY: { status: 503, title: "The vault was sealed under another key" },
  VAULT_FAILED: { status: 503, title: "A write to the vault failed" },

  // The index: a view, made from the journal.
  INDEX_CORRUPT: { status: 503, title: "The index is damaged; delete it and it is made again from the journal" },
  INDEX_FAILED: { status: 503, title: "The index cannot be read or written" },

  // The registry: views of the chain's events.
  REGISTRY_CORRUPT: { status: 503, title: "The registry is damaged; it is made again from the chain" },
  REGISTRY_FAILED: { status: 503, title: "The registry cannot be read or written" },
  REGISTRY_DIFFERS: { status: 503, title: "A row of the registry is not what the contract says" },

  // The log: entries, tiles, checkpoints.
  LOG_CORRUPT: { status: 503, title: "The log's stored parts contradict each other" },
  LOG_SIGNER: { status: 503, title: "The signing key is not this log's" },
  LOG_TILE_FAILED: { status: 503, title: "A tile cannot be read or written" },
  LOG_RANGE: { status: 404, title: "The log has no such entry or size" },
  LOG_ENTRY: { status: 422, title: "The record cannot be made an entry" },
  LOG_FENCED: { status: 503, title: "The chain holds another history under this log's name" },
  LOG_BEHIND_CHAIN: { status: 503, title: "The chain holds more of this log than the node does" },

  // Webhooks' files.
  WEBHOOK_STORE: { status: 503, title: "A webhook's file is damaged, or cannot be read or written" },

  // What this node cosigned as a witness of other logs.
  WITNESS_STATE: {
    status: 503,
    title: "The witness's state is not what it cosigned; it signs nothing more of that log",
  },

  // Settings, keys and identity.
  CONFIG_MISSING: { status: 503, title: "The node's folder is not set up" },
  CONFIG_EXISTS: { status: 503, title: "The node's folder is already set up" },
  CONFIG_FORMAT: { status: 503, title: "A settings file cannot be read" },
  CONFIG_VALUE: { status: 503, title: "A setting is not acceptable" },
  CONFIG_PERMISSIONS: { status: 503, title: "A secret file can be read by others" },
  CONFIG_PASSPHRASE: { status: 503, title: "The passphrase is missing or wrong" },
  CONFIG_KEY: { status: 503, title: "A key file does not hold the key it should" },
  CONFIG_IDENTITY: { status: 503, title: "The node's folder belongs to another chain, log or member" },
  CONFIG_BUSY: { status: 503, title: "Another command changes this file" },
  CONFIG_STORAGE: { status: 503, title: "A file of the node's folder cannot be read or written" },
} as const satisfies Readonly<Record<string, NodeFault>>;

/** Closed union of the codes of {@link NodeError}. */
export type NodeErrorCode = keyof typeof nodeFaults;

/**
 * A node refuses or cannot go on.
 *
 * `code` is stable API; the message says what is wrong and what to do, holds no record field and no secret, and may
 * change. `details` holds values for programs, for instance `file` and `offset` of a damaged journal.
 */
export class NodeError extends Error {
  override readonly name = "NodeError";
  readonly code: NodeErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: NodeErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** HTTP status of this error's code. */
  get status(): number {
    return nodeFaults[this.code].status;
  }

  /** Title of this error's code (RFC 9457). */
  get title(): string {
    return nodeFaults[this.code].title;
  }
}
