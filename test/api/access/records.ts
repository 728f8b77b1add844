import { recordOf } from "../fixture.ts";
import type { AccessResource } from "./matrix.ts";

export const resource: AccessResource = {
  routes: {
    "POST /v1/records": {
      may: ["submit"],
      ok: 201,
      objects: "none",
      ask: (_object, role) => ({
        url: "/v1/records",
        payload: recordOf(`trade:by-${role}`),
        headers: { "idempotency-key": `matrix-${role}` },
      }),
    },
    "GET /v1/records": {
      may: ["read", "admin"],
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/v1/records?limit=2" }),
    },
    "POST /v1/evidence": {
      may: ["read", "admin"],
      ok: 200,
      objects: "shared",
      ask: ({ id }) => ({ url: "/v1/evidence", payload: { ids: [id] } }),
    },
    "GET /v1/records/:id": {
      may: ["read", "admin"],
      ok: 200,
      objects: "hidden",
      ask: ({ id }) => ({ url: `/v1/records/${id}` }),
    },
    "GET /v1/records/:id/evidence": {
      may: ["read", "admin"],
      ok: 200,
      objects: "hidden",
      ask: ({ id }) => ({ url: `/v1/records/${id}/evidence` }),
    },
  },
};
