import { utf8 } from "@lianzheng/sdk/encoding";
import {
  StatusBits,
  didKeyOf,
  issueCompliance,
  issueStatusList,
  toMultikey,
  verifyCredential,
  type CredentialFrame,
  type CredentialSigner,
  type CredentialVerdict,
  type TrustedIssuer,
  type TrustedIssuers,
} from "@lianzheng/sdk/credential";
import type { JsonObject } from "@lianzheng/sdk/record";
import { logKey, owner } from "../evidence/fixture.ts";

/** Ed25519 by Node's own cryptography, as a key service would hold it. */
const key = logKey("notary");
const { id, method } = didKeyOf(key.publicKey);
export const publicKey = key.publicKey;
export const signer: CredentialSigner = { method, sign: (message) => Promise.resolve(key.sign(message)) };
export const issuer = { id, uscc: owner };
export const issuedMs = Date.parse("2026-04-01T00:00:00Z");
export const dayMs = 24 * 3600 * 1000;
export const listUrl = "https://notary.example/status/1";

export const trusted: TrustedIssuer = {
  uscc: owner,
  id,
  method,
  key: toMultikey(publicKey),
  from: "2026-01-01T00:00:00.000Z",
  until: null,
};
export const trusting = (...issuers: TrustedIssuer[]): TrustedIssuers => ({
  format: "lianzheng-issuers",
  version: 1,
  issuers,
});

export const frame: CredentialFrame = {
  id: "urn:uuid:0d5b3a0e-6a4e-4c57-9a0a-5b1f5c1d2e3f",
  issuer,
  validFromMs: issuedMs,
  validUntilMs: issuedMs + 365 * dayMs,
  status: { list: listUrl, index: 94_567 },
  records: [{ id: `0x${"ab".repeat(32)}`, log: "log.exchange.example/2026" }],
};

export const claim = {
  subject: { kind: "product", id: `0x${"91".repeat(32)}` },
  result: "pass",
  attestation: `0x${"a7".repeat(32)}`,
  opinion: `0x${"0f".repeat(32)}`,
} as const;

export const issue = (over: Partial<CredentialFrame> = {}): Promise<JsonObject> =>
  issueCompliance({ ...frame, ...over }, claim, signer, issuedMs);

export const list = (bits = new StatusBits(), days = 7): Promise<JsonObject> =>
  issueStatusList(
    { id: listUrl, issuer, validFromMs: issuedMs, validUntilMs: issuedMs + days * dayMs },
    bits,
    signer,
    issuedMs,
  );

/** The document without one of its members. */
export const without = (document: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(document).filter(([member]) => member !== name));

export const bytesOf = (document: unknown): Uint8Array => utf8(JSON.stringify(document));

export async function judge(
  document: unknown,
  lists: readonly unknown[],
  issuers = trusting(trusted),
  nowMs = issuedMs + dayMs,
): Promise<CredentialVerdict> {
  return verifyCredential(bytesOf(document), { issuers, statusLists: lists.map(bytesOf), nowMs });
}

/** Verdict in short: the result, and the answers in the order of the questions. */
export const shortly = ({ result, answers }: CredentialVerdict): string =>
  [result, ...answers.map(({ answer, code }) => code ?? answer)].join(" ");
