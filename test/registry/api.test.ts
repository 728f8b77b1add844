import { expect } from "chai";
import { ClientError, NodeClient } from "@lianzheng/sdk/client";
import type { RegistryPort } from "@lianzheng/node/api";
import { RecordSearch, RegistryDesk, type Registry } from "@lianzheng/node/registry";
import { join } from "node:path";
import { members, problemIn, receiptIn, recordOf, withApi, type TestApi } from "../api/fixture.ts";
import { networkHelpers, world } from "../contracts/fixture.ts";
import { usccOf } from "../contracts/uscc.ts";
import { deploymentOf, openRegistry, quietLogger, withFolder } from "./scene.ts";
import { busyStory, Story } from "./story.ts";

interface Body {
  readonly block: { readonly number: number; readonly hash: string; readonly time: number };
  readonly items: readonly Record<string, unknown>[];
  readonly next: string | null;
  readonly item: Record<string, unknown>;
  readonly history: readonly Record<string, unknown>[];
  readonly nodes: readonly Record<string, unknown>[];
  readonly edges: readonly { from: string; to: string }[];
  readonly steps: readonly Record<string, unknown>[];
  readonly records: readonly Record<string, unknown>[];
  readonly completeness: Record<string, unknown>;
  readonly complete: boolean;
  readonly cases: readonly unknown[];
}

/** The API over a real log and over the views of a real chain. */
interface Desk {
  readonly api: TestApi;
  readonly registry: Registry;
  readonly words: RecordSearch;
  readonly story: Story;
  readonly read: (url: string, token?: string) => Promise<Body>;
}

async function withDesk(story: Story, use: (desk: Desk) => Promise<void>): Promise<void> {
  const deployment = await deploymentOf(story.world);
  await withFolder(async (folder) => {
    const registry = await openRegistry(deployment, folder);
    await registry.follow();
    let desk: RegistryDesk | undefined;
    // The fixture asks for its ports before the log's words can be opened.
    const port = new Proxy({} as RegistryPort, {
      get: (_target, name) => desk?.[name as keyof RegistryDesk].bind(desk),
    });
    await withApi(
      async (api) => {
        const words = await RecordSearch.open(join(folder, "words"), api.log, quietLogger());
        desk = new RegistryDesk(registry, words);
        const read = async (url: string, token = api.token(members.venue)): Promise<Body> => {
          const answer = await api.get(url, token);
          expect(answer.statusCode, `${url} ${answer.body}`).to.equal(200);
          return answer.json();
        };
        try {
          await use({ api, registry, words, story, read });
        } finally {
          await words.close();
        }
      },
      { services: () => ({ registry: port }) },
    );
    await registry.close();
  });
}

const busy = async (): Promise<Story> => await busyStory(await world());

