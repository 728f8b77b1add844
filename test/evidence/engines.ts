/** Seals of other engines, made with ethers' primitives. */
import { encodeHeaderFields, ISTANBUL_MIX_HASH, type Header } from "@lianzheng/sdk/chain";
import { sha256, utf8, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, Policy, ValidatorEpoch } from "@lianzheng/sdk/evidence";
import { encodeRlp, hexlify, keccak256, SigningKey, toBeHex } from "ethers";
import { addressOf, makeBlock, makeEvidence, policy, type Evidence, type Scenario } from "./fixture.ts";

export const validatorKeys: readonly SigningKey[] = Array.from(
  { length: 9 },
  (_, at) => new SigningKey(hexlify(sha256(utf8(`validator ${at}`)))),
);
export const addresses = (keys: readonly SigningKey[]): readonly Hex[] => keys.map(addressOf).toSorted();
export const four = validatorKeys.slice(0, 4);

const sealedBy = (key: SigningKey, digest: string): string => {
  const { r, s, yParity } = key.sign(digest);
  return `${r}${s.slice(2)}0${yParity}`;
};

export interface QbftSeal {
  readonly validators?: readonly Hex[];
  readonly sealers?: readonly SigningKey[];
  readonly round?: number;
}

export function qbftSeal({ validators = addresses(four), sealers = four.slice(0, 3), round = 0 }: QbftSeal = {}) {
  return (unsealed: Header): Header => {
    const header = { ...unsealed, mixHash: ISTANBUL_MIX_HASH, difficulty: 1n };
    const extra = (seals: readonly string[]): Hex =>
      encodeRlp([`0x${"00".repeat(32)}`, [...validators], [], round === 0 ? "0x" : toBeHex(round), [...seals]]) as Hex;
    const digest = keccak256(encodeHeaderFields({ ...header, extraData: extra([]) }));
    return { ...header, extraData: extra(sealers.map((key) => sealedBy(key, digest))) };
  };
}

export function cliqueSeal(key: SigningKey) {
  return (unsealed: Header): Header => {
    const header = { ...unsealed, difficulty: 2n };
    const vanity: Hex = `0x${"ab".repeat(32)}`;
    const digest = keccak256(encodeHeaderFields({ ...header, extraData: vanity }));
    return { ...header, extraData: `${vanity}${sealedBy(key, digest).slice(2)}` };
  };
}

export function withFinality(finality: Policy["chain"]["finality"]): Policy {
  return { ...policy, chain: { ...policy.chain, finality } };
}

export function qbftPolicy(
  epochs: readonly ValidatorEpoch[] = [{ from: 0, validators: addresses(four) }],
  selection: "headers" | "contract" = "headers",
): Policy {
  return withFinality({ engine: "qbft", selection, epochs });
}

/** Evidence whose anchor, and law where it isn't told apart, are in blocks sealed so. */
export function sealedEvidence(
  seal: (header: Header) => Header,
  lawSeal: (header: Header) => Header = seal,
  scenario: Scenario = {},
): Promise<Evidence> {
  return makeEvidence({ ...scenario, anchorBlock: { seal }, lawBlock: { seal: lawSeal } });
}

export const withHeaders = (bundle: Bundle, headers: readonly Hex[]): Bundle => ({
  ...bundle,
  anchor: { ...bundle.anchor, headers },
});

/** An empty block's header. */
export const headerAt = (number: number, seal: (header: Header) => Header, parentHash?: Hex): Hex =>
  makeBlock({ number, receipts: [], seal, ...(parentHash === undefined ? {} : { parentHash }) }).header;
