import { join } from "node:path";
import { RegistryDesk } from "./desk.ts";
import { RecordSearch, type SearchedLog } from "./record-search.ts";
import { Registry, type RegistryOptions } from "./registry.ts";

/** The registry of a node: what follows the chain, what follows the log, and who answers from both. */
export interface NodeRegistry {
  readonly registry: Registry;
  readonly records: RecordSearch;
  readonly desk: RegistryDesk;
  /** Closes both. */
  close(): Promise<void>;
}

/** Opens the registry of a node in its folder and begins to follow chain and log. @throws NodeError REGISTRY_FAILED */
export async function openNodeRegistry(
  options: RegistryOptions & { readonly log: SearchedLog },
): Promise<NodeRegistry> {
  const { log, directory, logger } = options;
  const registry = await Registry.open(options);
  try {
    const records = await RecordSearch.open(join(directory, "words"), log, logger);
    registry.start();
    records.start();
    const close = async (): Promise<void> => {
      await records.close();
      await registry.close();
    };
    return { registry, records, desk: new RegistryDesk(registry, records), close };
  } catch (error) {
    await registry.close();
    throw error;
  }
}