describe("registry, over HTTP", function () {
  this.timeout(60_000);

  it("answers every list and item with the block that it is true at", async () => {
    await withDesk(await networkHelpers.loadFixture(busy), async ({ read, registry, story }) => {
      const counts: Record<string, number> = {};
      for (const path of ["members", "products", "rights", "trades", "attestations", "cases", "logs"]) {
        const { items, block, next } = await read(`/v1/${path}`);
        expect(block).to.deep.equal(registry.status.block);
        expect(next).to.equal(null);
        counts[path] = items.length;
        const name = ({ members: "member", rights: "right", trades: "trade", logs: "logId" } as Record<string, string>)[
          path
        ];
        // Every one of them: the fixture holds each answer against the description of the API.
        for (const listed of items) {
          const one = await read(`/v1/${path}/${String(listed[name ?? "id"])}`);
          expect(one.item).to.deep.include(listed);
          expect(one.history.length).to.be.greaterThan(0);
        }
      }
      expect(counts).to.deep.equal({
        ...{ members: 8, products: story.subjects.length, rights: story.subjects.length + story.rights.length },
        ...{ trades: 3, attestations: 3, cases: 3, logs: 2 },
      });
    });
  });

  it("lists and shows what else the law holds: applications, proposals, rules, orders, consents, validators, contracts", async () => {
    await withDesk(await networkHelpers.loadFixture(busy), async ({ read, registry, api }) => {
      const keys = {
        applications: ["applications", "application"],
        proposals: ["proposals", "proposal"],
        rules: ["rules", "rule"],
        orders: ["orders", "order"],
        consents: ["consents", "consent"],
        mandates: ["mandates", "mandate"],
        validators: ["validators", "validator"],
        contracts: ["versions", "name"],
      } as const;
      const reading = await registry.read();
      const shown: string[] = [];
      for (const [path, [table, name]] of Object.entries(keys)) {
        const { items, next } = await read(`/v1/${path}?limit=1000`);
        expect([next, items.length], path).to.deep.equal([null, (await reading.idsFrom(table, "", 1000)).length]);
        for (const found of items) {
          const version = path === "rules" || path === "contracts" ? `/${String(found["version"])}` : "";
          const id = `${String(found[name])}${version}`;
          const { item } = await read(`/v1/${path}/${encodeURIComponent(id)}`);
          expect(item, id).to.deep.include(found);
          shown.push(path);
        }
        expect(problemIn(await api.get(`/v1/${path}/nothing`, api.token(members.venue))).code).to.equal("E_NOT_FOUND");
      }
      await reading.close();
      expect([...new Set(shown)]).to.deep.equal(Object.keys(keys).filter((path) => path !== "mandates"));
      const orders = (await read("/v1/orders")).items;
      const states = new Set(orders.map(({ state }) => String(state)));
      for (const state of states)
        expect((await read(`/v1/orders?state=${state}`)).items).to.deep.equal(
          orders.filter((order) => order["state"] === state),
        );
      expect((await read("/v1/consents")).items.every(({ terms }) => !JSON.stringify(terms).includes("name"))).to.equal(
        true,
      );
    });
  });

  it("is read by the sdk's client, whatever it is asked for", async () => {
    await withDesk(await networkHelpers.loadFixture(busy), async ({ api, read, story, registry }) => {
      const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
      const client = new NodeClient({ url, token: api.token(members.venue) });
      const { block } = registry.status;
      const whole = await read("/v1/rights");
      const first = await client.law("rights", { limit: 2 });
      const second = await client.law("rights", { limit: 2, cursor: first.next! });
      expect([...first.items, ...second.items]).to.deep.equal(whole.items.slice(0, 4));
      expect(first.block).to.deep.equal(block);
      const decided = await client.law("cases", { filters: { state: "decided" } });
      expect(decided.items).to.have.length(2);
      const right = String(whole.items[0]!["right"]);
      const { item, events, history } = await client.lawItem("rights", right);
      expect([item.right, item.validity, events]).to.deep.equal([right, "valid", history.length]);
      expect((await client.lawItem("rights", right, "2001-01-01T00:00:00.000Z")).item.validity).to.equal("unknown");
      const [rule] = (await client.law("rules")).items;
      const { rule: named, version } = rule as unknown as { readonly rule: string; readonly version: number };
      const name = `${named}/${version}`;
      expect((await client.lawItem("rules", name)).item).to.deep.equal(rule);
      const product = story.subjects[0]!.id;
      expect((await client.productRights(product)).items.length).to.be.greaterThan(0);
      expect((await client.lineage(product, { up: 0, down: 1 })).nodes).to.have.length(2);
      expect((await client.lineage(product)).complete).to.equal(true);
      const trade = story.trades[0]!.id;
      receiptIn(await api.submit(api.token(members.venue), recordOf(`trade:${trade}`)));
      const dossier = await client.dossier(trade);
      expect([dossier.trade["trade"], dossier.completeness["complete"]]).to.deep.equal([trade, true]);
      expect(dossier.records).to.have.length(1);
      const entries = await client.subjectEntries(`trade:${trade}`, { limit: 5 });
      expect([entries.items.length, entries.next]).to.deep.equal([1, null]);
      const found = await client.search(product);
      expect([found.items[0]?.["id"], found.complete]).to.deep.equal([product, true]);
      expect((await client.page("warnings")).items).to.deep.equal([]);
      const refusal = await client.dossier("nothing").catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(ClientError).and.have.property("code", "E_NOT_FOUND");
    });
  });

  it("filters and pages: the pages together are the list, in its order", async () => {
    await withDesk(await networkHelpers.loadFixture(busy), async ({ read, api }) => {
      const whole = (await read("/v1/rights")).items;
      const paged: unknown[] = [];
      let url = "/v1/rights?limit=2";
      for (let pages = 0; pages < 20; pages += 1) {
        const { items, next } = await read(url);
        paged.push(...items);
        if (next === null) break;
        url = `/v1/rights?limit=2&cursor=${next}`;
      }
      expect(paged).to.deep.equal(whole);
      const seller = usccOf(4);
      const own = (await read(`/v1/products?member=${seller}&kind=resource&state=registered`)).items;
      expect(own.length).to.be.greaterThan(0);
      for (const item of own) expect(item).to.include({ owner: seller, isProduct: false, status: "registered" });
      expect((await read("/v1/cases?state=decided")).items).to.have.lengthOf(2);
      const cursor = /cursor=(.*)/.exec(url)?.[1] ?? "";
      for (const [asked, code] of [
        [`/v1/trades?cursor=${cursor}`, "E_CURSOR"],
        ["/v1/rights?cursor=AAAA", "E_CURSOR"],
        ["/v1/rights?limit=0", "E_PAGE"],
        ["/v1/rights?limit=1001", "E_PAGE"],
        ["/v1/rights?limit=ten", "E_PAGE"],
        ["/v1/rights?colour=red", "E_QUERY"],
        ["/v1/rights/0x12", "E_NOT_FOUND"],
        ["/v1/products/nothing/lineage", "E_NOT_FOUND"],
        ["/v1/trades/nothing/dossier", "E_NOT_FOUND"],
        [`/v1/members/${seller}?at=yesterday`, "E_INSTANT"],
        ["/v1/search?q=%2B%2B", "E_QUERY"],
      ] as const)
        expect(problemIn(await api.get(asked, api.token(members.venue))).code, asked).to.equal(code);
    });
  });

  it("walks a lineage both ways, as far as it is asked", async () => {
    await withDesk(await networkHelpers.loadFixture(busy), async ({ read, story }) => {
      const [resource] = story.subjects;
      const products = story.subjects.filter((_subject, at) => at === 3 || at === 4).map(({ id }) => id);
      const { nodes, edges, complete } = await read(`/v1/products/${resource!.id}/lineage`);
      expect(nodes.map(({ id, distance }) => [id, distance])).to.deep.equal([
        [resource!.id, 0],
        [products[0], 1],
        [products[1], 2],
      ]);
      expect(edges).to.deep.equal([
        { from: resource!.id, to: products[0] },
        { from: products[0], to: products[1] },
      ]);
      expect(complete).to.equal(true);
      const up = await read(`/v1/products/${products[1]}/lineage?up=1&down=0`);
      expect(up.nodes.map(({ distance }) => distance)).to.deep.equal([-1, 0]);
      expect(up.complete).to.equal(false);
    });
  });

  it("shows a trade's dossier: steps, the caller's records of them, and that none is missing", async () => {
    const story = new Story(await networkHelpers.loadFixture(world));
    const { seller, buyer } = story.world;
    await story.resource(seller);
    const trade = await story.openTrade(seller, buyer);
    await withDesk(story, async ({ api, read, registry }) => {
      const [own, foreign] = [api.token(members.venue), api.token(members.broker)];
      const first = receiptIn(await api.submit(own, recordOf(`trade:${trade}`))).records[0]!;
      const second = receiptIn(await api.submit(foreign, recordOf(`trade:${trade}`))).records[0]!;
      await story.step(0, first.id);
      await story.step(0, second.id);
      await registry.follow();
      const dossier = await read(`/v1/trades/${trade}/dossier`);
      expect(
        dossier.steps.map(({ stage, signers, record }) => [stage, signers, (record as { id: string } | null)?.id]),
      ).to.deep.equal([
        ["listing", [usccOf(4)], first.id],
        ["offer", [usccOf(5)], undefined],
      ]);
      expect(dossier.records.map(({ id }) => id)).to.deep.equal([first.id]);
      const { head, count } = await story.world.trades.headOf(trade);
      expect(dossier.completeness).to.deep.include({
        head,
        count: Number(count),
        computedHead: head,
        complete: true,
        recordsComplete: false,
        stepsWithoutRecord: [2],
      });
      const all = await read(`/v1/trades/${trade}/dossier`, api.token(members.operator, ["admin"]));
      expect(all.completeness).to.include({ complete: true, recordsComplete: true });
    });
  });

  it("finds facts of the consortium, and of records only what the caller may see", async () => {
    await withDesk(await networkHelpers.loadFixture(busy), async ({ api, read, words, story }) => {
      const [own, foreign] = [api.token(members.venue), api.token(members.broker)];
      const body = { title: "海南省气象数据集 Hainan Weather", keywords: ["typhoon", "台风"], price: "secret 88000" };
      const registration = recordOf("product:weather", { type: "product.registration", body });
      const { id } = receiptIn(await api.submit(own, registration)).records[0]!;
      await api.submit(foreign, recordOf("trade:hidden", { body: { title: "Hainan elsewhere" } }));
      await words.follow();
      const found = async (q: string, token = own): Promise<unknown[]> =>
        (await read(`/v1/search?q=${encodeURIComponent(q)}`, token)).items.map((item) => item["id"]);
      for (const q of ["气象", "hainan weath", "台风 typh", "数据集", "product weather", id.slice(0, 20)])
        expect(await found(q), q).to.deep.equal([id]);
      for (const q of ["secret", "88000", "气海", "hainan elsewhere", "hidden"])
        expect(await found(q), q).to.deep.equal([]);
      for (const q of ["气象", "hainan", id]) expect(await found(q, foreign), q).to.deep.equal([]);
      expect(await found("台风", api.token(members.operator, ["admin"]))).to.deep.equal([id]);
      const [trade] = story.trades;
      expect(await found(trade!.id)).to.deep.equal([trade!.id]);
      expect((await read(`/v1/search?q=${usccOf(4)}`)).items[0]).to.include({ kind: "member", id: usccOf(4) });
      expect(await found(`${usccOf(4)} personal resource`)).to.deep.equal([story.subjects[1]!.id]);
      const paged: unknown[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: Body = await read(`/v1/search?q=${usccOf(4)}&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
        paged.push(...page.items);
        cursor = page.next;
      }
      expect(paged).to.deep.equal((await read(`/v1/search?q=${usccOf(4)}`)).items);
    });
  });
});
