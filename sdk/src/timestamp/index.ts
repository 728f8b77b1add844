/** RFC 3161 timestamps of evidence, by WebCrypto: apart from the verifier's core, so that who needs none loads none. */
export { proveTimestamps } from "./prove.ts";
