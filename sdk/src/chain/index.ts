/** The chain as evidence sees it: headers, receipts, trie proofs, seals, events, ids. No I/O. */
export { bytesWord, uintWord } from "./abi.ts";
export { verifyAccountProof, type Account } from "./account.ts";
export { recoverCliqueSigner } from "./clique.ts";
export {
  contractNames,
  decodeDeployment,
  foundingNames,
  type ContractName,
  type DeployedContract,
  type Deployment,
  type FoundingName,
} from "./deployment.ts";
export {
  decodeCheckpointPublished,
  decodeStageRecorded,
  eventTopics,
  type CheckpointPublished,
  type StageRecorded,
} from "./events.ts";
export { decodeHeader, encodeHeader, encodeHeaderFields, headerHash, headerOf, type Header } from "./header.ts";
export { EMPTY_STAGE_HEAD, logIdOf, memberIdOf, stageHead, tradeIdOf } from "./ids.ts";
export {
  blockHash,
  decodeQbftExtraData,
  ISTANBUL_MIX_HASH,
  qbftBlockHash,
  qbftSealHash,
  recoverQbftSealers,
  type QbftExtraData,
} from "./qbft.ts";
export { proveReceipt, verifyReceiptProof, type ReceiptProof } from "./receipt-proof.ts";
export {
  decodeReceipt,
  encodeReceipt,
  encodeReceiptFields,
  logsBloom,
  type ChainLog,
  type Receipt,
} from "./receipt.ts";
export { fromQuantity, fromRpcHex } from "./rpc.ts";
export type { RpcBlock, RpcLog, RpcReceipt } from "./rpc.ts";
export { recoverSealer, SEAL_VANITY, sealedExtraData, sealHash } from "./seal.ts";
export { arraySlot, ContractStorage, mappingSlot, slotAfter, unpack, type PackedField } from "./storage.ts";
export { tradeHeadSlot, verifyTradeHead, type StorageProof } from "./trade-head.ts";
export { buildTrie, type BuiltTrie } from "./trie-builder.ts";
export { EMPTY_TRIE_ROOT, verifyTrieProof } from "./trie.ts";
