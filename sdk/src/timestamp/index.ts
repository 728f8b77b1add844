/** RFC 3161 timestamps of evidence, by WebCrypto: apart from the verifier's core, so that who needs none loads none. */
export { timestampQuery, withTimestamp } from "./ask.ts";
export { proveTimestamps } from "./prove.ts";
