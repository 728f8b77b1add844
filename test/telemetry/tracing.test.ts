import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import { inSpan, presentCause, startRequestSpan } from "../../node/src/tracing.ts";
import { NodeError } from "../../node/src/errors.ts";
import { callerOf, init, owner, recordOf, until, withFolder, withNode } from "../node/fixture.ts";
import { withSpans } from "./spans.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const root = join(import.meta.dirname, "../..");

const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan =>
  spans.find((span) => span.name === name) ?? expect.fail(`no span ${name}: ${spans.map((one) => one.name).join()}`);

/** All that an exporter is given of a span. */
const textOf = (spans: readonly ReadableSpan[]): string =>
  JSON.stringify(
    spans.map(({ name, attributes, status, events, links }) => ({ name, attributes, status, events, links })),
  );

describe("traces of a node", function () {
  this.timeout(60_000);

  it("have a span for each step of a record's way, under the trace of a caller with a token, and hold no secrets", () =>
    withSpans((spans) =>
      withFolder(async (folder) => {
        const { adminToken: token } = await init(folder);
        await withNode(folder, async (node) => {
          const subject = "trade:canary-subject";
          const record = { ...recordOf(subject), body: { word: "canary-body" } };
          const answer = await fetch(`${node.url}/v1/records`, {
            method: "POST",
            headers: {
              ...{
                authorization: `Bearer ${token}`,
                "content-type": "application/json",
                "idempotency-key": "canary-key",
              },
              ...{ traceparent, tracestate: "canary=state" },
            },
            body: JSON.stringify(record),
          });
          const receipt = await answer.text();
          expect(answer.status, receipt).to.equal(201);
          const { id } = (JSON.parse(receipt) as { readonly records: readonly { readonly id: string }[] }).records[0]!;
          const { get } = callerOf(node, token);
          await until(async () => ((await get(`/v1/records/${id}/evidence`)).status === 200 ? true : undefined));
          await until(() => Promise.resolve(spans().some(({ name }) => name === "registry intake") ? true : undefined));
          expect((await get(`/v1/subjects/${encodeURIComponent(subject)}/entries`)).status).to.be.oneOf([200, 404]);
          expect((await get("/v1/records/canary-path")).status).to.equal(422);
          const request = named(spans(), "http POST /v1/records");
          expect(request.kind).to.equal(SpanKind.SERVER);
          expect(request.spanContext().traceId).to.equal(traceId);
          expect(request.parentSpanContext?.spanId).to.equal("00f067aa0ba902b7");
          expect(request.attributes).to.deep.include({ "http.route": "/v1/records", "http.response.status_code": 201 });
          const commit = spans().find(
            ({ name, links }) => name === "group commit" && links.some(({ context }) => context.traceId === traceId),
          );
          expect(commit, "the commit names the request that caused it").not.to.equal(undefined);
          const synced = spans().filter(
            ({ parentSpanContext }) => parentSpanContext?.spanId === commit?.spanContext().spanId,
          );
          expect(synced.map(({ name }) => name)).to.deep.equal(["journal fsync"]);
          const evidence = named(spans(), "evidence build");
          const asked = spans().filter(
            ({ parentSpanContext }) => parentSpanContext?.spanId === evidence.spanContext().spanId,
          );
          expect(asked.length, "questions to the chain").to.be.greaterThan(0);
          for (const { name, kind } of asked)
            expect([name.slice(0, 8), kind]).to.deep.equal(["rpc eth_", SpanKind.CLIENT]);
          named(spans(), "anchor publish step");
          const refused = spans().find(({ attributes }) => attributes["http.response.status_code"] === 422);
          expect(refused?.attributes["error.type"]).to.match(/^E_HEX|^E_HASH/);
          expect(refused?.status.code, "the caller's fault is no error of the node").to.equal(SpanStatusCode.UNSET);
          const text = textOf(spans());
          for (const secret of ["canary", token, token.slice(3, 11), owner, id, "127.0.0.1"])
            expect(text, secret).not.to.contain(secret);
        });
      }),
    ));

  it("begin anew for whoever has no valid token, whatever traceparent says", () =>
    withSpans((spans) =>
      withFolder(async (folder) => {
        const { adminToken: token } = await init(folder);
        await withNode(folder, async (node) => {
          const ask = async (path: string, headers: Record<string, string>): Promise<number> =>
            (await fetch(`${node.url}${path}`, { headers: { traceparent, ...headers } })).status;
          expect(await ask("/v1/status", {})).to.equal(200);
          expect(await ask("/v1/records/0x", {})).to.equal(401);
          expect(await ask("/v1/nowhere", { authorization: `Bearer ${token}` })).to.equal(404);
          const http = (): readonly ReadableSpan[] => spans().filter(({ name }) => name.startsWith("http "));
          await until(() => Promise.resolve(http().length === 3 ? true : undefined));
          expect(http().map(({ name }) => name)).to.deep.equal([
            ...["http GET /v1/status", "http GET /v1/records/:id", "http GET unknown"],
          ]);
          for (const one of http()) expect(one.spanContext().traceId).not.to.equal(traceId);
          expect(http()[1]?.attributes["error.type"]).to.equal("E_AUTH");
          const bad = [
            "x",
            traceparent.replace("00-4", "ff-4"),
            `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
            `${traceparent}-x`,
          ];
          for (const wrong of bad) await fetch(`${node.url}/v1/status`, { headers: { traceparent: wrong } });
          for (const wrong of bad) {
            const span = startRequestSpan({ method: "GET", route: "/x", parent: wrong });
            expect(span?.span.spanContext().traceId, wrong).not.to.equal(traceId);
          }
        });
      }),
    ));

  it("are complete without a context manager, each span for itself", () =>
    withSpans(
      (spans) =>
        withFolder(async (folder) => {
          const { adminToken } = await init(folder);
          await withNode(folder, async (node) => {
            const { submit } = callerOf(node, adminToken);
            expect((await submit(recordOf("thing:1"), "k")).status).to.equal(201);
            for (const name of ["http POST /v1/records", "group commit", "journal fsync"]) named(spans(), name);
          });
        }),
      { contexts: false },
    ));

  it("give an error its code, and never its text", () =>
    withSpans(async (spans) => {
      const failing = inSpan("one", {}, () => Promise.reject(new NodeError("E_STORAGE_FULL", "canary-text")));
      await failing.catch((error: unknown) => expect(error).to.have.property("code", "E_STORAGE_FULL"));
      const foreign = inSpan("two", {}, () => Promise.reject(new Error("canary-text")));
      await foreign.catch((error: unknown) => expect(error).to.have.property("message", "canary-text"));
      expect(named(spans(), "one").status).to.deep.equal({ code: SpanStatusCode.ERROR, message: "E_STORAGE_FULL" });
      expect(named(spans(), "two").status.message).to.equal("E_INTERNAL");
      expect(textOf(spans())).not.to.contain("canary");
    }));

  it("are none without an SDK, and work goes on", async () => {
    expect(startRequestSpan({ method: "GET", route: "/x", parent: traceparent })).to.equal(undefined);
    expect(await inSpan("x", {}, () => Promise.resolve(presentCause()))).to.equal(undefined);
  });

  it("appear on the console of a program that loads examples/tracing.mjs", async () => {
    const program = `
      import { inSpan } from "./node/src/tracing.ts";
      await inSpan("outer", {}, () => inSpan("inner", { kind: "client" }, async () => undefined));`;
    const run = ["--import", "./examples/tracing.mjs", "--input-type=module-typescript", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, run, { cwd: root });
    const [inner = "", outer = ""] = stdout.split(/^}/m);
    expect(inner).to.contain("name: 'inner'");
    expect(outer).to.contain("name: 'outer'");
    const parent = /parentSpanContext: \{[^}]*spanId: '([0-9a-f]{16})'/.exec(inner)?.[1];
    expect(outer).to.contain(`id: '${parent ?? "?"}'`);
  });
});
