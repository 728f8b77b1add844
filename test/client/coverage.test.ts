import { readFileSync } from "node:fs";
import { expect } from "chai";
import { NodeClient } from "@lianzheng/sdk/client";
import { format, resolveConfig } from "prettier";
import { wholeDocument } from "../../scripts/openapi/document.ts";
import { operationsOf, typesOf } from "../../scripts/openapi/types.ts";

const file = "sdk/src/client/api-types.ts";

/** Methods of the client by the operations that they ask; `client.` of rooms is left out. */
const methods: Readonly<Record<string, readonly string[]>> = {
  submit: ["submitRecords"],
  submitAll: ["submitRecords"],
  record: ["readRecord"],
  records: ["listRecords"],
  evidence: ["readRecordEvidence"],
  evidenceOf: ["readEvidenceBatch"],
  erase: ["eraseRecord"],
  retentionEnded: ["listRetentionEnded"],
  subjectEntries: ["readSubject"],
  subjectEvidence: ["readSubjectEvidence"],
  checkpoint: ["readCheckpoint"],
  inclusionProof: ["proveInclusion"],
  consistencyProof: ["proveConsistency"],
  verifyThere: ["verifyBundle"],
  status: ["readStatus"],
  health: ["readReadiness"],
  events: ["streamEvents"],
  "webhooks.create": ["createWebhook"],
  "webhooks.list": ["listWebhooks"],
  "webhooks.get": ["getWebhook"],
  "webhooks.delete": ["deleteWebhook"],
  "webhooks.deliveries": ["listDeliveries"],
  "webhooks.resume": ["resumeWebhook"],
  "webhooks.replay": ["replayWebhook"],
  "policies.list": ["listPolicies"],
  "policies.schemas": ["listSchemas"],
  "policies.version": ["readPolicyVersion"],
  "policies.schema": ["readSchema", "readSchemaVersion"],
  "policies.refusals": ["listRefusals"],
  "warnings.list": ["listWarnings"],
  "warnings.get": ["getWarning"],
  "warnings.handle": ["handleWarning"],
  lineage: ["readLineage"],
  productRights: ["listProductRights"],
  dossier: ["readTradeDossier"],
  search: ["search"],
  law: [
    ...["listMembers", "listRights", "listTrades", "listAttestations", "listCases", "listLogs", "listApplications"],
    ...["listProposals", "listRules", "listOrders", "listConsents", "listMandates", "listValidators"],
    ...["listContracts", "listProducts"],
  ],
  lawItem: [
    ...["readMember", "readRight", "readTrade", "readAttestation", "readCase", "readLog", "readApplication"],
    ...["readProposal", "readRule", "readOrder", "readConsent", "readMandate", "readValidator", "readContract"],
    "readProduct",
  ],
};

/** Operations for programs of another kind: who audits a log reads its files, who watches a node its metrics, and witnesses have their own. */
const forOthers = [
  ...["readEntryBundle", "readTile", "readHealth", "readDocs", "readOpenApi", "readDocsAsset", "readMetrics"],
  "addCheckpoint",
];

describe("the client and the description of the API", () => {
  it("have the same types: whoever changes one runs node scripts/openapi/client.ts", async () => {
    const options = { ...(await resolveConfig(file)), parser: "typescript" };
    expect((await format(typesOf(await wholeDocument()), options)) === readFileSync(file, "utf8")).to.equal(true);
  });

  it("have the same operations: each is asked by a method that is there, or is another program's", async () => {
    const asked = [...new Set(Object.values(methods).flat())];
    expect([...asked, ...forOthers]).to.have.members(operationsOf(await wholeDocument()));
    const client = new NodeClient({ url: "http://127.0.0.1" });
    for (const method of Object.keys(methods)) {
      const found = method.split(".").reduce<unknown>((part, name) => Reflect.get(part as object, name), client);
      expect(found, method).to.be.a("function");
    }
  });
});
