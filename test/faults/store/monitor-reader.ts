/**
 * The monitor's state, written and read in a process of its own, for LevelDB may end the process. Arguments: `fill` or `read`,
 * and a folder. `read` prints a {@link MonitorReading}.
 *
 * What is written: event after event, each with its number as the position and as the newest of its rule, of which there are
 * seven; so from the position alone follows what each rule must have.
 */
import type { JsonValue } from "@lianzheng/sdk/record";
import { NodeError } from "../../../node/src/errors.ts";
import { MonitorState } from "../../../node/src/monitor/state.ts";

/** `anew`: there is no position, and all events are looked at again. `older`: whole, up to an earlier event. */
export type MonitorReading = "told" | "same" | "anew" | "older" | "differs";

/** Events that are written. */
const events = 4_000;
const rules = 7;

async function fill(folder: string): Promise<void> {
  const state = await MonitorState.open(folder);
  for (let event = 1; event <= events; event++)
    await state.apply(
      new Map<string, JsonValue>([
        ["p", event],
        [`rule/${event % rules}`, event],
        [`warning/${String(event).padStart(9, "0")}`, { event, text: "x".repeat(60) }],
      ]),
    );
  await state.close();
}

async function read(folder: string): Promise<MonitorReading> {
  try {
    const state = await MonitorState.open(folder);
    const position = await state.get("p");
    if (state.damage !== undefined) return position === undefined ? "told" : "differs";
    if (position === undefined) return "anew";
    if (typeof position !== "number") return "differs";
    const warnings = await state.range("warning/", "warning0", -1);
    if (warnings.length !== position) return "differs";
    for (let rule = 0; rule < rules; rule++) {
      const due = position - ((position - rule + rules) % rules);
      if ((await state.get(`rule/${rule}`)) !== due) return "differs";
    }
    await state.close();
    return position === events ? "same" : "older";
  } catch (error) {
    if (error instanceof NodeError) return "told";
    throw error;
  }
}

const [what, folder] = process.argv.slice(2);
if (what === "fill" && folder !== undefined) await fill(folder);
else if (what === "read" && folder !== undefined) process.stdout.write(JSON.stringify(await read(folder)));
