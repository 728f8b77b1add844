import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { AppServices } from "@lianzheng/node/api";
import { prepareRecord } from "@lianzheng/sdk/record";
import type { RecordInput } from "@lianzheng/sdk/record";
import { NodeError } from "../../node/src/errors.ts";
import { resource as policies } from "./access/policies.ts";
import { resource as registry } from "./access/registry.ts";
import { bearer, members, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { Answer, ApiOptions, ProblemBody, TestApi } from "./fixture.ts";

/** An answer as far as the catalogue speaks of it. */
interface Outcome {
  readonly status: number;
  readonly code?: string | undefined;
}

/**
 * A row of section 4.1 of the catalogue of bad input. `expected` is `status code`; a row that is answered otherwise than the catalogue says
 * has the reason in `otherwise`.
 */
interface Row {
  readonly row: number;
  readonly request: string;
  readonly expected: string;
  readonly send: (api: TestApi) => Promise<Outcome>;
  readonly otherwise?: string;
}

const json = { "content-type": "application/json" } as const;
/** Of a type that no schema governs. */
const free = { type: "x-test.step" } as const;
const good = recordOf("catalogue:1", free);
const text = JSON.stringify(good);
/** Prepared by its issuer, so that it can name one. */
const prepared = prepareRecord(recordOf("prepared") as unknown as RecordInput, new Uint8Array(32).fill(5));
const unknownId = `0x${"1".repeat(64)}`;

function outcomeOf(answer: Answer): Outcome {
  const problem = /problem\+json/.test(String(answer.headers["content-type"])) ? answer.json<ProblemBody>() : undefined;
  return { status: answer.statusCode, code: problem?.code };
}

const venue = (api: TestApi): string => api.token(members.venue);
const everything = (api: TestApi): string =>
  api.token(members.venue, ["submit", "read", "erase", "subscribe", "monitor"]);

let keys = 0;

/** `POST /v1/records` with this body. */
const body =
  (payload: unknown, headers: Readonly<Record<string, string>> = {}) =>
  async (api: TestApi): Promise<Outcome> =>
    outcomeOf(
      await api.app.inject({
        method: "POST",
        url: "/v1/records",
        headers: { ...bearer(venue(api)), ...json, "idempotency-key": `c${(keys += 1)}`, ...headers },
        payload: typeof payload === "string" || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
      }),
    );

/** A record whose body is this JSON. */
const inner = (value: string): string => text.replace(JSON.stringify(good["body"]), value);

const get =
  (url: string, headers: Readonly<Record<string, string>> = {}) =>
  async (api: TestApi): Promise<Outcome> =>
    outcomeOf(await api.app.inject({ method: "GET", url, headers: { ...bearer(everything(api)), ...headers } }));

/** Any request with JSON, by a caller with all scopes of a member. */
const ask =
  (method: string, url: string, payload: unknown, headers: Readonly<Record<string, string>> = {}) =>
  async (api: TestApi): Promise<Outcome> =>
    outcomeOf(
      await api.app.inject({
        method: method as "POST",
        url,
        headers: { ...bearer(everything(api)), ...json, "idempotency-key": `c${(keys += 1)}`, ...headers },
        payload: JSON.stringify(payload),
      }),
    );

/** Bytes on a real connection, and the first answer to them; 0 if the server closes without one. */
const wire =
  (bytes: (api: TestApi) => string | Buffer) =>
  async (api: TestApi): Promise<Outcome> => {
    if (!api.app.server.listening) await api.app.listen({ port: 0, host: "127.0.0.1" });
    const socket = connect((api.app.server.address() as AddressInfo).port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => undefined);
    socket.write(bytes(api));
    await once(socket, "close");
    const answer = Buffer.concat(chunks).toString("latin1");
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
    const [, code] = /"code":"([A-Z_]+)"/.exec(answer) ?? [];
    return { status: Number(status ?? 0), code };
  };

const raw = (api: TestApi, fields: string, sent = text): string =>
  `POST /v1/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${venue(api)}\r\nIdempotency-Key: w${(keys += 1)}\r\n` +
  `Content-Type: application/json\r\n${fields}\r\n${sent}`;

const member = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(",")}}`;
const batch = (count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, at) => recordOf(`batch:${count}:${at}`));
const hashed = (hash: string): unknown => recordOf("h", { ...free, attachments: { f: { "sha-256": hash } } });
const trap = `${"a".repeat(50_000)}!`;
const webhook = (url: string) => ask("POST", "/v1/webhooks", { url });

/** Every list of the API with pages, by a query of its own. */
const lists = [
  ...["/v1/records?", "/v1/retention?", "/v1/subjects/catalogue%3A1?", "/v1/warnings?"],
  ...["/v1/policies?", "/v1/schemas?", "/v1/refusals?", "/v1/search?q=a&", "/v1/products/p/rights?"],
  ...["members", "products", "rights", "trades", "attestations", "cases", "logs", "applications"].map(
    (path) => `/v1/${path}?`,
  ),
  ...["proposals", "rules", "orders", "consents", "mandates", "validators", "contracts"].map((path) => `/v1/${path}?`),
];

const noSuchFields = "the design has tokens over TLS and no signed requests, so there are no nonces and no window";

const rows: readonly Row[] = [
  { row: 1, request: "empty body", expected: "400 E_BODY_EMPTY", send: body("") },
  { row: 2, request: '{"a":1', expected: "400 E_JSON_SYNTAX", send: body('{"a":1') },
  { row: 4, request: '{"qty":1,"qty":2}', expected: "400 E_JSON_DUPLICATE_KEY", send: body('{"qty":1,"qty":2}') },
  { row: 5, request: "a key twice, escaped", expected: "400 E_JSON_DUPLICATE_KEY", send: body('{"a":1,"\\u0061":2}') },
  { row: 6, request: "9007199254740993", expected: "422 E_NUMBER_UNSAFE", send: body(inner('{"n":9007199254740993}')) },
  { row: 7, request: "-0", expected: "422 E_NUMBER_FORM", send: body(inner('{"n":-0}')) },
  ...(["1e400", "NaN", "Infinity", "01", "+1", ".5"] as const).map((number) => ({
    ...{ row: 7, request: number, expected: "422 E_NUMBER_FORM", send: body(inner(`{"n":${number}}`)) },
  })),
  { row: 8, request: "1e2 for 100 in a record", expected: "201", send: body(inner('{"n":1e2,"m":1.0}')) },
  {
    ...{ row: 9, request: 'price "0.1" for "0.10"', expected: "422 E_SCHEMA" },
    send: async (api) =>
      outcomeOf(await api.submit(venue(api), { ...good, type: "trade.contract", body: { price: "0,1" } })),
    otherwise: "the record type's schema says the form of amounts, and refuses with its own code and the field",
  },
  { row: 11, request: "byte order mark", expected: "400 E_ENCODING", send: body(Buffer.from("\ufeff{}")) },
  { row: 11, request: "no UTF-8", expected: "400 E_ENCODING", send: body(Buffer.from([0x22, 0xff, 0x22])) },
  { row: 11, request: "overlong UTF-8", expected: "400 E_ENCODING", send: body(Buffer.from([0x22, 0xc0, 0xaf, 0x22])) },
  {
    ...{ row: 11, request: "UTF-16", expected: "400 E_JSON_SYNTAX", send: body(Buffer.from(text, "utf16le")) },
    otherwise: "these bytes are UTF-8, with zero bytes that JSON does not know",
  },
  {
    ...{
      row: 12,
      request: "an identifier in NFD",
      expected: "422 E_ID_CHARSET",
      send: body(recordOf("caf\u0065\u0301")),
    },
    otherwise: "identifiers are ASCII, so no other form of Unicode comes that far",
  },
  {
    row: 12,
    request: "a text in NFD in the body",
    expected: "201",
    send: body(recordOf("nfd", { ...free, body: { name: "e\u0301" } })),
  },
  { row: 13, request: "NUL in an id", expected: "422 E_ID_CHARSET", send: body(recordOf("a\u0000b")) },
  { row: 13, request: "bidi override in an id", expected: "422 E_ID_CHARSET", send: body(recordOf("a\u202eb")) },
  { row: 13, request: "zero-width blank in an id", expected: "422 E_ID_CHARSET", send: body(recordOf("a\u200bb")) },
  { row: 14, request: "homoglyph in an id", expected: "422 E_ID_CHARSET", send: body(recordOf("tr\u0430de")) },
  ...[33, 5_000, 500_000].map((depth) => ({
    ...{ row: 15, request: `nesting of ${depth}`, expected: "422 E_DEPTH" },
    send: body(`${"[".repeat(depth)}${"]".repeat(depth)}`),
  })),
  { row: 16, request: "10,001 keys", expected: "422 E_TOO_MANY_KEYS", send: body(member(10_001)) },
  { row: 16, request: "60,000 keys", expected: "422 E_TOO_MANY_KEYS", send: body(member(60_000)) },
  {
    row: 18,
    request: "Content-Length too small",
    expected: "400 E_REQUEST",
    send: wire((api) => raw(api, "Content-Length: 5\r\nConnection: close\r\n")),
  },
  {
    row: 18,
    request: "Content-Length negative",
    expected: "400 E_REQUEST",
    send: wire((api) => raw(api, "Content-Length: -1\r\n")),
  },
  {
    row: 18,
    request: "Content-Length with chunked",
    expected: "400 E_REQUEST",
    send: wire((api) => raw(api, `Content-Length: ${text.length}\r\nTransfer-Encoding: chunked\r\n`)),
  },
  ...["gzip", "br"].map((encoding) => ({
    ...{ row: 19, request: `Content-Encoding: ${encoding}`, expected: "415 E_ENCODING_UNSUPPORTED" },
    send: body(text, { "content-encoding": encoding }),
  })),
  ...[
    "text/plain",
    " application/json",
    "application/json\tx",
    "application/json garbage",
    "application/json; charset=utf-16",
  ].map((type) => ({
    ...{ row: 20, request: `Content-Type: ${JSON.stringify(type)}`, expected: "415 E_MEDIA_TYPE" },
    send: body({ ...good, extra: 1 }, { "content-type": type }),
  })),
  {
    row: 20,
    request: "Content-Type: Application/JSON, with a fault",
    expected: "422 E_UNKNOWN_FIELD",
    send: body({ ...good, extra: 1 }, { "content-type": "Application/JSON" }),
  },
  ...["__proto__", "constructor", "toJSON", "then"].map((name) => ({
    ...{ row: 21, request: `key ${name}`, expected: "400 E_FORBIDDEN_KEY", send: body(inner(`{"${name}":{}}`)) },
  })),
  ...[7, null, true].map((value) => ({
    ...{
      row: 22,
      request: `${String(value)} for a text`,
      expected: "422 E_TYPE",
      send: body({ ...good, subject: value }),
    },
  })),
  { row: 23, request: "unknown field", expected: "422 E_UNKNOWN_FIELD", send: body({ ...good, extra: 1 }) },
  { row: 25, request: "array for an object", expected: "422 E_TYPE", send: body(inner("[]")) },
  { row: 25, request: "a number alone", expected: "422 E_TYPE", send: body("7") },
  { row: 26, request: "empty batch", expected: "422 E_BATCH_EMPTY", send: body([]) },
  { row: 26, request: "batch of one", expected: "201", send: body(batch(1)) },
  { row: 26, request: "batch of 1,000", expected: "201", send: body(batch(1_000)) },
  { row: 26, request: "batch of 1,001", expected: "422 E_BATCH_TOO_LARGE", send: body(batch(1_001)) },
  {
    ...{ row: 27, request: "record 7 of a batch is bad: /7/subject, nothing stored", expected: "422 E_ID_CHARSET" },
    send: async (api) => {
      const before = api.log.size;
      const answer = await api.submit(
        venue(api),
        batch(9).map((one, at) => (at === 7 ? recordOf("t 7") : one)),
      );
      expect([answer.json<ProblemBody>().field, api.log.size]).to.deep.equal(["/7/subject", before]);
      return outcomeOf(answer);
    },
  },
  { row: 28, request: "one record twice in a batch", expected: "422 E_DUPLICATE_IN_BATCH", send: body([good, good]) },
  ...[
    "0x12",
    `0x${"a".repeat(62)}`,
    `0x${"a".repeat(66)}`,
    "a".repeat(64),
    `0x${"A".repeat(64)}`,
    `0x${"g".repeat(64)}`,
  ].map((hash) => ({
    ...{
      row: 29,
      request: `hash ${hash.slice(0, 5)}… of ${hash.length}`,
      expected: "422 E_HASH_FORM",
      send: body(hashed(hash)),
    },
  })),
  { row: 29, request: "hash of zeros", expected: "422 E_HASH_ZERO", send: body(hashed(`0x${"0".repeat(64)}`)) },
  {
    ...{
      row: 30,
      request: "an address in a path",
      expected: "422 E_HASH_FORM",
      send: get(`/v1/records/0x${"1".repeat(40)}`),
    },
    otherwise: "no field of the API is an address; the command line takes them and has the test",
  },
  ...["", "k".repeat(257), "a\nb", "ключ"].map((key) => ({
    ...{
      row: 32,
      request: `idempotency key ${JSON.stringify(key.slice(0, 5))} of ${key.length}`,
      expected: "400 E_IDEMPOTENCY_KEY",
    },
    send: body(text, { "idempotency-key": key }),
  })),
  {
    ...{ row: 33, request: "same key, same body", expected: "200" },
    send: async (api) => {
      const first = receiptIn(await api.submit(venue(api), recordOf("again"), "same"));
      const again = await api.submit(venue(api), recordOf("again"), "same");
      expect([again.headers["idempotent-replay"], again.json()]).to.deep.equal(["true", first]);
      return outcomeOf(again);
    },
  },
  {
    row: 34,
    request: "same key, other body",
    expected: "422 E_IDEMPOTENCY_MISMATCH",
    send: body(recordOf("other"), { "idempotency-key": "same" }),
  },
  {
    row: 35,
    request: "same key by another member",
    expected: "201",
    send: async (api) => outcomeOf(await api.submit(api.token(members.broker), recordOf("again"), "same")),
  },
  {
    ...{ row: 36, request: "100 at once with one key: one 201, one record", expected: "201" },
    send: async (api) => {
      const before = api.log.size;
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => api.submit(venue(api), recordOf("crowd"), "crowd")),
      );
      const statuses = answers.map(({ statusCode }) => statusCode);
      expect(statuses.every((status) => [200, 201, 409].includes(status))).to.equal(true);
      expect([statuses.filter((status) => status === 201).length, api.log.size]).to.deep.equal([1, before + 1]);
      return { status: 201 };
    },
  },
  ...(["none", "wrong", "expired", "revoked", "not yet valid"] as const).map((what) => ({
    ...{ row: 37, request: `credentials: ${what}`, expected: "401 E_AUTH" },
    send: async (api: TestApi) => {
      const token = what === "none" ? undefined : (api.special.get(what) ?? `lz_00000000_${"a".repeat(43)}`);
      return outcomeOf(await api.get("/v1/records", token));
    },
  })),
  {
    row: 39,
    request: "a request sent again after it was answered",
    expected: "200",
    send: get("/v1/records"),
    otherwise: `${noSuchFields}: a repetition reads, or is told by its key (row 33)`,
  },
  {
    row: 40,
    request: "Date: ten minutes ago",
    expected: "200",
    send: get("/v1/records", { date: "Sun, 22 Nov 2026 09:50:00 GMT" }),
    otherwise: noSuchFields,
  },
  {
    row: 40,
    request: "a record from an hour ahead",
    expected: "422 E_INSTANT",
    send: body(recordOf("late", { occurredAt: "2026-11-22T11:00:00.000Z" })),
  },
  {
    row: 41,
    request: "another member as issuer",
    expected: "403 E_MEMBER_MISMATCH",
    send: body({ ...prepared, issuer: members.broker }),
  },
  ...["", "/evidence"].map((what) => ({
    ...{ row: 42, request: `another member's record${what}`, expected: "404 E_NOT_FOUND" },
    send: async (api: TestApi) => {
      const { records } = receiptIn(await api.submit(api.token(members.broker), recordOf(`foreign${what}`)));
      const [foreign, unknown] = await Promise.all(
        [records[0]!.id, unknownId].map((id) => api.get(`/v1/records/${id}${what}`, venue(api))),
      );
      const told = (answer: Answer): object => ({ ...answer.json<ProblemBody>(), requestId: "" });
      expect(told(foreign!)).to.deep.equal(told(unknown!));
      return outcomeOf(foreign!);
    },
  })),
  {
    ...{
      row: 43,
      request: "a right on a product, over the API",
      expected: "405 E_METHOD",
      send: ask("POST", "/v1/rights", {}),
    },
    otherwise: "rights are granted on the chain with a member's own key; the contracts' tests have these refusals",
  },
  ...lists.flatMap((list) =>
    (
      [
        ["limit=0", "422 E_PAGE"],
        ["limit=-1", "422 E_PAGE"],
        ["limit=1000000000", "422 E_PAGE"],
        ["limit=abc", "422 E_PAGE"],
        ["cursor=AAAA", "400 E_CURSOR"],
        ["cursor=%F0%9F%92%A9", "400 E_CURSOR"],
      ] as const
    ).map(([query, expected]) => ({ row: 44, request: `${list}${query}`, expected, send: get(`${list}${query}`) })),
  ),
  { row: 46, request: "?limit=1&limit=2", expected: "400 E_QUERY_DUPLICATE", send: get("/v1/records?limit=1&limit=2") },
  { row: 47, request: "PUT /v1/records", expected: "405 E_METHOD", send: ask("PUT", "/v1/records", {}) },
  ...["/v1/nothing", "/v1/records/", "/v1//records", "/V1/records"].map((url) => ({
    row: 47,
    request: `GET ${url}`,
    expected: "404 E_NOT_FOUND",
    send: get(url),
  })),
  {
    row: 48,
    request: "1,000 header fields",
    expected: "431 E_HEADERS_TOO_LARGE",
    send: get("/healthz", Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, "1"]))),
  },
  {
    row: 48,
    request: "64 kB of header fields",
    expected: "431 E_HEADERS_TOO_LARGE",
    send: wire((api) => raw(api, `X: ${"a".repeat(65_536)}\r\n`)),
  },
  {
    row: 48,
    request: "a line end in a field",
    expected: "400 E_REQUEST",
    send: wire((api) => raw(api, "X: a\nb c: d\r\n")),
  },
  {
    row: 49,
    request: "Range: bytes=0-3 of the checkpoint",
    expected: "206",
    send: get("/docs/openapi.json", { range: "bytes=0-3" }),
  },
  {
    row: 49,
    request: "HEAD /v1/status",
    expected: "200",
    send: async (api) => ({ status: (await api.app.inject({ method: "HEAD", url: "/v1/status" })).statusCode }),
  },
  {
    row: 49,
    request: "OPTIONS /v1/records",
    expected: "204",
    send: async (api) => ({ status: (await api.app.inject({ method: "OPTIONS", url: "/v1/records" })).statusCode }),
  },
  ...["type", "subject", "occurredAt", "issuer"].map((field) => ({
    ...{
      row: 50,
      request: `regex trap in a record's ${field}`,
      expected:
        field === "issuer"
          ? "422 E_USCC"
          : field === "type"
            ? "422 E_RECORD_TYPE"
            : field === "subject"
              ? "422 E_ID_CHARSET"
              : "422 E_INSTANT",
    },
    send: body({ ...(field === "issuer" ? prepared : good), [field]: trap }),
  })),
  { row: 50, request: "regex trap as webhook", expected: "422 E_FIELD", send: webhook(`https://${trap}`) },
  {
    row: 50,
    request: "regex trap as ground of an erasure of nothing",
    expected: "404 E_NOT_FOUND",
    send: ask("POST", `/v1/records/${unknownId}/erasure`, { ground: trap }),
  },
  {
    row: 50,
    request: "regex trap as decision",
    expected: "422 E_FIELD",
    send: ask("POST", `/v1/warnings/${unknownId}/handling`, { decision: trap, note: trap }),
  },
  {
    row: 50,
    request: "regex trap as id of evidence",
    expected: "200",
    send: ask("POST", "/v1/evidence", { ids: [trap] }),
  },
  {
    row: 50,
    request: "regex trap as token",
    expected: "401 E_AUTH",
    send: async (api) => outcomeOf(await api.get("/v1/records", trap)),
  },
  {
    row: 50,
    request: "regex trap as idempotency key",
    expected: "400 E_IDEMPOTENCY_KEY",
    send: body(text, { "idempotency-key": trap }),
  },
  {
    row: 50,
    request: "regex trap as media type",
    expected: "415 E_MEDIA_TYPE",
    send: body(text, { "content-type": `application/json;${" ".repeat(50_000)}x` }),
  },
  ...["cursor", "limit"].map((name) => ({
    row: 50,
    request: `regex trap as ${name}`,
    expected: name === "cursor" ? "400 E_CURSOR" : "422 E_PAGE",
    send: get(`/v1/records?${name}=${trap}`),
  })),
  ...[
    "http://hooks.example/",
    "file:///etc/passwd",
    "gopher://a/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://169.254.169.254/",
    "https://[::ffff:10.0.0.1]/",
    "https://good@evil.example/",
    "https://hooks.example:22/",
  ].map((url) => ({
    ...{ row: 51, request: `webhook ${url}`, expected: "422 E_WEBHOOK_TARGET", send: webhook(url) },
  })),
  {
    row: 53,
    request: "evidence of what is not anchored",
    expected: "409 E_NOT_ANCHORED",
    send: async (api) => {
      const { records } = receiptIn(await api.submit(venue(api), recordOf("early")));
      const answer = await api.get(`/v1/records/${records[0]!.id}/evidence`, venue(api));
      expect(answer.headers["retry-after"]).to.equal("7");
      return outcomeOf(answer);
    },
  },
  ...["", "/evidence"].map((what) => ({
    ...{ row: 54, request: `an erased record${what}`, expected: "410 E_ERASED" },
    send: async (api: TestApi) => {
      const { records } = receiptIn(await api.submit(venue(api), recordOf(`erased${what}`)));
      const { id } = records[0]!;
      expect(await ask("POST", `/v1/records/${id}/erasure`, { ground: "court-order", reference: "1" })(api)).to.include(
        { status: 201 },
      );
      return get(`/v1/records/${id}${what}`)(api);
    },
  })),
  {
    row: 56,
    request: "Expect: 100-continue",
    expected: "417 E_EXPECTATION",
    send: wire((api) => raw(api, `Content-Length: ${text.length}\r\nExpect: 100-continue\r\n`, "")),
  },
  {
    row: 56,
    request: "upgrade to websocket",
    expected: "400 E_REQUEST",
    send: get("/healthz", { connection: "upgrade", upgrade: "websocket" }),
  },
  { row: 56, request: "HTTP/0.9", expected: "400 E_REQUEST", send: wire(() => "GET /healthz\r\n\r\n") },
  {
    row: 56,
    request: "TLS hello",
    expected: "400 E_REQUEST",
    send: wire(() => Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])),
  },
  {
    ...{ row: 57, request: "a canary as token and in a field: not in the log", expected: "401 E_AUTH" },
    send: async (api) => {
      const canary = "canary5f3a";
      await body({ ...good, [canary]: canary })(api);
      const answer = await api.get(`/v1/records/${canary}`, canary);
      expect(api.lines.length).to.be.greaterThan(0);
      expect(api.lines.filter((line) => line.includes(canary))).to.deep.equal([]);
      return outcomeOf(answer);
    },
  },
  ...["/metrics", "/docs", "/docs/openapi.json"].map((url) => ({
    ...{
      row: 58,
      request: `${url} without a token`,
      expected: "401 E_AUTH",
      send: async (api: TestApi) => outcomeOf(await api.get(url)),
    },
  })),
  {
    row: 58,
    request: "/metrics with a token that may read only",
    expected: "401 E_AUTH",
    send: async (api) => outcomeOf(await api.get("/metrics", api.token(members.venue, ["read"]))),
  },
  { row: 58, request: "/debug", expected: "404 E_NOT_FOUND", send: get("/debug") },
];

