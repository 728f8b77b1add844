import { isJsonObject } from "@lianzheng/sdk/record";
import type { SettingsReader } from "../values.ts";

/** When the log's checkpoint goes to the chain: after so many records, or so many seconds after the first of them. */
export interface AnchorSettings {
  readonly everyRecords: number;
  readonly everySeconds: number;
  /** Never offered more for gas: wei per gas, decimal. */
  readonly maxFeePerGas: string;
  /** Blocks on top of an anchor's before it counts: 0 on a chain whose blocks are final at once (QBFT, the embedded one). */
  readonly confirmations: number;
}

/** For a chain whose blocks are final at once. */
export const defaultAnchor = {
  everyRecords: 10_000,
  everySeconds: 10,
  maxFeePerGas: "1000000000000",
  confirmations: 0,
} as const satisfies AnchorSettings;

/** What {@link isWei} asks, in words. */
export const weiForm = "a whole number of wei, in quotes";

/** Whether `text` is an amount of wei. */
export function isWei(text: string): boolean {
  return /^(0|[1-9]\d{0,29})$/.test(text);
}

/** Reads the block `anchor`; what came later and is left out has its default. @throws NodeError CONFIG_VALUE */
export function anchorOf(settings: SettingsReader): AnchorSettings {
  const value = settings.value("anchor");
  const { maxFeePerGas, confirmations } = defaultAnchor;
  const has = (name: string): boolean => isJsonObject(value) && Object.hasOwn(value, name);
  const later = ["maxFeePerGas", "confirmations"].filter(has);
  const reader = settings.object("anchor", ["everyRecords", "everySeconds", ...later]);
  return {
    everyRecords: reader.count("everyRecords", 1, 1_000_000),
    everySeconds: reader.count("everySeconds", 1, 86_400),
    maxFeePerGas: has("maxFeePerGas") ? reader.text("maxFeePerGas", isWei, weiForm) : maxFeePerGas,
    confirmations: has("confirmations") ? reader.count("confirmations", 0, 10_000) : confirmations,
  };
}
