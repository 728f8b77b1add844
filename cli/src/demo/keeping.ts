import { join } from "node:path";
import { startService } from "./processes.ts";
import type { Stage } from "./scenes/opening.ts";
import type { Theatre } from "./theatre.ts";

/** A service that runs again, and where. */
export interface KeptService {
  readonly name: string;
  readonly url: string;
}

/**
 * Starts the chain and both nodes again on what they had on disk, for who wants to look around.
 *
 * The chain keeps its port, since the nodes know it by that; the nodes take any that is free.
 */
export async function keepRunning(theatre: Theatre, stage: Stage): Promise<readonly KeptService[]> {
  const { port } = new URL(stage.running.chainUrl);
  const chain = theatre.run(
    await startService(["chain", join(theatre.network, "chain"), "--port", port], theatre.network),
  );
  const kept: KeptService[] = [{ name: "chain", url: String(chain.ready["url"]) }];
  for (const { folder, origin } of [stage.provincial, stage.sector]) {
    const node = theatre.run(await startService(["start", folder], folder));
    kept.push({ name: origin, url: String(node.ready["url"]) });
  }
  return kept;
}
