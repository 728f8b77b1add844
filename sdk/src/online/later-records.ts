import type { NodeClient } from "@lianzheng/sdk/client";
import { utf8 } from "@lianzheng/sdk/encoding";
import {
  encodeBundle,
  verify,
  type Facts,
  type Policy,
  type RecordFacts,
  type VerifyOptions,
} from "@lianzheng/sdk/evidence";
import { finding, unasked, type OnlineFinding } from "./finding.ts";

/** What of a node's client is asked. */
export type LogPort = Pick<NodeClient, "records" | "evidence">;

/** Types of records that say of an earlier one that it is not to be taken as it stands. */
const amending: Readonly<Record<string, string>> = { "record.correction": "corrected", "record.erasure": "erased" };

/** Pages of a subject's records, and amending records among them, that are looked at. */
const mostPages = 50;
const mostAmending = 100;

/** What later records are held against. */
export interface LaterGround {
  readonly log: LogPort;
  readonly policy: Policy;
  readonly options: VerifyOptions;
  readonly facts: Facts;
}

/**
 * Were the records corrected or erased by later ones of the same log? The node only says where to look: what it names is
 * verified like any evidence, and counts when it is unaltered, in the log, and of the record's issuer or the log's owner.
 */
export async function askLaterRecords(ground: LaterGround): Promise<readonly OnlineFinding[]> {
  const { records } = ground.facts;
  const [first] = records;
  if (first === undefined) return [];
  try {
    const later = await amendingAfter(ground.log, first.subject, records.at(-1)?.sequence ?? first.sequence);
    const found = (await Promise.all(later.map((id) => askAmending(ground, id)))).flat();
    if (found.length > 0) return found;
    return [finding("record", "stands", `The log's node names no later record that corrects or erases one of these.`)];
  } catch (error) {
    return [unasked("record", "The log's node", error)];
  }
}

type Id = RecordFacts["id"];

async function amendingAfter(log: LogPort, subject: string, sequence: number): Promise<readonly Id[]> {
  const ids: Id[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const { items, next } = await log.records({ subject, limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    const found = items.filter(
      (item) => item.subject === subject && item.sequence > sequence && Object.hasOwn(amending, item.type),
    );
    ids.push(...found.map(({ id }) => id));
    if (ids.length > mostAmending) throw new Error(`more than ${mostAmending} later corrections and erasures`);
    if (next === null) return ids;
    cursor = next;
  }
  throw new Error("the list of the subject's records does not end");
}

async function askAmending({ log, policy, options, facts }: LaterGround, id: Id): Promise<readonly OnlineFinding[]> {
  try {
    const verdict = verify(utf8(encodeBundle(await log.evidence(id))), policy, options);
    const amended = verdict.facts.records.find((record) => record.id === id);
    if (amended === undefined || verdict.facts.log?.origin !== facts.log?.origin)
      return [
        finding(
          "record",
          "unknown",
          `The node names record ${id} as a correction or an erasure, and does not show it to be in the log.`,
        ),
      ];
    return amendmentOf(amended, facts);
  } catch (error) {
    return [unasked("record", `Record ${id}, which corrects or erases one of this subject`, error)];
  }
}

function amendmentOf(
  { id, type, issuer, receivedAt, disclosed }: RecordFacts,
  { records, log }: Facts,
): readonly OnlineFinding[] {
  const what = amending[type];
  const named = disclosed["record"];
  if (what !== undefined && named === undefined)
    return [finding("record", "unknown", `Record ${id} says that one of this subject was ${what}, and not which.`)];
  const target = records.find((record) => record.id === named);
  if (target === undefined || what === undefined) return [];
  const mayAmend = issuer === log?.owner || (what === "corrected" && issuer === target.issuer);
  const by = `by record ${id} of member ${issuer}, received at ${receivedAt}`;
  return mayAmend
    ? [finding("record", "changed", `Record ${target.sequence} was ${what} later, ${by}.`, "log-key")]
    : [
        finding(
          "record",
          "unknown",
          `Member ${issuer}, who did not issue record ${target.sequence}, says that it was ${what}, ${by}.`,
          "log-key",
        ),
      ];
}
