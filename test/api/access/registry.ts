import type { RegistryPort } from "@lianzheng/node/api";
import type { AccessResource, RouteAccess } from "./matrix.ts";

const block = { number: 7, hash: `0x${"77".repeat(32)}`, time: 1_795_000_000 } as const;
const shown = { block, item: {}, history: [], events: 0 };

/** Views by decree: what they hold is tested in test/registry; here only who may ask. */
const registry: RegistryPort = {
  list: () => Promise.resolve({ block, items: [], next: null }),
  show: () => Promise.resolve(shown),
  right: () => Promise.resolve(shown),
  lineage: () => Promise.resolve({ block, nodes: [], edges: [], complete: true }),
  dossier: () => Promise.resolve({ ...shown, attestations: [], cases: [], orders: [] }),
  search: () => Promise.resolve({ block, items: [], next: null, complete: true }),
};

const lists = [
  ...["members", "products", "rights", "trades", "attestations", "cases", "logs"],
  ...["applications", "proposals", "rules", "orders", "consents", "mandates", "validators", "contracts"],
];
const paths = lists.flatMap((path) => [`/v1/${path}`, `/v1/${path}/:id`]);
const others = ["/v1/products/:id/lineage", "/v1/products/:id/rights", "/v1/trades/:id/dossier"];

/** What the chain holds every member may see; records in a dossier or a search are the caller's own, test/registry/api.test.ts. */
function shared(url: string): RouteAccess {
  const asked = url.replace(":id", "one");
  return { may: ["read", "admin"], ok: 200, objects: "shared", ask: () => ({ url: asked }) };
}

export const resource: AccessResource = {
  services: () => ({ registry }),
  routes: Object.fromEntries<RouteAccess>([
    ...[...paths, ...others].map((url) => [`GET ${url}`, shared(url)] as const),
    ["GET /v1/search", { ...shared("/v1/search"), ask: () => ({ url: "/v1/search?q=data" }) }],
  ]),
};