/** Rows that need a node in another condition. */
const conditions: readonly (readonly [request: string, expected: string, fault: "E_READ_ONLY" | "E_STORAGE_FULL"])[] = [
  ["a record while the node is read-only", "503 E_READ_ONLY", "E_READ_ONLY"],
  ["a record while the disk is full", "507 E_STORAGE_FULL", "E_STORAGE_FULL"],
];

const failing = (fault: "E_READ_ONLY" | "E_STORAGE_FULL"): ApiOptions => ({
  wrap: (log) => ({
    submit: () => Promise.reject(new NodeError(fault, "of a test")),
    checkpoint: () => log.checkpoint(),
    recordById: (id) => log.recordById(id),
    recordAt: (index) => log.recordAt(index),
    indexesOf: (...args) => log.indexesOf(...args),
    readResource: (path) => log.readResource(path),
  }),
});

/** As in production: the description asks for a token. */
const options: ApiOptions = {
  docs: "key",
  targets: { allowLoopback: false },
  services: (log): Partial<AppServices> => ({ ...registry.services?.(log), ...policies.services?.(log) }),
};

const told = ({ status, code }: Outcome): string => (code === undefined ? String(status) : `${status} ${code}`);

describe("bad input, section 4.1 of the catalogue", () => {
  it("is answered as each row says", () =>
    withApi(async (api) => {
      const wrong: string[] = [];
      for (const { row, request, expected, send } of rows) {
        const answered = told(await send(api));
        if (answered !== expected) wrong.push(`row ${row}, ${request}: ${answered}, not ${expected}`);
      }
      expect(wrong).to.deep.equal([]);
      expect((await api.get("/healthz")).statusCode).to.equal(200);
    }, options)).timeout(60_000);

  it("55: while nothing can be stored, says so, and reads on", async () => {
    for (const [request, expected, fault] of conditions)
      await withApi(async (api) => {
        expect(told(await body(text)(api)), request).to.equal(expected);
        expect((await api.get("/v1/records", venue(api))).statusCode).to.equal(200);
      }, failing(fault));
    await withApi(async (api) => {
      await api.app.listen({ port: 0, host: "127.0.0.1" });
      const socket = connect((api.app.server.address() as AddressInfo).port, "127.0.0.1");
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      await once(socket, "connect");
      socket.write(raw(api, `Content-Length: ${text.length}\r\n`, ""));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const late = connect((api.app.server.address() as AddressInfo).port, "127.0.0.1");
      const lateChunks: Buffer[] = [];
      late.on("data", (chunk: Buffer) => lateChunks.push(chunk));
      await once(late, "connect");
      late.write("POST /v1/records HTTP/1.1\r\nHo");
      await new Promise((resolve) => setTimeout(resolve, 50));
      const closed = api.app.close();
      late.write("st: a\r\nContent-Length: 2\r\n\r\n{}");
      await once(late, "close");
      expect(Buffer.concat(lateChunks).toString())
        .to.match(/^HTTP\/1\.1 503/)
        .and.contain("E_SHUTTING_DOWN");
      socket.write(text);
      await once(socket, "close");
      expect(Buffer.concat(chunks).toString()).to.match(/^HTTP\/1\.1 201/);
      await closed;
    });
  }).timeout(20_000);

  it("has every row of the catalogue, and a reason wherever it is answered otherwise", () => {
    const catalogue = [
      ...[
        1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 32, 33, 34, 35,
        36,
      ],
      ...[37, 39, 40, 41, 42, 43, 44, 46, 47, 48, 49, 50, 51, 53, 54, 55, 56, 57, 58],
    ];
    const tried = [...new Set([...rows.map(({ row }) => row), 55])].toSorted((a, b) => a - b);
    expect(tried).to.deep.equal(catalogue);
    expect(rows.length).to.be.greaterThan(200);
    expect(rows.filter(({ otherwise }) => otherwise === "")).to.deep.equal([]);
  });
});
