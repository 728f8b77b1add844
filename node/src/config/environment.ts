import { NodeError } from "../errors.ts";
import { chainUrlForm, isChainUrl, isHost, isLogLevel, isWei, logLevels, weiForm } from "./settings/index.ts";
import type { NodeSettings } from "./settings/index.ts";
import { wrongValue } from "./values.ts";

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Override = (settings: NodeSettings, text: string, name: string) => NodeSettings;

/** Every variable that changes a setting, for one start. An operator reads this table; nothing else is looked at. */
const overrides: Readonly<Record<string, Override>> = {
  /** Address to listen on. */
  LIANZHENG_HOST: (settings, text, name) => {
    if (!isHost(text)) throw wrongValue(name, "", "a host name or address");
    return { ...settings, listen: { ...settings.listen, host: text } };
  },
  /** TCP port to listen on, 0 for any that is free. */
  LIANZHENG_PORT: (settings, text, name) => ({
    ...settings,
    listen: { ...settings.listen, port: countOf(text, name, 0, 65_535) },
  }),
  /** URL of the chain; only for a node that has no embedded chain. */
  LIANZHENG_CHAIN_URL: (settings, text, name) => {
    if (settings.chain.kind !== "rpc") throw wrongValue(name, "", "left out: this node has its chain in its folder");
    if (!isChainUrl(text)) throw wrongValue(name, "", chainUrlForm);
    return { ...settings, chain: { kind: "rpc", url: text } };
  },
  /** Anchor after this many records. */
  LIANZHENG_ANCHOR_RECORDS: (settings, text, name) => ({
    ...settings,
    anchor: { ...settings.anchor, everyRecords: countOf(text, name, 1, 1_000_000) },
  }),
  /** Anchor this many seconds after the first record that is not anchored. */
  LIANZHENG_ANCHOR_SECONDS: (settings, text, name) => ({
    ...settings,
    anchor: { ...settings.anchor, everySeconds: countOf(text, name, 1, 86_400) },
  }),
  /** Never offer more for gas, wei per gas. */
  LIANZHENG_ANCHOR_MAX_FEE: (settings, text, name) => {
    if (!isWei(text)) throw wrongValue(name, "", weiForm);
    return { ...settings, anchor: { ...settings.anchor, maxFeePerGas: text } };
  },
  /** How much the node writes to its log. */
  LIANZHENG_LOG_LEVEL: (settings, text, name) => {
    if (!isLogLevel(text)) throw wrongValue(name, "", `one of ${logLevels.join(", ")}`);
    return { ...settings, logLevel: text };
  },
};

/** File with the passphrase of the keystores, instead of `keys/passphrase`. */
export const passphraseFileVariable = "LIANZHENG_PASSPHRASE_FILE";

/** Variables of this project that no node reads. */
const notForNodes: readonly string[] = [passphraseFileVariable, "LIANZHENG_LONG"];

/** Names of all variables that a node knows, for documentation and messages. */
export const environmentVariables: readonly string[] = [...Object.keys(overrides), passphraseFileVariable];

/**
 * `settings` as the environment changes them.
 *
 * @throws NodeError CONFIG_VALUE: a value that is not acceptable, or a `LIANZHENG_` variable that nobody knows: a
 *   misspelt setting must not be a silent one
 */
export function applyEnvironment(settings: NodeSettings, environment: Environment): NodeSettings {
  let changed = settings;
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith("LIANZHENG_") || text === undefined || notForNodes.includes(name)) continue;
    const override = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
    if (override === undefined) throw unknownVariable(name);
    changed = override(changed, text, name);
  }
  return changed;
}

function unknownVariable(name: string): NodeError {
  const message = `${name}: unknown variable. Known are ${environmentVariables.join(", ")}`;
  return new NodeError("CONFIG_VALUE", message, { source: name, field: "" });
}

function countOf(text: string, name: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw wrongValue(name, "", `a whole number from ${min} to ${max}`);
}
