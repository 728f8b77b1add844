import { EvidenceError, isHex, type Hex } from "@lianzheng/sdk/encoding";
import { arrayAt, countAt, exactObject, fromInstant, instantAt, parseJson, stringAt } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { issueCompliance, issueRegistration } from "./issue.ts";
import type { CredentialFrame, CredentialIssuer } from "./issue.ts";
import type { CredentialSigner } from "./integrity.ts";

const frameMembers = ["kind", "id", "validFrom", "status", "records", "claim"];
const maxBytes = 256 * 1024;
const maxRecords = 1000;

/**
 * The credential that a file asks for, signed (docs/formats.md section 22).
 *
 * @param bytes - `{ kind, id, validFrom, validUntil?, status, records, claim }`, strict JSON
 * @param nowMs - the signer's clock, integer milliseconds
 * @throws EvidenceError E_* with `details.field`
 */
export async function issueRequested(
  bytes: Uint8Array,
  issuer: CredentialIssuer,
  signer: CredentialSigner,
  nowMs: number,
): Promise<JsonObject> {
  const request = exactObject(parseJson(bytes, { maxBytes }), "", frameMembers, ["validUntil"]);
  const frame = frameOf(request, issuer);
  const { kind, claim } = request;
  if (kind === "compliance") return issueCompliance(frame, complianceOf(claim), signer, nowMs);
  if (kind === "registration") return issueRegistration(frame, registrationOf(claim), signer, nowMs);
  throw oneOf("/kind", ["compliance", "registration"]);
}

function frameOf(request: JsonObject, issuer: CredentialIssuer): CredentialFrame {
  const { validUntil } = request;
  const status = exactObject(request["status"], "/status", ["list", "index"]);
  return {
    id: stringAt(request["id"], "/id"),
    issuer,
    validFromMs: msAt(request["validFrom"], "/validFrom"),
    ...(validUntil === undefined ? {} : { validUntilMs: msAt(validUntil, "/validUntil") }),
    status: { list: stringAt(status["list"], "/status/list"), index: countAt(status["index"], "/status/index") },
    records: arrayAt(request["records"], "/records", 0, maxRecords).map((value, at) => {
      const record = exactObject(value, `/records/${at}`, ["id", "log"]);
      return { id: hexAt(record["id"], `/records/${at}/id`), log: stringAt(record["log"], `/records/${at}/log`) };
    }),
  };
}

function complianceOf(value: JsonValue | undefined): Parameters<typeof issueCompliance>[1] {
  const claim = exactObject(value, "/claim", ["subject", "result", "attestation", "opinion"]);
  return {
    subject: subjectAt(claim["subject"], ["product", "resource", "right", "trade"]),
    result: wordAt(claim["result"], "/claim/result", ["pass", "conditional", "fail"]),
    attestation: hexAt(claim["attestation"], "/claim/attestation"),
    opinion: hexAt(claim["opinion"], "/claim/opinion"),
  };
}

function registrationOf(value: JsonValue | undefined): Parameters<typeof issueRegistration>[1] {
  const claim = exactObject(value, "/claim", ["subject", "name", "holder", "grade", "number"]);
  return {
    subject: subjectAt(claim["subject"], ["product", "resource"]),
    name: stringAt(claim["name"], "/claim/name"),
    holder: stringAt(claim["holder"], "/claim/holder"),
    grade: wordAt(claim["grade"], "/claim/grade", ["general", "important"]),
    number: stringAt(claim["number"], "/claim/number"),
  };
}

function subjectAt<Kind extends string>(value: JsonValue | undefined, kinds: readonly Kind[]): { kind: Kind; id: Hex } {
  const { kind, id } = exactObject(value, "/claim/subject", ["kind", "id"]);
  return { kind: wordAt(kind, "/claim/subject/kind", kinds), id: hexAt(id, "/claim/subject/id") };
}

function wordAt<Word extends string>(value: JsonValue | undefined, field: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === value);
  if (word !== undefined) return word;
  throw oneOf(field, words);
}

function oneOf(field: string, words: readonly string[]): EvidenceError {
  return new EvidenceError("E_RANGE", `${field}: must be one of ${words.join(", ")}`, { field });
}

function hexAt(value: JsonValue | undefined, field: string): Hex {
  if (isHex(value, 32)) return value;
  throw new EvidenceError("E_HEX_FORM", `${field}: must be 0x and 64 lower-case hex digits`, { field });
}

function msAt(value: JsonValue | undefined, field: string): number {
  return fromInstant(instantAt(value, field));
}
