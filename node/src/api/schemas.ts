import { Type } from "typebox";

/** 32 bytes, docs/formats.md conventions. */
const Hex = Type.String();

/** RFC 9457, with the members that every refusal of this node has. */
export const Problem = Type.Object({
  code: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
  detail: Type.String(),
  field: Type.Optional(Type.String()),
  offset: Type.Optional(Type.Integer()),
  reasons: Type.Optional(Type.Array(Type.String())),
  erasure: Type.Optional(
    Type.Object({ record: Type.String(), index: Type.Integer(), ground: Type.String(), erasedAt: Type.String() }),
  ),
  until: Type.Optional(Type.String()),
  line: Type.Optional(Type.Integer()),
  /** A refusal by rule, signed (docs/formats.md section 15). */
  refusal: Type.Optional(Type.Object({ note: Type.String(), record: Type.Union([Type.String(), Type.Null()]) })),
  requestId: Type.String(),
});

/** The answers that every route may give. */
export const problemAnswers = { "4xx": Problem, "5xx": Problem } as const;

/** For routes that take no query parameter. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

/** docs/formats.md section 7. */
export const Receipt = Type.Object({
  records: Type.Array(
    Type.Object({
      id: Hex,
      index: Type.Integer(),
      subject: Type.String(),
      sequence: Type.Integer(),
      receivedAt: Type.String(),
    }),
  ),
  checkpoint: Type.String(),
});

/**
 * A record or an array of records. What a record is, the sdk's decoder says and nobody else: a second description of it
 * here would one day say something else.
 */
export const SubmissionBody = Type.Unknown();

const Anchor = Type.Object({ size: Type.Integer(), transaction: Hex, blockNumber: Type.Integer(), blockHash: Hex });

/** A record as its issuer, its submitter and the operator see it. */
export const RecordAnswer = Type.Object({
  id: Hex,
  index: Type.Integer(),
  entry: Type.String(),
  disclosures: Type.Array(Type.String()),
  submitter: Type.String(),
  anchor: Type.Union([Anchor, Type.Null()]),
});

export const IdParams = Type.Object({ id: Type.String() });
export const SubjectParams = Type.Object({ subject: Type.String() });
export const AssetParams = Type.Object({ asset: Type.String() });
export const TileParams = Type.Object({ "*": Type.String() });

/** Bytes and texts that are sent as they stand. */
export const Raw = Type.Unknown();

/** What a node says of itself; {@link NodeStatus} in ports.ts says what each member means. */
export const StatusAnswer = Type.Object({
  origin: Type.String(),
  owner: Type.String(),
  logId: Hex,
  key: Type.String(),
  size: Type.Integer(),
  chain: Type.Object({
    chainId: Type.Integer(),
    genesis: Hex,
    engine: Type.String(),
    blockNumber: Type.Union([Type.Integer(), Type.Null()]),
    notice: Type.String(),
  }),
  contracts: Type.Record(Type.String(), Type.Object({ address: Hex, codeHash: Hex })),
  anchored: Type.Union([
    Type.Object({
      size: Type.Integer(),
      transaction: Hex,
      blockNumber: Type.Integer(),
      blockHash: Hex,
      pending: Type.Integer(),
    }),
    Type.Null(),
  ]),
  anchoring: Type.Object({
    healthy: Type.Boolean(),
    code: Type.Union([Type.String(), Type.Null()]),
    since: Type.Union([Type.String(), Type.Null()]),
    alarms: Type.Array(Type.Object({ code: Type.String(), since: Type.String() })),
  }),
  witnesses: Type.Array(
    Type.Object({ name: Type.String(), size: Type.Integer(), reason: Type.Union([Type.String(), Type.Null()]) }),
  ),
  registry: Type.Object({
    block: Type.Union([Type.Object({ number: Type.Integer(), hash: Hex, time: Type.Integer() }), Type.Null()]),
    tip: Type.Union([Type.Integer(), Type.Null()]),
    code: Type.Union([Type.String(), Type.Null()]),
  }),
  policies: Type.Object({ code: Type.Union([Type.String(), Type.Null()]), missing: Type.Array(Type.String()) }),
});

export const HealthAnswer = Type.Object({ status: Type.String() });

export const ReadinessAnswer = Type.Object({
  status: Type.String(),
  alarms: Type.Array(Type.String(), { description: "Codes of what somebody should look at although the node works" }),
});
