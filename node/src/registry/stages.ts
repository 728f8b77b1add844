/** Stages from listing to certificate, in their order; all other steps stand beside them. ITrades.sol. */
export const mainStages: readonly string[] = [
  "listing",
  "offer",
  "contract",
  "delivery",
  "acceptance",
  "settlement",
  "certificate",
];
