import type { NodeClient } from "@lianzheng/sdk/client";

/** Said wherever the embedded chain's word is leant on. */
export const SINGLE_OPERATOR_NOTICE = "embedded chain: one operator alone witnesses it, no other party does";

const UNTOLD_NOTICE = "the node does not say who witnesses its chain";

/** What a node says of how much its chain's word is worth: whatever leans on that chain repeats it. */
export async function noticeOf(client: NodeClient): Promise<string> {
  const { ClientError } = await import("@lianzheng/sdk/client");
  try {
    const { chain } = await client.status();
    return chain.engine === "single-operator" ? SINGLE_OPERATOR_NOTICE : chain.notice;
  } catch (error) {
    // What was asked for is done already; a node that then stays silent must not turn it into a failure.
    if (error instanceof ClientError) return UNTOLD_NOTICE;
    throw error;
  }
}
