import type { AccessResource } from "./matrix.ts";

export const resource: AccessResource = {
  routes: {
    "GET /log/checkpoint": {
      may: "everybody",
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/log/checkpoint" }),
    },
    "GET /log/tile/*": {
      may: "everybody",
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/log/tile/0/000.p/2" }),
    },
    "GET /log/tile/entries/*": {
      may: ["read", "admin"],
      ok: 200,
      objects: "shared",
      ask: () => ({ url: "/log/tile/entries/000.p/2" }),
    },
  },
};
