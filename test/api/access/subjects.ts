import type { AccessResource } from "./matrix.ts";

export const resource: AccessResource = {
  routes: {
    "GET /v1/subjects/:subject": {
      may: ["read", "admin"],
      ok: 200,
      objects: "hidden",
      ask: ({ subject }) => ({ url: `/v1/subjects/${encodeURIComponent(subject)}` }),
    },
    "GET /v1/subjects/:subject/evidence": {
      may: ["read", "admin"],
      ok: 200,
      objects: "hidden",
      ask: ({ subject }) => ({ url: `/v1/subjects/${encodeURIComponent(subject)}/evidence` }),
    },
  },
};
