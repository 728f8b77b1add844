export { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./base64.ts";
export { concatBytes, equalBytes, fromUtf8, isWellFormed, utf8 } from "./bytes.ts";
export { EvidenceError } from "./error.ts";
export type { EvidenceErrorCode, InputErrorCode, VerificationErrorCode } from "./error.ts";
export { hmacSha256, keccak256, sha256 } from "./hash.ts";
export type { Digest, Sha256 } from "./hash.ts";
export { fromHex, isHex, toHex } from "./hex.ts";
export type { Hex } from "./hex.ts";
