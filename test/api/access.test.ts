import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { AppServices } from "@lianzheng/node/api";
import { roles } from "./access/matrix.ts";
import type { AccessResource, ObjectKind, Objects, Probe, Role, RouteAccess } from "./access/matrix.ts";
import { bearer, members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { Answer, TestApi } from "./fixture.ts";

const folder = join(import.meta.dirname, "access");

/** Every file of the folder but the one that says what they are. */
const resources: readonly AccessResource[] = await Promise.all(
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && name !== "matrix.ts")
    .map(async (name) => ((await import(join(folder, name))) as { resource: AccessResource }).resource),
);

const refused: ReadonlySet<Role> = new Set<Role>(["nobody", "wrong", "expired", "early", "revoked"]);

function tokenOf(api: TestApi, role: Role): string | undefined {
  switch (role) {
    case "nobody":
      return undefined;
    case "wrong":
      return api.token(members.venue).replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    case "expired":
    case "revoked":
      return api.special.get(role);
    case "early":
      return api.special.get("not yet valid");
    case "admin":
      return api.token(members.operator, ["admin"]);
    default:
      return api.token(members.venue, [role]);
  }
}

/** What `role` is to be answered for an object of that kind. */
function expectedStatus({ may, ok, objects }: RouteAccess, role: Role, kind: ObjectKind): number {
  if (may !== "everybody" && (refused.has(role) || !(may as readonly Role[]).includes(role))) return 401;
  if (objects !== "hidden" || kind === "own") return ok;
  return kind === "foreign" && role === "admin" ? ok : 404;
}

function ask(api: TestApi, method: string, probe: Probe, role: Role): Promise<Answer> {
  const { url, payload, headers } = probe;
  const json = payload !== undefined && typeof payload !== "string";
  return api.app.inject({
    method: method as "GET",
    url,
    headers: { ...bearer(tokenOf(api, role)), ...(json ? { "content-type": "application/json" } : {}), ...headers },
    ...(payload === undefined ? {} : { payload: json ? JSON.stringify(payload) : payload }),
  });
}

/** A record of the venue, one of the broker, and none, all anchored. */
async function recordObjects(api: TestApi): Promise<Objects> {
  const own = receiptIn(await api.submit(api.token(members.venue), recordOf("trade:own"))).records[0]!;
  const foreign = receiptIn(await api.submit(api.token(members.broker), recordOf("trade:foreign"))).records[0]!;
  api.anchors.size = 2;
  return { own, foreign, unknown: { id: `0x${"1".repeat(64)}`, index: 1_000_000, subject: "trade:none" } };
}

/** Opens one API for the whole matrix, with the ports of every resource. */
async function withMatrix(work: (api: TestApi, objects: Map<AccessResource, Objects>) => Promise<void>): Promise<void> {
  const services = (log: TestApi["log"]): Partial<AppServices> =>
    Object.assign({}, ...resources.map((resource) => resource.services?.(log) ?? {})) as Partial<AppServices>;
  await withApi(
    async (api) => {
      const records = await recordObjects(api);
      const objects = new Map<AccessResource, Objects>();
      for (const resource of resources) objects.set(resource, (await resource.objects?.(api)) ?? records);
      await work(api, objects);
    },
    { services, hasStubs: true },
  );
}

/** Each row of the matrix with its objects and methods: HEAD is answered as GET is. */
function rowsOf(objects: Map<AccessResource, Objects>): readonly {
  readonly route: string;
  readonly method: string;
  readonly access: RouteAccess;
  readonly objects: Objects;
}[] {
  return [...objects].flatMap(([{ routes }, of]) =>
    Object.entries(routes).flatMap(([name, access]) => {
      const [method = "", url = ""] = name.split(" ");
      const methods = method === "GET" ? ["GET", "HEAD"] : [method];
      return methods.map((one) => ({ route: `${one} ${url}`, method: one, access, objects: of }));
    }),
  );
}

function kindsOf({ objects }: RouteAccess): readonly ObjectKind[] {
  return objects === "none" ? ["own"] : ["own", "foreign", "unknown"];
}

/** Everything of an answer but what differs between any two. */
function comparable({ statusCode, headers, body }: Answer): unknown {
  const { "x-request-id": requestId, date, ...rest } = headers;
  expect(date, "an answer without a date").to.be.a("string");
  return { statusCode, rest, body: body.replaceAll(String(requestId), "") };
}

describe("access", () => {
  it("has a row in the matrix for every route, and no row without a route", () =>
    withMatrix((api, objects) => {
      const rows = rowsOf(objects).map(({ route }) => route);
      const routes = api.routes.flatMap(({ method, url }) => [method].flat().map((name) => `${name} ${url}`));
      expect(rows).to.have.members(routes);
      expect(new Set(rows).size).to.equal(rows.length);
      return Promise.resolve();
    }));

  it("is what the matrix says, for every route, role and object", () =>
    withMatrix(async (api, objects) => {
      let count = 0;
      for (const { route, method, access, objects: of } of rowsOf(objects)) {
        for (const kind of kindsOf(access)) {
          for (const role of roles) {
            const { statusCode: status } = await ask(api, method, access.ask(of[kind], role), role);
            const expected = expectedStatus(access, role, kind);
            expect({ route, role, kind, status }).to.deep.equal({ route, role, kind, status: expected });
            count += 1;
          }
        }
      }
      expect(count).to.be.at.least(roles.length * rowsOf(objects).length);
    }));

  it("to what is another member's is answered exactly like what is not there", () =>
    withMatrix(async (api, objects) => {
      const hidden = rowsOf(objects).filter(({ access }) => access.objects === "hidden");
      expect(hidden.length).to.be.at.least(6);
      for (const { route, method, access, objects: of } of hidden) {
        const allowed = roles.filter((role) => role !== "admin" && (access.may as readonly Role[]).includes(role));
        expect(allowed, route).not.to.deep.equal([]);
        for (const role of allowed) {
          const foreign = await ask(api, method, access.ask(of.foreign, role), role);
          const unknown = await ask(api, method, access.ask(of.unknown, role), role);
          expect(comparable(foreign), `${route} for ${role}`).to.deep.equal(comparable(unknown));
        }
      }
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
        `Bearer ${String(tokenOf(api, "revoked"))}`,
        `Bearer ${String(tokenOf(api, "submit"))}`,
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
      expect(bodies).to.have.length(12);
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
