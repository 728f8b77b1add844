import type { Logger } from "pino";

/** Closes a part that was opened. */
export type Closer = () => Promise<void>;

/** Closes parts in the order opposite to that of their opening, each whatever becomes of the others; `opened` is empty then. */
export async function closeAll(opened: Closer[], logger: Logger): Promise<void> {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) {
    await close().catch((error: unknown) => logger.error({ err: error }, "a part did not close in order"));
  }
}
