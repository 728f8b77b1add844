import { expect } from "chai";
import type { RegistryPort } from "@lianzheng/node/api";
import type { JsonObject } from "@lianzheng/sdk/record";
import { nodeFaults } from "../../node/src/errors.ts";
import { submissionExample } from "../../node/src/api/record-docs.ts";
import { bearer, members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { TestApi } from "./fixture.ts";
import { Ajv2020, validatorOf } from "./described.ts";

interface Media {
  readonly schema: object;
  readonly example?: unknown;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { description: string; content?: Readonly<Record<string, Media>> }>>;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

async function documentOf(api: TestApi): Promise<Document> {
  const answer = await api.get("/docs/openapi.json");
  expect(answer.headers["content-type"]).to.equal("application/json");
  return answer.json<Document>();
}

function operationsIn({ paths }: Document): readonly { readonly name: string; readonly operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
}

/** Every schema of an operation, by where it stands. */
function schemasOf({ parameters, requestBody, responses }: Operation): readonly object[] {
  const bodies = [requestBody, ...Object.values(responses)].flatMap((one) => Object.values(one?.content ?? {}));
  return [...parameters, ...bodies].map(({ schema }) => schema);
}

describe("the description of the API", () => {
  it("is OpenAPI 3.1 and has every route, each with a name, a summary, a tag and its scope", () =>
    withApi(async (api) => {
      const document = await documentOf(api);
      expect(document.openapi).to.equal("3.1.0");
      const operations = operationsIn(document);
      const routes = api.routes
        .flatMap(({ method, url }) => [method].flat().map((name) => `${name} ${url}`))
        .filter((route) => !route.startsWith("HEAD "))
        .map((route) => route.replace(/:(\w+)/g, "{$1}").replace("*", "{path}"));
      expect(operations.map(({ name }) => name)).to.have.members(routes);
      expect(routes.length).to.be.at.least(18);
      const ids = operations.map(({ operation }) => operation.operationId);
      expect(new Set(ids).size).to.equal(ids.length);
      for (const { name, operation } of operations) {
        expect(operation.summary, name).to.match(/^\S.{5,100}[^.]$/);
        expect(operation.tags, name).to.have.length(1);
        for (const scheme of operation.security.flatMap((one) => Object.keys(one)))
          expect(document.components.securitySchemes).to.have.property(scheme);
      }
    }));

  it("says of every route which scope it asks for, as the route does", () =>
    withApi(async (api) => {
      const document = await documentOf(api);
      let scoped = 0;
      for (const { method, url, config } of api.routes) {
        if (method === "HEAD") continue;
        const path = url.replace(/:(\w+)/g, "{$1}").replace("*", "{path}");
        const operation = document.paths[path]?.[String(method).toLowerCase()];
        const { access } = config ?? {};
        const wanted = access === undefined || access === "public" ? [] : [access].flat();
        expect(operation?.security, url).to.deep.equal(wanted.map((scope) => ({ token: [scope] })));
        if (access !== "public") scoped += 1;
      }
      expect(scoped).to.be.at.least(8);
    }));

  it("has only schemas that compile, and names the parameters of each path", () =>
    withApi(async (api) => {
      const document = await documentOf(api);
      let compiled = 0;
      for (const { name, operation } of operationsIn(document)) {
        for (const schema of schemasOf(operation)) {
          // A reference that leads nowhere throws, too.
          expect(() => validatorOf(schema, document), name).not.to.throw();
          compiled += 1;
        }
        const named = operation.parameters.filter((parameter) => parameter.in === "path").map((one) => one.name);
        expect([...name.matchAll(/\{(\w+)\}/g)].map(([, found]) => found)).to.have.members(named);
      }
      expect(compiled).to.be.greaterThan(100);
    }));

  it("has only examples that its own schemas allow", () =>
    withApi(async (api) => {
      const document = await documentOf(api);
      let examples = 0;
      for (const { name, operation } of operationsIn(document)) {
        const bodies = [operation.requestBody, ...Object.values(operation.responses)];
        for (const { schema, example } of bodies.flatMap((one) => Object.values(one?.content ?? {}))) {
          if (example === undefined) continue;
          const allows = validatorOf(schema, document);
          // A text of lines stands as one text.
          expect(allows(example), `${name} ${JSON.stringify(allows.errors)}`).to.equal(true);
          examples += 1;
        }
      }
      expect(examples).to.be.at.least(2);
    }));

  it("answers every refusal with a problem, and lists the codes of each status", () =>
    withApi(async (api) => {
      const operations = operationsIn(await documentOf(api));
      for (const { name, operation } of operations) {
        expect(operation.responses, name).to.include.keys("4XX", "5XX", "400", "500", "503");
        for (const [status, { content, description }] of Object.entries(operation.responses)) {
          if (!/^[45]/.test(status)) continue;
          expect(Object.keys(content ?? {}), `${name} ${status}`).to.deep.equal(["application/problem+json"]);
          for (const [, code] of description.matchAll(/`([EJIL]_?[A-Z_]+)`/g)) {
            const known = nodeFaults[code as keyof typeof nodeFaults] as { status: number } | undefined;
            if (known !== undefined) expect(known.status, String(code)).to.equal(Number(status));
          }
        }
      }
    }));

  it("describes a record as the node takes it", () =>
    withApi(async (api) => {
      const { requestBody } = (await documentOf(api)).paths["/v1/records"]!["post"]!;
      const isRecord = new Ajv2020({ strict: false }).compile(requestBody!.content["application/json"]!.schema);
      const cases: readonly (readonly [unknown, boolean])[] = [
        [submissionExample, true],
        [recordOf("trade:1"), true],
        [[recordOf("trade:1"), recordOf("trade:2")], true],
        [recordOf("trade:1", { parties: [{ member: members.venue, role: "seller" }] }), true],
        [recordOf("trade:1", { attachments: { "a.pdf": { "sha-256": `0x${"1".repeat(64)}` } } }), true],
        [recordOf("-a"), false],
        [recordOf("trade:1", { type: "Trade" }), false],
        [recordOf("trade:1", { occurredAt: "2026-11-22T09:14:05Z" }), false],
        [recordOf("trade:1", { more: 1 }), false],
        [recordOf("trade:1", { body: {} }), false],
        [recordOf("trade:1", { body: [] }), false],
        [[], false],
        [{}, false],
        ["record", false],
      ];
      for (const [record, good] of cases) {
        const text = JSON.stringify(record);
        expect(isRecord(record), text).to.equal(good);
        const answer = await api.submit(api.token(members.venue), record);
        if (good) receiptIn(answer);
        else expect(problemIn(answer).status, text).to.be.oneOf([400, 422]);
      }
      expect(cases).to.have.length(14);
    }));
});

describe("the check of every answer against the description", () => {
  const block = { number: 1, hash: `0x${"1".repeat(64)}`, time: 1 } as const;
  const validator = { validator: `0x${"2".repeat(40)}`, member: members.venue, addedIn: 1, removedIn: 0 };

  it("takes a row that is described, and none with a member more, one less, or of another type", async () => {
    const rows: readonly (readonly [JsonObject, boolean])[] = [
      [validator, true],
      [{ ...validator, colour: "red" }, false],
      [{ ...validator, addedIn: "1" }, false],
      [{ ...validator, validator: "0x22" }, false],
      [{ validator: validator.validator }, false],
    ];
    let [item]: [JsonObject] = [validator];
    const registry = { list: () => Promise.resolve({ block, items: [item], next: null }) } as unknown as RegistryPort;
    await withApi(
      async (api) => {
        for (const [row, good] of rows) {
          item = row;
          const before = api.faults.length;
          const answer = await api.get("/v1/validators", api.token(members.venue));
          // What the registry has is sent as it is, whatever the description says.
          expect(answer.json<{ readonly items: readonly unknown[] }>().items).to.deep.equal([row]);
          expect(api.faults.length - before, JSON.stringify(row)).to.equal(good ? 0 : 1);
        }
      },
      { services: () => ({ registry }), hasStubs: true },
    );
  });
});

describe("the page with the description", () => {
  it("loads nothing from elsewhere, and no script stands in it", () =>
    withApi(async (api) => {
      const page = await api.get("/docs");
      const policy = String(page.headers["content-security-policy"]);
      expect(policy).to.contain("default-src 'none'").and.contain("script-src 'self';");
      expect(policy).not.to.match(/script-src[^;]*unsafe/);
      const named = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => String(url));
      expect(named.filter((url) => url !== "data:,")).to.have.length(3);
      expect(page.body).not.to.match(/<script>|\son\w+=|https?:/);
      for (const url of named.filter((one) => one !== "data:,")) {
        const asset = await api.get(`/${url}`);
        expect(asset.statusCode, url).to.equal(200);
        expect(asset.headers["content-type"]).to.match(/^text\/(css|javascript); charset=utf-8$/);
        expect(asset.headers["x-content-type-options"]).to.equal("nosniff");
      }
    }));

  it("asks for a token that may read, where the node is told so", () =>
    withApi(
      async (api) => {
        for (const url of ["/docs", "/docs/openapi.json", "/docs/start.js"]) {
          expect(problemIn(await api.get(url)).code).to.equal("E_AUTH");
          expect(problemIn(await api.get(url, api.token(members.venue, ["submit"]))).code).to.equal("E_AUTH");
          const answer = await api.app.inject({ url, headers: bearer(api.token(members.venue, ["read"])) });
          expect(answer.statusCode).to.equal(200);
        }
      },
      { docs: "key" },
    ));
});
