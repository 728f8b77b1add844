import type { AccessResource } from "./matrix.ts";

export const resource: AccessResource = {
  routes: {
    "GET /docs": { may: "everybody", ok: 200, objects: "none", ask: () => ({ url: "/docs" }) },
    "GET /docs/openapi.json": {
      may: "everybody",
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/docs/openapi.json" }),
    },
    "GET /docs/:asset": { may: "everybody", ok: 200, objects: "none", ask: () => ({ url: "/docs/start.js" }) },
  },
};
