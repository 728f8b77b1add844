import { encodeVerifierKey } from "@lianzheng/sdk/log";
import { origin } from "../fixture.ts";
import { policyFor } from "../policy.ts";
import type { AccessResource } from "./matrix.ts";

const policy = policyFor(encodeVerifierKey(origin, new Uint8Array(32).fill(7)));

export const resource: AccessResource = {
  routes: {
    "POST /v1/verify": {
      may: ["read", "admin"],
      ok: 200,
      objects: "none",
      ask: () => ({ url: "/v1/verify", payload: { bundle: {}, policy } }),
    },
  },
};
