import type { ExitCode } from "./exit.ts";
import { exitCodes } from "./exit.ts";

type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A second signal sooner than this is the same one: a terminal gives Ctrl-C to a whole group, and the starter relays it too. */
const SAME_SIGNAL_MS = 1_000;

/** Undoes, or finishes, what an interrupted command had begun. */
export type Cleanup = () => Promise<void> | void;

/**
 * What happens at Ctrl-C and when the system asks to stop.
 *
 * A command that does one thing cleans up and ends with 130 (SIGINT), 143 (SIGTERM) or 129 (SIGHUP). A service closes in order and
 * ends with 0 when asked by SIGTERM or SIGHUP, with 130 after Ctrl-C. Whoever signals again is obeyed at once: everything durable
 * survives that.
 */
export class Interruption {
  readonly #cleanups = new Set<Cleanup>();
  #service: ((signal: StopSignal) => void) | undefined;
  #firstAt: number | undefined;

  /** Takes over the signals of this process. */
  install(): void {
    for (const signal of stopSignals) process.on(signal, this.#onSignal);
  }

  /** Gives the signals back, so that the process can end by itself. */
  uninstall(): void {
    for (const signal of stopSignals) process.off(signal, this.#onSignal);
  }

  /** Runs `work`; `cleanup` runs after it, however it ended, and also if a signal ends it. */
  async guard<Result>(cleanup: Cleanup, work: () => Promise<Result>): Promise<Result> {
    this.#cleanups.add(cleanup);
    try {
      return await work();
    } finally {
      this.#cleanups.delete(cleanup);
      await cleanup();
    }
  }

  /**
   * Waits until the service is asked to stop, closes it, and answers with the exit code. Rejects with what `failed`
   * resolves to, should the service end by itself.
   */
  async untilStopped(close: Cleanup = () => undefined, failed?: Promise<Error>): Promise<ExitCode> {
    // Signals alone do not keep a process alive; whatever the service listens with may be unreferenced.
    const alive = setInterval(() => undefined, 60_000);
    try {
      const asked = new Promise<StopSignal>((resolve) => (this.#service = resolve));
      const reason = await (failed === undefined ? asked : Promise.race([asked, failed]));
      if (reason instanceof Error) throw reason;
      await close();
      return reason === "SIGINT" ? exitCodes.interrupted : exitCodes.done;
    } finally {
      clearInterval(alive);
    }
  }

  readonly #onSignal = (signal: StopSignal): void => {
    const now = performance.now();
    if (this.#firstAt !== undefined) {
      if (now - this.#firstAt > SAME_SIGNAL_MS) process.exit(statusOf(signal));
      return;
    }
    this.#firstAt = now;
    if (this.#service === undefined) void this.#cleanUpAndExit(signal);
    else this.#service(signal);
  };

  async #cleanUpAndExit(signal: StopSignal): Promise<void> {
    // One cleanup that fails must not keep the others from running; the command's result is lost either way.
    await Promise.allSettled([...this.#cleanups].reverse().map(async (cleanup) => cleanup()));
    process.exit(statusOf(signal));
  }
}

/** As shells report it: 128 and the signal's number. */
function statusOf(signal: StopSignal): number {
  return { SIGINT: exitCodes.interrupted, SIGTERM: 143, SIGHUP: 129 }[signal];
}
