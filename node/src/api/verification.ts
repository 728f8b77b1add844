import { EvidenceError, utf8 } from "@lianzheng/sdk/encoding";
import { decodePolicy, verify } from "@lianzheng/sdk/evidence";
import type { Policy } from "@lianzheng/sdk/evidence";
import { canonicalJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { NodeError } from "../errors.ts";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import type { WorkGate } from "./gate.ts";
import { requireJson } from "./json-body.ts";
import { jsonRefusals } from "./record-docs.ts";
import type { RouteDocs } from "./route-docs.ts";
import { NoQuery, problemAnswers } from "./schemas.ts";
import type { VerificationPort } from "./verification-port.ts";

/**
 * Largest request, bytes. Verifying takes about as long as hashing what is verified, and nobody else is answered
 * meanwhile; larger bundles are for `lianzheng verify`, which needs no node at all.
 */
const maxBytes = 1024 * 1024;

const Request = Type.Object(
  { bundle: Type.Unknown(), policy: Type.Optional(Type.Unknown()) },
  { additionalProperties: false },
);

const Answer = Type.Object({
  policy: Type.Object({ from: Type.Enum(["caller", "node"]), name: Type.String() }),
  verdict: Type.Object({
    result: Type.Enum(["verified", "failed", "undetermined"]),
    reason: Type.String(),
    code: Type.Optional(Type.String()),
    verdicts: Type.Array(
      Type.Object({
        question: Type.String(),
        answer: Type.Enum(["pass", "fail", "unknown"]),
        code: Type.Optional(Type.String()),
        reason: Type.String(),
        trust: Type.String(),
      }),
    ),
    facts: Type.Unknown(),
  }),
});

const docs: RouteDocs = {
  description:
    "Asks the eight questions of a bundle and answers each. Trust comes from the `policy` in the request; without one, from " +
    "what this node knows of its own chain and log, which proves nothing to whoever does not trust this node. It never comes " +
    "from the bundle. A bundle that does not hold is 200 with `result: failed`.",
  refusals: [
    ...(["E_BODY_TOO_LARGE", "E_BODY_EMPTY", "E_MEDIA_TYPE", "E_ENCODING_UNSUPPORTED", "E_EXPECTATION"] as const),
    ...(["E_POLICY", "E_POLICY_NEEDED"] as const),
  ],
  decoderRefusals: [...jsonRefusals, "E_TYPE", "E_MISSING_FIELD", "E_UNKNOWN_FIELD"],
};

/** `POST /v1/verify`. */
export function verificationRoutes(app: App, { verification, now }: AppServices, gate: WorkGate): void {
  if (verification === undefined) return;
  app.route({
    method: "POST",
    url: "/v1/verify",
    bodyLimit: maxBytes,
    config: { access: "read", docs },
    schema: {
      ...{ operationId: "verifyBundle", summary: "Verdicts on a bundle of evidence", tags: ["verification"] },
      ...{ querystring: NoQuery, body: Request, response: { 200: Answer, ...problemAnswers } },
    },
    onRequest: (request, reply, done) => {
      requireJson(request);
      gate.enter(reply, { member: principalOfRequest(request).member, bytes: maxBytes });
      done();
    },
    handler: ({ body }) => {
      const { policy, from } = policyOf(body.policy as JsonValue | undefined, verification);
      // Strict JSON has one meaning, so its canonical form is the bundle.
      const bytes = utf8(canonicalJson(body.bundle as JsonValue));
      const { verdicts, ...verdict } = verify(bytes, policy, { now: now() });
      return { policy: { from, name: policy.name }, verdict: { ...verdict, verdicts: [...verdicts] } };
    },
  });
}

function policyOf(
  given: JsonValue | undefined,
  verification: VerificationPort,
): { readonly policy: Policy; readonly from: "caller" | "node" } {
  if (given !== undefined) return { policy: decodeGiven(given), from: "caller" };
  const policy = verification.ownPolicy();
  if (policy !== undefined) return { policy, from: "node" };
  throw new NodeError("E_POLICY_NEEDED", "This node cannot vouch for its chain by itself: send your own policy.", {
    field: "/policy",
  });
}

function decodeGiven(given: JsonValue): Policy {
  try {
    return decodePolicy(utf8(canonicalJson(given)));
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const { field } = error.details;
    const details = { field: `/policy${typeof field === "string" ? field : ""}` };
    throw new NodeError("E_POLICY", `The policy is not acceptable: ${error.message}.`, details, error);
  }
}
