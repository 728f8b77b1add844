import { expect } from "chai";
import { NodeError } from "../../node/src/errors.ts";
import { bearer, members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";

const canary = "CANARY0123456789";

describe("the node's log", () => {
  it("never holds a field, a salt, a token, a key or a path of a request", () =>
    withApi(async ({ app, submit, token, get, lines, log, anchors, webhooks, metrics }) => {
      const body = { [canary]: canary, nested: { deep: [canary] } };
      const record = recordOf(`trade:${canary}`, {
        body,
        parties: [{ member: members.broker, role: canary.toLowerCase() }],
        attachments: { [canary]: { "sha-256": `0x${"c0ffee00".repeat(8)}` } },
      });
      receiptIn(await submit(token(members.venue), record, canary));
      anchors.size = 1;
      const stored = await log.recordAt(0);
      await get(`/v1/subjects/trade:${canary}/evidence`, token(members.venue));
      await get(`/v1/records/${canary}?${canary}=${canary}`, token(members.venue));
      await get(`/${canary}`, canary);
      for (const field of Object.keys(record))
        await submit(token(members.venue), { ...record, [field]: { [canary]: canary } });
      await submit(token(members.venue), `{"${canary}":1,"${canary}":2}`);
      await submit(token(members.venue), `${canary}${canary}`);
      await app.inject({ url: "/healthz", headers: { [`x-${canary}`]: canary, cookie: canary, "user-agent": canary } });
      const { secret } = await webhooks.create(
        { url: `https://hooks.example/${canary}` },
        { member: members.venue, scopes: new Set() },
      );
      const text = lines.join("") + (await metrics.text());
      const secrets = [
        canary,
        canary.toLowerCase(),
        token(members.venue),
        "c0ffee00",
        secret.slice(6),
        ...(stored?.disclosures ?? []),
      ];
      for (const secret of secrets) expect(text.includes(secret), `the log holds ${secret}`).to.equal(false);
      expect(secrets.length).to.be.greaterThan(7);
      expect(lines.length).to.be.greaterThan(10);
      expect(text).to.contain('"route":"/v1/records"').and.contain('"status":201');
    }));

  it("tells the operator why a request failed, and the caller only where to look", () =>
    withApi(
      async ({ get, lines, token }) => {
        const problem = problemIn(await get("/v1/subjects/a/evidence", token(members.venue)));
        expect(problem).to.deep.include({ code: "E_INTERNAL", status: 500 });
        expect(JSON.stringify(problem)).not.to.contain("spilled");
        const line = lines.find((text) => text.includes("request failed")) ?? "";
        expect(line).to.contain("spilled").and.contain(problem.requestId);
      },
      {
        wrap: (log) =>
          Object.assign(Object.create(log) as typeof log, { indexesOf: () => Promise.reject(new Error("spilled")) }),
      },
    ));

  it("keeps the names of files from callers", () =>
    withApi(
      async ({ get, token }) => {
        const problem = problemIn(await get("/v1/subjects/a/evidence", token(members.venue)));
        expect(problem).to.deep.include({ code: "LOG_CORRUPT", status: 503 });
        expect(problem.detail).not.to.contain("/srv");
      },
      {
        wrap: (log) =>
          Object.assign(Object.create(log) as typeof log, {
            indexesOf: () => Promise.reject(new NodeError("LOG_CORRUPT", "/srv/node/index is damaged")),
          }),
      },
    ));
});

describe("every answer", () => {
  it("has the header fields that keep browsers from harm", () =>
    withApi(async ({ app, token }) => {
      for (const url of ["/healthz", "/nowhere", "/log/checkpoint"]) {
        const { headers } = await app.inject({ url, headers: bearer(token(members.venue)) });
        expect(headers["x-content-type-options"]).to.equal("nosniff");
        expect(headers["content-security-policy"]).to.contain("default-src 'self'");
        expect(headers).not.to.have.property("x-powered-by");
        expect(headers).not.to.have.property("access-control-allow-origin");
      }
    }));
});
