import type { AccessResource } from "./matrix.ts";

export const resource: AccessResource = {
  routes: {
    "GET /log/checkpoint": {
      may: "everybody",
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/log/checkpoint" }),
    },
    "GET /v1/proofs/inclusion": {
      may: "everybody",
      ok: 200,
      objects: "none",
      ask: ({ id }) => ({ url: `/v1/proofs/inclusion?id=${id}` }),
    },
    "GET /v1/proofs/consistency": {
      may: "everybody",
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/v1/proofs/consistency?from=1" }),
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
