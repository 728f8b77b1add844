import { expect } from "chai";
import { bearer, members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { TestApi } from "./fixture.ts";

/** Who calls. `own` has a part in the record that is asked for, `foreign` has none. */
type Role =
  | "nobody"
  | "wrong"
  | "expired"
  | "early"
  | "own"
  | "ownSubmit"
  | "foreign"
  | "operator"
  | "subscriber"
  | "stranger"
  | "monitor";

const roles: readonly Role[] = [
  ...(["nobody", "wrong", "expired", "early", "own", "ownSubmit", "foreign", "operator"] as const),
  ...(["subscriber", "stranger", "monitor"] as const),
];

/** The status that each route answers each role with. A route that is not here fails the test. */
const matrix: Readonly<Record<string, Readonly<Record<Role, number>>>> = {
  "POST /v1/records": row({ own: 201, ownSubmit: 201, foreign: 201, operator: 401 }),
  "GET /v1/records/:id": row({ own: 200, ownSubmit: 401, foreign: 404, operator: 200 }),
  "HEAD /v1/records/:id": row({ own: 200, ownSubmit: 401, foreign: 404, operator: 200 }),
  "GET /v1/records/:id/evidence": row({ own: 200, ownSubmit: 401, foreign: 404, operator: 200 }),
  "HEAD /v1/records/:id/evidence": row({ own: 200, ownSubmit: 401, foreign: 404, operator: 200 }),
  "GET /v1/subjects/:subject/evidence": row({ own: 200, ownSubmit: 401, foreign: 404, operator: 200 }),
  "HEAD /v1/subjects/:subject/evidence": row({ own: 200, ownSubmit: 401, foreign: 404, operator: 200 }),
  "GET /v1/events": row({ subscriber: 200, stranger: 200, operator: 200 }),
  "POST /v1/webhooks": row({ subscriber: 201, stranger: 201, operator: 201 }),
  "GET /v1/webhooks": row({ subscriber: 200, stranger: 200, operator: 200 }),
  "HEAD /v1/webhooks": row({ subscriber: 200, stranger: 200, operator: 200 }),
  "GET /v1/webhooks/:id": row({ subscriber: 200, stranger: 404, operator: 200 }),
  "HEAD /v1/webhooks/:id": row({ subscriber: 200, stranger: 404, operator: 200 }),
  "GET /v1/webhooks/:id/deliveries": row({ subscriber: 200, stranger: 404, operator: 200 }),
  "HEAD /v1/webhooks/:id/deliveries": row({ subscriber: 200, stranger: 404, operator: 200 }),
  "POST /v1/webhooks/:id/resume": row({ subscriber: 200, stranger: 404, operator: 200 }),
  "POST /v1/webhooks/:id/replay": row({ subscriber: 200, stranger: 404, operator: 200 }),
  // The first who may delete it; for the next one it is gone.
  "DELETE /v1/webhooks/:id": row({ subscriber: 404, stranger: 404, operator: 204 }),
  "GET /metrics": row({ monitor: 200, operator: 200 }),
  "HEAD /metrics": row({ monitor: 200, operator: 200 }),
  "GET /log/tile/entries/*": row({ own: 200, ownSubmit: 401, foreign: 200, operator: 200 }),
  "HEAD /log/tile/entries/*": row({ own: 200, ownSubmit: 401, foreign: 200, operator: 200 }),
  ...Object.fromEntries(
    ["/log/checkpoint", "/log/tile/*", "/v1/status", "/healthz", "/readyz"].flatMap((url) =>
      ["GET", "HEAD"].map((method) => [`${method} ${url}`, everybody(200)]),
    ),
  ),
};

function row(known: Readonly<Partial<Record<Role, number>>>): Record<Role, number> {
  return { ...everybody(401), ...known };
}

function everybody(status: number): Record<Role, number> {
  return Object.fromEntries(roles.map((role) => [role, status])) as Record<Role, number>;
}

function tokenOf(api: TestApi & { special: ReadonlyMap<string, string> }, role: Role): string | undefined {
  switch (role) {
    case "nobody":
      return undefined;
    case "wrong":
      return api.token(members.venue).replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    case "expired":
      return api.special.get("expired");
    case "early":
      return api.special.get("not yet valid");
    case "subscriber":
      return api.token(members.venue, ["subscribe"]);
    case "stranger":
      return api.token(members.broker, ["subscribe"]);
    case "monitor":
      return api.token(members.venue, ["monitor"]);
    case "own":
      return api.token(members.venue);
    case "ownSubmit":
      return api.token(members.venue, ["submit"]);
    case "foreign":
      return api.token(members.broker);
    case "operator":
      return api.token(members.operator, ["admin"]);
  }
}

function bodyFor(url: string, role: Role): string {
  if (url.endsWith("/replay")) return JSON.stringify({ cursor: "start" });
  if (url.endsWith("/webhooks")) return JSON.stringify({ url: "https://hooks.example/" });
  return JSON.stringify(url === "/v1/records" ? recordOf(`trade:${role}`) : {});
}

describe("access", () => {
  it("is what the matrix says, for every route, role and object", () =>
    withApi(async (api) => {
      const { records } = receiptIn(await api.submit(api.token(members.venue), recordOf("trade:1")));
      api.anchors.size = 1;
      const hook = await api.webhooks.create(
        { url: "https://hooks.example/" },
        { member: members.venue, scopes: new Set(["subscribe"]) },
      );
      const path = (url: string): string =>
        url
          .replace("/webhooks/:id", `/webhooks/${hook.webhook.id}`)
          .replace(":id", String(records[0]?.id))
          .replace(":subject", "trade%3A1")
          .replace("/log/tile/entries/*", "/log/tile/entries/000.p/1")
          .replace("/log/tile/*", "/log/tile/0/000.p/1");
      const routes = api.routes
        .flatMap(({ method, url }) => [method].flat().map((name) => ({ name, url })))
        .sort((one, other) => Number(one.name === "DELETE") - Number(other.name === "DELETE"));
      let count = 0;
      for (const { name, url } of routes) {
        const expected = matrix[`${name} ${url}`];
        expect(expected, `${name} ${url} has no row in the matrix`).not.to.equal(undefined);
        for (const role of roles) {
          const answer = await api.app.inject({
            method: name as "GET",
            url: path(url),
            headers: {
              ...bearer(tokenOf(api, role)),
              ...(name === "POST" ? { "content-type": "application/json", "idempotency-key": `m-${role}` } : {}),
            },
            ...(name === "POST" ? { payload: bodyFor(url, role) } : {}),
            ...(url === "/v1/events" ? { payloadAsStream: true } : {}),
          });
          expect({ route: `${name} ${url}`, role, status: answer.statusCode }).to.deep.equal({
            route: `${name} ${url}`,
            role,
            status: expected?.[role],
          });
          if (url === "/v1/events") answer.stream().destroy();
          count += 1;
        }
      }
      expect(routes.map(({ name, url }) => `${name} ${url}`)).to.have.members(Object.keys(matrix));
      expect(count).to.equal(Object.keys(matrix).length * roles.length);
    }));

  it("is refused with one and the same body, whatever is wrong with the credentials", () =>
    withApi(async (api) => {
      const fields = [
        undefined,
        "",
        "Bearer",
        "Basic dXNlcjpwYXNz",
        `Bearer ${String(tokenOf(api, "wrong"))}`,
        `Bearer ${String(tokenOf(api, "expired"))}`,
        `Bearer ${String(tokenOf(api, "early"))}`,
        `Bearer ${String(tokenOf(api, "ownSubmit"))}`,
        "Bearer lz_00000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        `Bearer ${"x".repeat(5000)}`,
        `Bearer ${api.token(members.venue)} ${api.token(members.venue)}`,
      ];
      const answers = await Promise.all(
        fields.map((authorization) =>
          api.app.inject({
            method: "GET",
            url: `/v1/records/0x${"1".repeat(64)}`,
            headers: authorization === undefined ? {} : { authorization },
          }),
        ),
      );
      const bodies = answers.map((answer) => {
        expect(answer.headers["www-authenticate"]).to.equal('Bearer realm="lianzheng"');
        return { ...problemIn(answer), requestId: "" };
      });
      expect(new Set(bodies.map((body) => JSON.stringify(body))).size).to.equal(1);
      expect(bodies[0]).to.deep.include({ code: "E_AUTH", status: 401 });
      expect(bodies).to.have.length(11);
    }));

  it("to another member's record is answered exactly like a record that is not there", () =>
    withApi(async ({ submit, token, get, anchors }) => {
      const { records } = receiptIn(await submit(token(members.venue), recordOf("trade:1")));
      anchors.size = 1;
      const pairs = [
        [`/v1/records/${String(records[0]?.id)}`, `/v1/records/0x${"1".repeat(64)}`],
        [`/v1/records/${String(records[0]?.id)}/evidence`, `/v1/records/0x${"1".repeat(64)}/evidence`],
        ["/v1/subjects/trade:1/evidence", "/v1/subjects/trade:2/evidence"],
      ] as const;
      for (const pair of pairs) {
        const [foreign, unknown] = await Promise.all(pair.map((url) => get(url, token(members.broker))));
        expect({ ...problemIn(foreign!), requestId: "" }).to.deep.equal({ ...problemIn(unknown!), requestId: "" });
        const names = (answer: typeof foreign): string[] => Object.keys(answer!.headers).sort();
        expect(names(foreign)).to.deep.equal(names(unknown));
      }
      expect(pairs).to.have.length(3);
    }));
});

describe("evidence of a subject", () => {
  it("shows a member every entry, and the disclosures of its own records only", () =>
    withApi(async ({ submit, token, get, anchors }) => {
      receiptIn(await submit(token(members.venue), recordOf("trade:1")));
      receiptIn(await submit(token(members.broker), recordOf("trade:1", { body: { secret: "of the broker" } })));
      anchors.size = 2;
      interface Records {
        records: { disclosures: string[] }[];
      }
      const counts = async (bearerToken: string): Promise<number[]> =>
        (await get("/v1/subjects/trade:1/evidence", bearerToken))
          .json<Records>()
          .records.map((record) => record.disclosures.length);
      expect(await counts(token(members.venue))).to.deep.equal([2, 0]);
      expect(await counts(token(members.broker))).to.deep.equal([0, 1]);
      expect(await counts(token(members.operator, ["admin"]))).to.deep.equal([2, 1]);
    }));

  it("of a subject of 200 characters is found by its encoded name", () =>
    withApi(async ({ submit, token, get, anchors }) => {
      const subject = `a${"/:.-_".repeat(39)}aaaa`;
      receiptIn(await submit(token(members.venue), recordOf(subject)));
      anchors.size = 1;
      const answer = await get(`/v1/subjects/${encodeURIComponent(subject)}/evidence`, token(members.venue));
      expect(subject).to.have.length(200);
      expect(answer.statusCode).to.equal(200);
    }));

  it("of a name that is no subject's is refused", () =>
    withApi(async ({ get, token }) => {
      for (const name of ["%00", "-a", "a%20b", "%E2%80%AEa", "a".repeat(201)]) {
        const problem = problemIn(await get(`/v1/subjects/${name}/evidence`, token(members.venue)));
        expect(problem, name).to.deep.include({ status: 422, code: "E_ID_CHARSET", field: "/subject" });
      }
    }));
});

describe("evidence of a record", () => {
  it("that is not anchored yet is told to come again", () =>
    withApi(async ({ submit, token, get, anchors }) => {
      const { records } = receiptIn(await submit(token(members.venue), recordOf("trade:1")));
      const url = `/v1/records/${String(records[0]?.id)}`;
      const early = await get(`${url}/evidence`, token(members.venue));
      expect(problemIn(early)).to.deep.include({ status: 409, code: "E_NOT_ANCHORED" });
      expect(early.headers["retry-after"]).to.equal("7");
      expect((await get(url, token(members.venue))).json<{ anchor: unknown }>().anchor).to.equal(null);
      anchors.size = 1;
      expect((await get(`${url}/evidence`, token(members.venue))).statusCode).to.equal(200);
      const { anchor } = (await get(url, token(members.venue))).json<{ anchor: { size: number } }>();
      expect(anchor.size).to.equal(1);
    }));
});
