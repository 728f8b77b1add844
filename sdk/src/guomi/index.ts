/** 国密: SM3 digests, SM2 signatures, statements and certificates. Apart from the rest, so that who needs none loads none. No I/O. */
export { decodeSm2Certificate, type Sm2Certificate } from "./certificate.ts";
export { rawSignature } from "./der-signature.ts";
export { verifySm2Path } from "./path.ts";
export { assertSm2Key, isSm2Signature, sm2Signer, type Sm2Signer } from "./sm2.ts";
export { sm3Digest } from "./sm3.ts";
export {
  decodeSm2Statement,
  signSm2Statement,
  sm2Message,
  verifySm2Statement,
  type Sm2Statement,
} from "./statement.ts";
