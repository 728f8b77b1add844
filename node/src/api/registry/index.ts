import type { App, AppServices } from "../app-services.ts";
import { dossierRoute } from "./dossier.ts";
import { lawRoutes, type LawResource } from "./law-routes.ts";
import { productRoutes } from "./products.ts";
import { searchRoute } from "./search.ts";

const parties = { member: "member", state: "state", kind: "kind", subject: "subject" };

/** Resources that are listed and read, and nothing else. */
const plain: readonly LawResource[] = [
  { path: "members", name: "member", table: "members", filters: { state: "standing", kind: "kind", parent: "parent" } },
  {
    path: "rights",
    name: "right",
    table: "rights",
    filters: { member: "member", kind: "kind", subject: "subject", base: "base" },
  },
  {
    path: "trades",
    name: "trade",
    table: "trades",
    filters: { member: "member", state: "state", subject: "subject", right: "right" },
  },
  {
    path: "attestations",
    name: "attestation",
    table: "attestations",
    filters: { subject: "subject", member: "member", kind: "kind" },
  },
  { path: "cases", name: "case", table: "cases", filters: parties },
  { path: "logs", name: "log", table: "logs", filters: { member: "member" } },
  {
    path: "applications",
    name: "application",
    table: "applications",
    filters: { member: "member", state: "status" },
  },
  { path: "proposals", name: "proposal", table: "proposals", filters: { member: "member", state: "state" } },
  { path: "rules", name: "rule", table: "rules", filters: { rule: "rule" } },
  { path: "orders", name: "order", table: "orders", filters: { subject: "subject", state: "state" } },
  { path: "consents", name: "consent", table: "consents", filters: { subject: "subject", member: "member" } },
  { path: "mandates", name: "mandate", table: "mandates", filters: { member: "member" } },
  { path: "validators", name: "validator", table: "validators", filters: { member: "member" } },
  { path: "contracts", name: "contract", table: "versions", filters: { name: "name" } },
];

/** The views of the chain's law: each table of it, the lineage of products, the dossier of a trade, and a search over them. */
export function registryRoutes(app: App, { registry, log }: AppServices): void {
  if (registry === undefined) return;
  for (const resource of plain) lawRoutes(app, registry, resource);
  productRoutes(app, registry);
  dossierRoute(app, registry, log);
  searchRoute(app, registry);
}
