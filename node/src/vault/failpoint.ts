/** The steps of the vault's writes at which a test may end the process, throw or wait. */
export const vaultFailpoints = [
  "vault.beforeWrite",
  "vault.afterWrite",
  "vault.firstCopy",
  "vault.secondCopy",
  "erasure.recorded",
  "erasure.destroyed",
] as const;

/** Closed union of the names in {@link vaultFailpoints}. */
export type VaultFailpointName = (typeof vaultFailpoints)[number];

/** Called at each step; what it throws is taken as that step's failure. */
export type VaultFailpoint = (name: VaultFailpointName) => void | Promise<void>;
