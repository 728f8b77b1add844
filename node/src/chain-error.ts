/**
 * What can go wrong with a chain: the embedded one, and any other that a node deploys to and anchors on.
 * Codes are API, messages are not. Sorted by group.
 */
export type ChainErrorCode =
  // The embedded chain's folder.
  | "C_LOCKED" // another process, or this one, has the folder open; details.pid
  | "C_IDENTITY" // the folder belongs to another chain id, sealer or genesis; details.expected, details.actual
  | "C_DAMAGED" // a value of the folder is missing or not what was written; details.key
  | "C_FORMAT" // the folder was written by another version of the format
  | "C_STORAGE" // a write failed: whether it took effect is unknown until the folder is opened again
  | "C_CLOSED" // used after close()
  | "C_OPTIONS" // an argument of open() or serve() is not usable; details.field
  // Transactions that the embedded chain refuses; details.hash, details.sender where known.
  | "C_TX_FORM" // not a transaction, of a kind that is not accepted, or not signed properly
  | "C_TX_CHAIN_ID"
  | "C_TX_NONCE_LOW"
  | "C_TX_KNOWN"
  | "C_TX_REPLACEMENT"
  | "C_TX_FUNDS"
  | "C_TX_GAS"
  | "C_TX_POOL_FULL"
  // JSON-RPC, either side; details.method.
  | "C_RPC_PARSE"
  | "C_RPC_REQUEST"
  | "C_RPC_METHOD"
  | "C_RPC_PARAMS"
  | "C_RPC_LIMIT"
  | "C_RPC_REVERT" // a call reverted; details.data is the revert data
  | "C_RPC_EXECUTION" // a call failed otherwise, for example out of gas
  // A chain that is talked to over RPC.
  | "C_UNREACHABLE" // no answer, or not in time
  | "C_INCONSISTENT" // an answer that contradicts another or itself; details.method
  | "C_WRONG_CHAIN" // other chain id or genesis than the deployment names
  | "C_CHAIN_BEHIND" // the chain lacks what was seen there before
  | "C_CONTRACT_MISSING" // no code at the address; details.contract, details.address
  | "C_CONTRACT_MISMATCH" // other code at the address
  | "C_DEPLOYMENT_FORM" // the address book cannot be read
  | "C_DEPLOYMENT_FAILED"
  // Acting on the consortium's contracts.
  | "C_NOT_MEMBER"
  | "C_NOT_ADMITTED"
  | "C_NOT_OWNER"
  | "C_LOG_UNKNOWN"
  | "C_FENCED" // the chain holds a checkpoint of this log that this node did not write
  | "C_ANCHOR_REVERTED" // the contract refused; details.reason
  | "C_ANCHOR_TIMEOUT" // sent, and no receipt in time
  | "C_ANCHOR_STORE" // the anchors' own file could not be read or written
  | "C_NOT_ANCHORED" // asked for evidence of what no anchor covers yet
  | "C_REORGANISED" // a block that was relied on as final is gone
  | "C_BLOCK_LOST" // a block that held the publication is gone, before it was final
  | "C_CHAIN_STALLED" // the chain answers and makes no blocks
  | "C_CLOCK_SKEW" // the node's clock and the chain's blocks disagree
  | "C_FEE_CAP" // the chain wants more for its gas than the settings allow
  | "C_NONCE" // the account's nonce moved by other hands
  | "C_FUNDS";

/** An error of a chain or of talking to one. `details` holds the values, `cause` what it came from. */
export class ChainError extends Error {
  override readonly name = "ChainError";
  readonly code: ChainErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ChainErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}
