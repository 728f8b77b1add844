export { decodeAddCheckpoint, encodeAddCheckpoint } from "./add-checkpoint.ts";
export type { AddCheckpoint } from "./add-checkpoint.ts";
export { checkpointText, openCheckpoint, openCosigned, parseCheckpointText } from "./checkpoint.ts";
export type { Checkpoint, CosignedCheckpoint } from "./checkpoint.ts";
export { verifyConsistency } from "./consistency.ts";
export {
  cosignerKeyId,
  createCosignatureVerifier,
  createCosigner,
  encodeCosignerKey,
  parseCosignerKey,
} from "./cosignature.ts";
export { edgeRoot, emptyEdge, readEdge, tilesOf } from "./edge.ts";
export type { Appended, TreeEdge, WrittenTile } from "./edge.ts";
export { decodeEntryBundle, encodeEntryBundle } from "./entry-bundle.ts";
export { rootFromPath, verifyInclusion } from "./inclusion.ts";
export { InclusionVerifier } from "./inclusions.ts";
export { MerkleTree } from "./merkle-tree.ts";
export { hashNodeInto, quickNodeDigest } from "./node-compression.ts";
export type { HashNodeInto } from "./node-compression.ts";
export { openNote, signNote } from "./note.ts";
export type { NoteSignature, OpenedNote } from "./note.ts";
export { createNoteSigner, createNoteVerifier, encodeVerifierKey, noteKeyId, parseVerifierKey } from "./note-key.ts";
export type { NoteSigner, NoteVerifier } from "./note-key.ts";
export { decodeProof, encodeProof } from "./proof.ts";
export type { LogProof } from "./proof.ts";
export { consistencyProof, inclusionProof, rootAt } from "./prove.ts";
export type { ReadTile } from "./prove.ts";
export { entriesPath, hashesAtLevel, parseTilePath, tileHeight, tilePath, tileWidth } from "./tile.ts";
export type { TileCoordinate, TileResource } from "./tile.ts";
export { emptyRoot, leafDigest, nodeDigest } from "./tree.ts";
export type { NodeHash } from "./tree.ts";
