import type { Hex } from "@lianzheng/sdk/encoding";
import type { NoteSigner, TreeEdge, WrittenTile } from "@lianzheng/sdk/log";
import { checkpointText, edgeRoot, signNote, tilesOf } from "@lianzheng/sdk/log";
import { erasureType } from "@lianzheng/sdk/record";
import type { IndexedRecord, SubjectHead } from "@lianzheng/node/index";
import { leafHash } from "@lianzheng/node/index";
import type { PlainRecord, RecordsPayload } from "@lianzheng/node/journal";
import { fastNodeDigest } from "./hashing.ts";
import type { ReceiptRecord } from "./receipt.ts";
import type { Draft, Idempotency } from "./submission.ts";
import { entryText } from "./submission.ts";

/** A request whose records are drafts: everything that could refuse it has been asked. */
export interface DraftedRequest {
  readonly drafts: readonly Draft[];
  readonly idempotency: Idempotency;
}

/** A group of requests with its place in the log: nothing of it is on disk yet, and nothing of it may be told. */
export interface SequencedGroup {
  /** Not sealed yet. */
  readonly payload: RecordsPayload<PlainRecord>;
  readonly edge: TreeEdge;
  readonly tiles: readonly WrittenTile[];
  readonly views: readonly IndexedRecord[];
  /** For each request, what its receipt says of its records. */
  readonly receipts: readonly (readonly ReceiptRecord[])[];
}

/** What a group is sequenced after. */
export interface SequencingState {
  readonly origin: string;
  readonly signer: NoteSigner;
  readonly edge: TreeEdge;
  /** Newest entries of the subjects in the group. */
  readonly heads: ReadonlyMap<string, SubjectHead>;
  readonly receivedAt: string;
}

interface Newest {
  readonly count: number;
  readonly id: Hex;
}

/** The signed checkpoint of the tree with this border. */
export function signedCheckpoint(origin: string, edge: TreeEdge, signer: NoteSigner): string {
  return signNote(checkpointText({ origin, size: edge.size, root: edgeRoot(edge, fastNodeDigest) }), signer);
}

/**
 * Gives every record of a group its place: index, sequence within its subject, predecessor, time; then the tree that
 * holds them and its signed checkpoint. Pure: a group that is then not written leaves no trace.
 */
export function sequence(requests: readonly DraftedRequest[], state: SequencingState): SequencedGroup {
  const newest = new Map<string, Newest>();
  const records: PlainRecord[] = [];
  const views: IndexedRecord[] = [];
  const receipts = requests.map(({ drafts }) =>
    drafts.map((draft) => {
      const { subject } = draft;
      const before = newest.get(subject) ?? newestOf(state.heads.get(subject));
      const sequence = before?.count ?? 0;
      const place = { receivedAt: state.receivedAt, sequence, previous: before?.id ?? null };
      const entry = entryText(draft, place);
      const leaf = leafHash(entry);
      const id = hexOf(leaf);
      newest.set(subject, { count: sequence + 1, id });
      const index = state.edge.size + records.length;
      records.push({ entry, submitter: draft.submitter, disclosures: draft.disclosures });
      views.push({ id: leaf, subject, sequence, erases: draft.type === erasureType });
      return { id, index, subject, sequence, receivedAt: state.receivedAt };
    }),
  );
  const leaves = views.map(({ id }) => id);
  const { edge, tiles } = tilesOf(state.edge, leaves, fastNodeDigest);
  const checkpoint = signedCheckpoint(state.origin, edge, state.signer);
  const payload = { firstIndex: state.edge.size, checkpoint, batches: requests.map(batchOf), records };
  return { payload, edge, tiles, views, receipts };
}

function newestOf(head: SubjectHead | undefined): Newest | undefined {
  return head === undefined ? undefined : { count: head.count, id: hexOf(head.id) };
}

/** What the sdk's `toHex` gives, by Node's own code. */
function hexOf(digest: Buffer): Hex {
  return `0x${digest.toString("hex")}`;
}

function batchOf({ drafts, idempotency }: DraftedRequest): RecordsPayload["batches"][number] {
  const { member, key, requestDigest } = idempotency;
  return { member, key, requestDigest: Buffer.from(requestDigest.slice(2), "hex"), count: drafts.length };
}
