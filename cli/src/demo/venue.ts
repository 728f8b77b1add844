import { randomUUID } from "node:crypto";
import type { NodeClient } from "@lianzheng/sdk/client";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import type { Role } from "./cast.ts";
import type { Service } from "./processes.ts";

/** An exchange of the story with its running node. */
export interface Venue {
  readonly role: Role;
  readonly origin: string;
  readonly folder: string;
  readonly url: string;
  readonly logId: Hex;
  /** Vkey of the log's checkpoints. */
  readonly logKey: string;
  readonly client: NodeClient;
  readonly service: Service;
}

/** Submits one record and answers with its id, the leaf hash. */
export async function submitOne({ client }: Venue, record: PreparedRecord | RecordInput): Promise<Hex> {
  const { records } = await client.submit(record, { idempotencyKey: randomUUID() });
  const id = records[0]?.id;
  if (id === undefined) throw new Error("the node's receipt names no record");
  return id;
}
