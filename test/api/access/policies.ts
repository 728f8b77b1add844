import { openRoom } from "../../policies/room.ts";
import type { AccessResource, RouteAccess } from "./matrix.ts";

const { deskOf } = await openRoom();
const read = (url: string): RouteAccess => ({ may: ["read", "admin"], ok: 200, objects: "none", ask: () => ({ url }) });

export const resource: AccessResource = {
  services: (log) => ({ policies: deskOf(log) }),
  routes: {
    "GET /v1/policies": read("/v1/policies"),
    "GET /v1/policies/:name/versions/:version": read("/v1/policies/policy%2Fred-lines/versions/0"),
    "GET /v1/schemas": read("/v1/schemas?limit=3"),
    "GET /v1/schemas/:type": read("/v1/schemas/trade.contract"),
    "GET /v1/schemas/:type/versions/:version": read("/v1/schemas/trade.contract/versions/0"),
    "GET /v1/refusals": read("/v1/refusals"),
  },
};
