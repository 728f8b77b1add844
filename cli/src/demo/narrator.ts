import type { Output } from "../output/output.ts";
import { CliError } from "../errors.ts";
import { padEnd } from "../output/width.ts";

const MARGIN = "   │ ";

/** How long a scene took. */
export interface SceneTime {
  readonly scene: string;
  readonly ms: number;
}

/** Tells the story as it goes, and takes the time of every scene. */
export class Narrator {
  readonly #out: Output;
  readonly #times: SceneTime[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  /** Times of the scenes played so far. */
  get times(): readonly SceneTime[] {
    return this.#times;
  }

  /** Plays one scene under its heading. */
  async scene<Result>(english: string, chinese: string, play: () => Promise<Result>): Promise<Result> {
    const { narration } = this.#out;
    this.#out.say(`\n${narration.bold(`${String(this.#times.length + 1)}. ${english} ${chinese}`)}`);
    const startedAt = performance.now();
    const result = await play();
    const ms = Math.round(performance.now() - startedAt);
    this.#times.push({ scene: english, ms });
    this.#out.say(narration.dim(`   ${(ms / 1000).toFixed(1)} s`));
    return result;
  }

  /** One thing that happened; the label is a word or two. */
  tell(label: string, text: string): void {
    this.#out.say(`   ${padEnd(label, 14)} ${text}`);
  }

  /**
   * One thing that must be so.
   *
   * @throws CliError E_DEMO_EXPECTATION if it is not: the demo then ends with exit code 1
   */
  expect(holds: boolean, label: string, text: string): void {
    if (!holds) throw new CliError("E_DEMO_EXPECTATION", `not as it must be: ${label}: ${text}`);
    this.#out.say(`   ${this.#out.narration.green("✔")} ${padEnd(label, 12)} ${text}`);
  }

  /** Columns that a line has in {@link Narrator.show}; undefined where nothing is known of them. */
  get columns(): number | undefined {
    const { narrationColumns: columns } = this.#out;
    return columns === undefined ? undefined : columns - MARGIN.length;
  }

  /** What another program printed, set apart. */
  show(text: string): void {
    for (const line of text.split("\n")) this.#out.say(`${MARGIN}${line}`.trimEnd());
  }

  /** A line that moves while something long goes on. */
  progress(label: string): ReturnType<Output["progress"]> {
    return this.#out.progress(label);
  }
}
