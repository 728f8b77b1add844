import type { Hex } from "@lianzheng/sdk/encoding";
import { NodeError } from "../errors.ts";
import type { PoliciesPort } from "./policies-port.ts";
import type { Principal } from "./ports.ts";

/** A function that throws an error again, with the signed refusal if it was one by rule. `request` is the digest of what was sent. */
export function refusingBy(
  policies: PoliciesPort | undefined,
  { member }: Principal,
  request: Hex,
): (error: unknown) => Promise<never> {
  return async (error) => {
    if (policies === undefined || !(error instanceof NodeError)) throw error;
    const refusal = await policies.refuse({ member, request, error });
    if (refusal === undefined) throw error;
    throw new NodeError(error.code, error.message, { ...error.details, refusal }, error);
  };
}
