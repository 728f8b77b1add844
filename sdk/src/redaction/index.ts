/** Bundles that show less, and prove it as before. No I/O. */
export { redact, type Redacted, type RedactedRecord, type Selection } from "./redact.ts";
