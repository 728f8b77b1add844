export type { MendedCopy } from "./copies.ts";
export { vaultFailpoints } from "./failpoint.ts";
export type { VaultFailpoint, VaultFailpointName } from "./failpoint.ts";
export { KeyTree, treeKeys } from "./key-tree.ts";
export {
  blindUnder,
  blindedDigest,
  newKeys,
  openDisclosures,
  sealBytes,
  sealDisclosures,
  sealUnder,
} from "./sealing.ts";
export type { SealedPlace } from "./sealing.ts";
export { shardRecords } from "./shard.ts";
export { Vault } from "./vault.ts";
export type { KeyErasure, VaultOptions } from "./vault.ts";
