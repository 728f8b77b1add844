import { setTimeout as pause } from "node:timers/promises";
import { members, receiptIn, recordOf } from "../fixture.ts";
import type { TestApi } from "../fixture.ts";
import type { AccessResource, Objects } from "./matrix.ts";

/** A warning about a record of the venue. Whom others' warnings are shown to, test/events/monitor.test.ts has. */
async function warned(api: TestApi): Promise<Objects> {
  receiptIn(
    await api.submit(
      api.token(members.venue),
      recordOf("trade:core", { body: { price: "1.00", currency: "CNY", grade: "core" } }),
    ),
  );
  for (;;) {
    const answer = await api.get("/v1/warnings", api.token(members.venue, ["monitor"]));
    const [warning] = answer.json<{ items: readonly { readonly id: string }[] }>().items;
    if (warning !== undefined) {
      const own = { id: warning.id, index: 0, subject: "trade:core" };
      return { own, foreign: own, unknown: own };
    }
    await pause(10);
  }
}

const may = ["monitor", "read", "admin"] as const;

export const resource: AccessResource = {
  objects: warned,
  routes: {
    "GET /v1/warnings": { may, ok: 200, objects: "none", ask: () => ({ url: "/v1/warnings" }) },
    "GET /v1/warnings/:id": { may, ok: 200, objects: "none", ask: ({ id }) => ({ url: `/v1/warnings/${id}` }) },
    "POST /v1/warnings/:id/handling": {
      may: ["monitor", "admin"],
      ok: 201,
      objects: "none",
      ask: ({ id }, role) => ({
        url: `/v1/warnings/${id}/handling`,
        payload: { decision: "acknowledge", note: "looked at" },
        headers: { "idempotency-key": `handling-${role}` },
      }),
    },
  },
};
