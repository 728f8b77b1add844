import type { JsonValue } from "@lianzheng/sdk/record";
import type { Finding, Look, Memory } from "./looking.ts";
import { memoryPrefix } from "./looking.ts";
import type { MissingStageRule } from "./rules.ts";
import type { MonitorState } from "./state.ts";

/** A stage that something must follow. */
interface Waiting {
  readonly id: string;
  readonly subject: string;
  readonly member: string;
}

/** Most stages of one subject that may wait, and that are warned of in one go. */
const most = 1000;

/** Notes a stage that something must follow, and what followed. The warning comes when its time is over. */
export async function lookAtStage(rule: MissingStageRule, { record, memory }: Look): Promise<readonly Finding[]> {
  const { id, type, subject, issuer: member } = record;
  const key = `w/${subject}`;
  let timers = listOf(await memory.get(key));
  if (rule.next.includes(type)) {
    for (const timer of timers) memory.put(timer, undefined);
    timers = [];
  }
  if (rule.types.includes(type) && timers.length < most) {
    const timer = `t/${instantKey(record.receivedAtMs + rule.withinSeconds * 1000)}/${id}`;
    memory.put(timer, { id, subject, member });
    timers = [...timers, timer];
  }
  memory.put(key, timers.length === 0 ? undefined : [...timers]);
  return [];
}

/** The stages whose time was over before `beforeMs`; they are forgotten with the changes of `memory`. */
export async function overdueStages(
  rule: MissingStageRule,
  state: MonitorState,
  memory: Memory,
  beforeMs: number,
): Promise<readonly Finding[]> {
  const prefix = memoryPrefix(rule);
  const due = await state.range(`${prefix}t/`, `${prefix}t/${instantKey(beforeMs)}`, most);
  const findings: Finding[] = [];
  for (const [full, value] of due) {
    const timer = full.slice(prefix.length);
    const { id, subject, member } = value as unknown as Waiting;
    const left = listOf(await memory.get(`w/${subject}`)).filter((one) => one !== timer);
    memory.put(timer, undefined);
    memory.put(`w/${subject}`, left.length === 0 ? undefined : left);
    const facts = { next: [...rule.next], withinSeconds: rule.withinSeconds };
    findings.push({ records: [id], subject, member, atMs: Number(timer.split("/")[1]), facts });
  }
  return findings;
}

/** Digits that sort as instants do. */
function instantKey(ms: number): string {
  return String(ms).padStart(15, "0");
}

function listOf(value: JsonValue | undefined): readonly string[] {
  return (value ?? []) as readonly string[];
}
