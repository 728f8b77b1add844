import { members, receiptIn, recordOf } from "../fixture.ts";
import type { TestApi } from "../fixture.ts";
import type { AccessResource, Objects } from "./matrix.ts";

/** Records of their own: what is erased here must be there for other resources. */
async function erasable(api: TestApi): Promise<Objects> {
  const [own, foreign] = [members.venue, members.broker].map(async (member) => {
    const [record] = receiptIn(await api.submit(api.token(member), recordOf(`trade:erasable-${member}`))).records;
    return record!;
  });
  return {
    own: await own!,
    foreign: await foreign!,
    unknown: { id: `0x${"3".repeat(64)}`, index: 9, subject: "trade:no" },
  };
}

export const resource: AccessResource = {
  objects: erasable,
  routes: {
    "POST /v1/records/:id/erasure": {
      may: ["erase"],
      ok: 201,
      objects: "hidden",
      ask: ({ id }, role) => ({
        url: `/v1/records/${id}/erasure`,
        payload: { ground: "court-order", reference: "a judgement" },
        headers: { "idempotency-key": `erasure-${role}` },
      }),
    },
    "GET /v1/retention": {
      may: ["read", "admin"],
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/v1/retention" }),
    },
  },
};
