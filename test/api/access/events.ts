import { members } from "../fixture.ts";
import type { TestApi } from "../fixture.ts";
import type { AccessResource, Objects, RouteAccess } from "./matrix.ts";

const may = ["subscribe", "admin"] as const;

/** By webhook and role one that this role may delete: of what is deleted nobody else could be asked. */
const spare = new Map<string, string>();

/** A webhook of the venue, one of the broker, and none. */
async function webhooksOf({ webhooks }: TestApi): Promise<Objects> {
  const made = async (member: string): Promise<{ id: string; index: number; subject: string }> => {
    const viewer = { member, scopes: new Set<string>() };
    const url = "https://hooks.example/";
    const { webhook } = await webhooks.create({ url }, viewer);
    for (const role of may) {
      spare.set(`${webhook.id} ${role}`, (await webhooks.create({ url }, viewer)).webhook.id);
    }
    return { id: webhook.id, index: 0, subject: "" };
  };
  const unknown = { id: `wh_${"0".repeat(32)}`, index: 0, subject: "" };
  return { own: await made(members.venue), foreign: await made(members.broker), unknown };
}

function of(action: string, more: { readonly payload?: unknown } = {}): RouteAccess {
  return { may, ok: 200, objects: "hidden", ask: ({ id }) => ({ url: `/v1/webhooks/${id}${action}`, ...more }) };
}

export const resource: AccessResource = {
  objects: webhooksOf,
  routes: {
    // A stream has no end to wait for; whoever may have one is told that the cursor is none.
    "GET /v1/events": { may, ok: 400, objects: "none", ask: () => ({ url: "/v1/events?cursor=x" }) },
    "POST /v1/webhooks": {
      may,
      ok: 201,
      objects: "none",
      ask: () => ({ url: "/v1/webhooks", payload: { url: "https://hooks.example/" } }),
    },
    "GET /v1/webhooks": { may, ok: 200, objects: "none", ask: () => ({ url: "/v1/webhooks" }) },
    "GET /v1/webhooks/:id": of(""),
    "DELETE /v1/webhooks/:id": {
      may,
      ok: 204,
      objects: "hidden",
      ask: ({ id }, role) => ({ url: `/v1/webhooks/${spare.get(`${id} ${role}`) ?? id}` }),
    },
    "GET /v1/webhooks/:id/deliveries": of("/deliveries"),
    "POST /v1/webhooks/:id/resume": of("/resume"),
    "POST /v1/webhooks/:id/replay": of("/replay", { payload: { cursor: "start" } }),
    "GET /metrics": { may: ["monitor", "admin"], ok: 200, objects: "none", ask: () => ({ url: "/metrics" }) },
  },
};
