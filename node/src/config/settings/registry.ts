import type { SettingsReader } from "../values.ts";

/** How the registry follows the chain. */
export interface RegistrySettings {
  /** Between two looks at the chain's newest block. */
  readonly pollMs: number;
  /** Blocks that can be undone when the chain replaces them; more, and the registry is made again. */
  readonly undoBlocks: number;
  /** Seconds between two comparisons of some rows with the contracts; 0 for none. */
  readonly checkSeconds: number;
}

/** For a chain with a block every few seconds. */
export const defaultRegistrySettings: RegistrySettings = { pollMs: 1_000, undoBlocks: 256, checkSeconds: 600 };

/** Reads the block `registry`; undefined where nothing is said. @throws NodeError CONFIG_VALUE */
export function registryOf(settings: SettingsReader): RegistrySettings | undefined {
  if (!settings.has("registry")) return undefined;
  const reader = settings.object("registry", Object.keys(defaultRegistrySettings));
  return {
    pollMs: reader.count("pollMs", 50, 3_600_000),
    undoBlocks: reader.count("undoBlocks", 1, 100_000),
    checkSeconds: reader.count("checkSeconds", 0, 604_800),
  };
}
