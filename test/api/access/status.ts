import type { AccessResource } from "./matrix.ts";

export const resource: AccessResource = {
  routes: Object.fromEntries(
    ["/v1/status", "/healthz", "/readyz"].map((url) => [
      `GET ${url}`,
      { may: "everybody", ok: 200, objects: "none", ask: () => ({ url }) },
    ]),
  ),
};
