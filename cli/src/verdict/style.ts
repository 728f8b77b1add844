import type { Colors } from "picocolors/types.js";
import type { Language } from "./words.ts";

/** How a verdict is shown. */
export interface VerdictStyle {
  readonly language: Language;
  readonly colors: Colors;
  /** Only the first line. */
  readonly brief: boolean;
  /** Columns to fold to; undefined folds nothing. */
  readonly columns: number | undefined;
}
