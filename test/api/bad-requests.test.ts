import { expect } from "chai";
import { bearer, members, problemIn, recordOf, withApi } from "./fixture.ts";

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const withBody = (body: string): string =>
  `{"type":"x-a.b","subject":"s","occurredAt":"2026-11-22T09:14:05.120Z","body":${body}}`;
const withField = (name: string, value: string): string => withBody('{"a":1}').replace(/}$/, `,"${name}":${value}}`);
const keys = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(",")}}`;

/** Rows of the catalogue of bad input (shared/bad-inputs.md 4.1) by number, and what each is answered with. */
const bodies: readonly {
  row: number;
  name: string;
  body: string | Buffer;
  status: number;
  code: string;
  field?: string;
}[] = [
  { row: 1, name: "nothing", body: "", status: 400, code: "E_BODY_EMPTY" },
  { row: 2, name: "truncated JSON", body: '{"a":1', status: 400, code: "E_JSON_SYNTAX" },
  { row: 2, name: "two values", body: `${withBody('{"a":1}')} {}`, status: 400, code: "E_JSON_SYNTAX" },
  { row: 4, name: "a key twice", body: '{"qty":1,"qty":2}', status: 400, code: "E_JSON_DUPLICATE_KEY", field: "/qty" },
  {
    row: 5,
    name: "a key twice, escaped",
    body: '{"a":1,"\\u0061":2}',
    status: 400,
    code: "E_JSON_DUPLICATE_KEY",
    field: "/a",
  },
  {
    row: 6,
    name: "a number that no double holds",
    body: withBody('{"n":9007199254740993}'),
    status: 422,
    code: "E_NUMBER_UNSAFE",
  },
  { row: 7, name: "-0", body: withBody('{"n":-0}'), status: 422, code: "E_NUMBER_FORM" },
  { row: 11, name: "a byte order mark", body: Buffer.from("\ufeff{}"), status: 400, code: "E_ENCODING" },
  { row: 11, name: "bytes that are no UTF-8", body: Buffer.from([0x22, 0xff, 0x22]), status: 400, code: "E_ENCODING" },
  { row: 11, name: "overlong UTF-8", body: Buffer.from([0x22, 0xc0, 0xaf, 0x22]), status: 400, code: "E_ENCODING" },
  { row: 11, name: "UTF-16", body: Buffer.from(withBody('{"a":1}'), "utf16le"), status: 400, code: "E_JSON_SYNTAX" },
  {
    row: 13,
    name: "a NUL in an id",
    body: JSON.stringify(recordOf("a\u0000b")),
    status: 422,
    code: "E_ID_CHARSET",
    field: "/subject",
  },
  {
    row: 13,
    name: "a bidi override in an id",
    body: JSON.stringify(recordOf("a\u202eb")),
    status: 422,
    code: "E_ID_CHARSET",
  },
  {
    row: 14,
    name: "a homoglyph in an id",
    body: JSON.stringify(recordOf("tr\u0430de:1")),
    status: 422,
    code: "E_ID_CHARSET",
  },
  { row: 15, name: "nesting of 33", body: nested(33), status: 422, code: "E_DEPTH" },
  { row: 15, name: "nesting of 5,000", body: nested(5_000), status: 422, code: "E_DEPTH" },
  { row: 15, name: "nesting of 500,000", body: nested(500_000), status: 422, code: "E_DEPTH" },
  { row: 16, name: "10,001 keys", body: keys(10_001), status: 422, code: "E_TOO_MANY_KEYS" },
  { row: 16, name: "60,000 keys", body: keys(60_000), status: 422, code: "E_TOO_MANY_KEYS" },
  ...["__proto__", "constructor", "prototype", "toJSON", "then"].map((name) => ({
    row: 21,
    name: `the key ${name}`,
    body: withBody(`{"${name}":{}}`),
    status: 400,
    code: "E_FORBIDDEN_KEY",
  })),
  {
    row: 22,
    name: "a number for a string",
    body: withBody('{"a":1}').replace('"s"', "7"),
    status: 422,
    code: "E_TYPE",
    field: "/subject",
  },
  { row: 22, name: "null for an object", body: withBody("null"), status: 422, code: "E_TYPE", field: "/body" },
  {
    row: 23,
    name: "an unknown field",
    body: withField("extra", "1"),
    status: 422,
    code: "E_UNKNOWN_FIELD",
    field: "/extra",
  },
  { row: 25, name: "an array for an object", body: withBody("[]"), status: 422, code: "E_TYPE", field: "/body" },
  { row: 25, name: "a string", body: '"record"', status: 422, code: "E_TYPE" },
  { row: 25, name: "null", body: "null", status: 422, code: "E_TYPE" },
  ...[
    "0x12",
    `0x${"a".repeat(62)}`,
    `0x${"a".repeat(66)}`,
    "a".repeat(64),
    `0x${"A".repeat(64)}`,
    `0x${"g".repeat(64)}`,
  ].map((hash) => ({
    row: 29,
    name: `the hash ${hash.slice(0, 6)}… of ${hash.length} characters`,
    body: withField("attachments", `{"f":{"sha-256":"${hash}"}}`),
    status: 422,
    code: "E_HASH_FORM",
    field: "/attachments/f/sha-256",
  })),
  {
    row: 29,
    name: "the hash zero",
    body: withField("attachments", `{"f":{"sha-256":"0x${"0".repeat(64)}"}}`),
    status: 422,
    code: "E_HASH_ZERO",
  },
];

describe("a body that is bad", () => {
  it("is answered as the catalogue says, row by row, and nothing is stored", () =>
    withApi(async ({ submit, token, log }) => {
      for (const { row, name, body, status, code, field } of bodies) {
        const problem = problemIn(await submit(token(members.venue), body));
        expect({ row, name, status: problem.status, code: problem.code }).to.deep.equal({ row, name, status, code });
        if (field !== undefined) expect(problem.field, name).to.equal(field);
      }
      expect(bodies).to.have.length(37);
      expect(log.size).to.equal(0);
    }));

  it("of a number in no JSON form is refused, whichever", () =>
    withApi(async ({ submit, token, log }) => {
      const numbers = ["-0", "1e400", "NaN", "Infinity", "01", "+1", ".5"];
      for (const number of numbers) {
        const { status, code } = problemIn(await submit(token(members.venue), withBody(`{"n":${number}}`)));
        expect([400, 422], number).to.include(status);
        expect(["E_NUMBER_FORM", "E_JSON_SYNTAX", "E_NUMBER_UNSAFE"], number).to.include(code);
      }
      expect(numbers).to.have.length(7);
      expect(log.size).to.equal(0);
    }));

  it("pollutes no prototype", () =>
    withApi(async ({ submit, token }) => {
      await submit(token(members.venue), withBody('{"__proto__":{"polluted":1}}'));
      expect(({} as Record<string, unknown>)["polluted"]).to.equal(undefined);
    }));

  it("larger than the limit is refused with 413", () =>
    withApi(
      async ({ submit, token }) => {
        const problem = problemIn(await submit(token(members.venue), withBody(`{"a":"${"x".repeat(2000)}"}`)));
        expect(problem).to.deep.include({ status: 413, code: "E_BODY_TOO_LARGE" });
      },
      { settings: { bodyBytes: 1024 } },
    ));

  it("of more elements than a batch has is refused, however few members it has", () =>
    withApi(async ({ submit, token, log }) => {
      for (const [count, status] of [
        [300_000, 201],
        [300_001, 422],
      ] as const) {
        const answer = await submit(token(members.venue), withBody(`{"a":[${"[],".repeat(count - 1)}[]]}`));
        expect(answer.statusCode).to.equal(status);
        if (status === 422) expect(problemIn(answer).code).to.equal("E_TOO_MANY_KEYS");
      }
      expect(log.size).to.equal(1);
    })).timeout(10_000);

  it("with a regex trap in a field is answered quickly, or stored as it is", () =>
    withApi(async ({ submit, token }) => {
      const trap = `${"a".repeat(50_000)}!`;
      for (const field of ["type", "subject", "occurredAt", "issuer", "trap"]) {
        const problem = problemIn(await submit(token(members.venue), recordOf("s", { [field]: trap })));
        expect(problem.status).to.equal(422);
      }
    }));
});

describe("header fields", () => {
  const json = JSON.stringify(recordOf("s"));
  const types: readonly { type: string | undefined; status: number }[] = [
    { type: undefined, status: 415 },
    { type: "text/plain", status: 415 },
    { type: "application/json garbage", status: 415 },
    { type: "application/json\tx", status: 415 },
    { type: "application/json; charset=utf-16", status: 415 },
    { type: "application/json; charset=utf-8; charset=utf-16", status: 415 },
    { type: "application/json,text/plain", status: 415 },
    { type: "application/jsonx", status: 415 },
    { type: " application/json", status: 415 },
    { type: "Application/JSON", status: 422 },
    { type: "application/json", status: 422 },
    { type: "application/json; charset=utf-8", status: 422 },
    { type: 'application/json;charset="UTF-8"', status: 422 },
  ];

  it("name JSON exactly, or the body is not read; what is read is always validated", () =>
    withApi(async ({ app, token, log }) => {
      const payload = json.replace("{", '{"unknown":1,');
      for (const { type, status } of types) {
        const headers = {
          ...bearer(token(members.venue)),
          "idempotency-key": "k",
          ...(type === undefined ? {} : { "content-type": type }),
        };
        const problem = problemIn(await app.inject({ method: "POST", url: "/v1/records", headers, payload }));
        const code = status === 415 ? "E_MEDIA_TYPE" : "E_UNKNOWN_FIELD";
        expect({ type, status: problem.status, code: problem.code }).to.deep.equal({ type, status, code });
      }
      expect(types).to.have.length(13);
      expect(log.size).to.equal(0);
    }));

  it("may name no encoding of the body", () =>
    withApi(async ({ app, token }) => {
      for (const encoding of ["gzip", "br", "deflate", "identity, gzip"]) {
        const headers = {
          ...bearer(token(members.venue)),
          "idempotency-key": "k",
          "content-type": "application/json",
          "content-encoding": encoding,
        };
        const problem = problemIn(await app.inject({ method: "POST", url: "/v1/records", headers, payload: json }));
        expect(problem).to.deep.include({ status: 415, code: "E_ENCODING_UNSUPPORTED" });
      }
    }));

  it("are at most a hundred", () =>
    withApi(async ({ app }) => {
      const headers = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`x-${at}`, "1"]));
      const problem = problemIn(await app.inject({ method: "GET", url: "/healthz", headers }));
      expect(problem).to.deep.include({ status: 431, code: "E_HEADERS_TOO_LARGE" });
    }));

  it("ask for no other protocol", () =>
    withApi(async ({ app }) => {
      const headers = { connection: "upgrade", upgrade: "websocket" };
      const problem = problemIn(await app.inject({ method: "GET", url: "/healthz", headers }));
      expect(problem).to.deep.include({ status: 400, code: "E_REQUEST" });
    }));
});

describe("a path", () => {
  const unknown = [
    "/",
    "/v1",
    "/v1/records/",
    "/v1//records",
    "//v1/records",
    "/V1/records",
    "/v1/Records/x",
    "/v1/status/",
    "/debug",
    "/docs/",
    "/docs/package.json",
    "/docs/%2e%2e",
    "/log",
    "/log/tile/",
    "/v1/records/a/b",
    "/%2e%2e/etc/passwd",
    "/v1/subjects//evidence",
  ];

  it("that is none of the node's is 404, in another case, with a slash too many as well", () =>
    withApi(async ({ get }) => {
      for (const url of unknown) {
        expect(problemIn(await get(url)), url).to.deep.include({ status: 404, code: "E_NOT_FOUND" });
      }
      expect(unknown).to.have.length(18);
    }));

  const methods = [
    { url: "/v1/records", wrong: ["PUT", "DELETE", "PATCH"], allow: "GET, HEAD, OPTIONS, POST" },
    { url: "/v1/verify", wrong: ["GET", "PUT", "DELETE", "PATCH", "HEAD"], allow: "OPTIONS, POST" },
    { url: "/v1/records/x", wrong: ["POST", "PUT", "DELETE", "PATCH"], allow: "GET, HEAD, OPTIONS" },
    { url: "/v1/subjects/x/evidence", wrong: ["POST"], allow: "GET, HEAD, OPTIONS" },
    { url: "/log/checkpoint", wrong: ["POST"], allow: "GET, HEAD, OPTIONS" },
    { url: "/log/tile/0/000", wrong: ["PUT"], allow: "GET, HEAD, OPTIONS" },
    { url: "/healthz", wrong: ["POST"], allow: "GET, HEAD, OPTIONS" },
  ];

  it("with a method that it does not take is 405 and says which it takes", () =>
    withApi(async ({ app }) => {
      let count = 0;
      for (const { url, wrong, allow } of methods) {
        for (const method of wrong) {
          const answer = await app.inject({ method: method as "GET", url });
          expect({ url, method, status: answer.statusCode, allow: answer.headers.allow }).to.deep.equal({
            url,
            method,
            status: 405,
            allow,
          });
          if (method !== "HEAD") expect(problemIn(answer).code).to.equal("E_METHOD");
          count += 1;
        }
        const options = await app.inject({ method: "OPTIONS", url });
        expect({ status: options.statusCode, allow: options.headers.allow }).to.deep.equal({ status: 204, allow });
      }
      expect(count).to.equal(16);
    }));

  it("takes no query that it does not know, and none twice", () =>
    withApi(async ({ get, token }) => {
      const mine = token(members.venue);
      expect(problemIn(await get("/v1/status?id=1&id=2"))).to.deep.include({
        status: 400,
        code: "E_QUERY_DUPLICATE",
        field: "/id",
      });
      expect(problemIn(await get("/v1/status?verbose=1"))).to.deep.include({
        status: 400,
        code: "E_QUERY",
        field: "/verbose",
      });
      expect(problemIn(await get(`/v1/records/0x${"1".repeat(64)}?x=1`, mine))).to.deep.include({
        status: 400,
        code: "E_QUERY",
      });
    }));

  it("names a record by its hash in the one form", () =>
    withApi(async ({ get, token }) => {
      const mine = token(members.venue);
      for (const id of ["0x12", `0x${"A".repeat(64)}`, "1".repeat(64), `0x${"1".repeat(63)}`]) {
        expect(problemIn(await get(`/v1/records/${id}`, mine)), id).to.deep.include({
          status: 422,
          code: "E_HASH_FORM",
          field: "/id",
        });
      }
      const zero = problemIn(await get(`/v1/records/0x${"0".repeat(64)}`, mine));
      expect(zero).to.deep.include({ status: 422, code: "E_HASH_ZERO", field: "/id" });
    }));
});
