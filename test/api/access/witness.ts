import { tmpdir } from "node:os";
import { join } from "node:path";
import { witnessIn } from "../../witness/fixture.ts";
import type { AccessResource } from "./matrix.ts";

export const resource: AccessResource = {
  // Nothing is written before a checkpoint of a known log verifies, and none does here.
  services: () => ({ witness: witnessIn(join(tmpdir(), "lianzheng-no-such-witness")) }),
  routes: {
    // Everybody is read; what is read here is no request, which the standard answers with 400 (C2SP tlog-witness).
    "POST /witness/add-checkpoint": {
      may: "everybody",
      ok: 400,
      objects: "none",
      ask: () => ({
        url: "/witness/add-checkpoint",
        payload: "no request\n",
        headers: { "content-type": "text/plain" },
      }),
    },
  },
};
