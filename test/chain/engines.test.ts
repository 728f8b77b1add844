/** Seals of engines: Clique's against blocks of a public network, QBFT's against Besu's own bytes and a second implementation. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  blockHash,
  decodeQbftExtraData,
  headerHash,
  qbftBlockHash,
  qbftSealHash,
  recoverCliqueSigner,
  recoverQbftSealers,
} from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import {
  computeAddress,
  decodeRlp,
  encodeRlp,
  keccak256,
  SigningKey,
  toBeArray,
  toBeHex,
  type RlpStructuredData,
} from "ethers";
import fc from "fast-check";

interface Goerli {
  readonly common: Readonly<Record<"ommersHash" | "stateRoot" | "transactionsRoot" | "receiptsRoot", string>>;
  readonly blocks: readonly Readonly<Record<"parentHash" | "gasLimit" | "timestamp" | "extraData", string>>[];
}

const goerli = JSON.parse(readFileSync(resolve(import.meta.dirname, "../vectors/goerli.json"), "utf8")) as Goerli;
const zeros = (bytes: number): string => `0x${"00".repeat(bytes)}`;
const quantity = (value: bigint | number | string): Uint8Array => toBeArray(BigInt(value));

function goerliHeader(at: number): Uint8Array {
  const { ommersHash, stateRoot, transactionsRoot, receiptsRoot } = goerli.common;
  const { parentHash, gasLimit, timestamp, extraData } = goerli.blocks[at]!;
  const roots = [parentHash, ommersHash, zeros(20), stateRoot, transactionsRoot, receiptsRoot, zeros(256)];
  const counts = [2, at + 1, gasLimit, 0, timestamp].map(quantity);
  return fromHex(encodeRlp([...roots, ...counts, extraData, zeros(32), zeros(8)]));
}

const istanbul = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";
const keys = Array.from({ length: 7 }, (_, at) => new SigningKey(keccak256(toBeHex(at + 1, 32))));
const addressOf = (key: SigningKey): string => computeAddress(key.publicKey).toLowerCase();
const ascending = (some: readonly SigningKey[]): readonly string[] => some.map(addressOf).sort();

/** A QBFT header at Cancun from ethers' primitives alone, as shared/chain-engines describes it: sealed by `sealers`. */
function qbftHeader(
  spec: { round?: number; vote?: readonly (string | Uint8Array)[]; sealers?: readonly SigningKey[] } = {},
): {
  readonly header: Uint8Array;
  readonly hash: string;
  readonly sealHash: string;
} {
  const validators = [...ascending(keys.slice(0, 4))];
  const fields = (extraData: string): RlpStructuredData => [
    ...[1, 2].map((n) => keccak256(toBeHex(n))),
    addressOf(keys[0]!),
    ...[3, 4, 5].map((n) => keccak256(toBeHex(n))),
    zeros(256),
    ...[1, 812, 30_000_000, 21_000, 1_772_000_000].map((value) => toBeHexOf(value)),
    extraData,
    istanbul,
    zeros(8),
    "0x",
    keccak256(toBeHex(6)),
    "0x",
    "0x",
    zeros(32),
  ];
  const extra = (round: number, seals: readonly string[]): string =>
    encodeRlp([zeros(32), validators, (spec.vote ?? []) as string[], toBeHexOf(round), [...seals]]);
  const round = spec.round ?? 0;
  const sealHash = keccak256(encodeRlp(fields(extra(round, []))));
  const seals = (spec.sealers ?? keys.slice(0, 3)).map((key) => {
    const { r, s, yParity } = key.sign(sealHash);
    return `${r}${s.slice(2)}0${yParity}`;
  });
  return {
    header: fromHex(encodeRlp(fields(extra(round, seals)))),
    hash: keccak256(encodeRlp(fields(extra(0, [])))),
    sealHash,
  };
}

const toBeHexOf = (value: number): string => (value === 0 ? "0x" : toBeHex(value));

function expectRefusal(act: () => unknown, code: string): void {
  expect(act).to.throw(EvidenceError).with.property("code", code);
}

describe("chain: Clique", () => {
  it("names the blocks of a public network as they name each other", () => {
    for (const [at, { parentHash }] of goerli.blocks.entries()) {
      if (at === 0) continue;
      expect(toHex(blockHash(goerliHeader(at - 1)))).to.equal(parentHash);
      expect(toHex(headerHash(goerliHeader(at - 1)))).to.equal(parentHash);
    }
    expect(goerli.blocks).to.have.length(7);
  });

  it("recovers their signer, the one whom the network's genesis names", () => {
    const signers = goerli.blocks.map((_, at) => recoverCliqueSigner(goerliHeader(at)));
    expect(new Set(signers)).to.deep.equal(new Set(["0xe0a2bd4258d2768837baa26a28fe71dc079f84c7"]));
  });

  it("refuses a header without a seal", () => {
    const { header } = qbftHeader();
    const fields = decodeRlp(header) as RlpStructuredData[];
    const short = fromHex(encodeRlp(fields.with(12, `0x${"00".repeat(96)}`)));
    expectRefusal(() => recoverCliqueSigner(short), "V_SEAL");
  });
});

describe("chain: QBFT", () => {
  // Besu, QbftExtraDataCodecTest: vanity 1 to 32, validators 1 and 2, a vote for 1, round 0xfedcba, two seals.
  const besu: Hex = `0xf8f0a00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20ea94${"00".repeat(19)}0194${"00".repeat(19)}02d794${"00".repeat(19)}0181ff83fedcbaf886b841${"00".repeat(31)}01${"00".repeat(31)}0a00b841${"00".repeat(31)}0a${"00".repeat(31)}0100`;

  it("reads extra data that Besu wrote", () => {
    const read = decodeQbftExtraData(fromHex(besu));
    expect(read.validators).to.deep.equal([`0x${"00".repeat(19)}01`, `0x${"00".repeat(19)}02`]);
    expect(read.round).to.equal(0xfedcban);
    expect(read.seals.map((seal) => [seal[31], seal[63], seal[64]])).to.deep.equal([
      [1, 10, 0],
      [10, 1, 0],
    ]);
    expect(read.vote.map((part) => toHex(part as Uint8Array))).to.deep.equal([`0x${"00".repeat(19)}01`, "0xff"]);
  });

  it("reads the genesis files of Besu's documents", () => {
    const genesis = `0xf84fa0${"00".repeat(32)}ea94d5feb0fc5a54a89f97aeb34c3df15397c19f6dd294d6a9a4c886eb008ac307abdc1f38745c1dd13a88c080c0`;
    expect(decodeQbftExtraData(fromHex(genesis)).validators).to.deep.equal([
      "0xd5feb0fc5a54a89f97aeb34c3df15397c19f6dd2",
      "0xd6a9a4c886eb008ac307abdc1f38745c1dd13a88",
    ]);
    expect(decodeQbftExtraData(fromHex(`0xe5a0${"00".repeat(32)}c0c080c0`)).validators).to.deep.equal([]);
  });

  it("agrees with a second implementation on hash, what is sealed, and by whom", () => {
    const drop = [addressOf(keys[5]!), "0x"];
    for (const spec of [{}, { round: 1 }, { round: 70_000 }, { vote: drop }, { sealers: keys.slice(1, 4), round: 3 }]) {
      const { header, hash, sealHash } = qbftHeader(spec);
      expect(toHex(qbftBlockHash(header))).to.equal(hash);
      expect(toHex(blockHash(header))).to.equal(hash);
      expect(toHex(qbftSealHash(header))).to.equal(sealHash);
      expect(recoverQbftSealers(header, 4)).to.deep.equal((spec.sealers ?? keys.slice(0, 3)).map(addressOf));
    }
  });

  it("names a block the same whoever sealed it and in whichever round", () => {
    const names = [{}, { sealers: keys.slice(2, 4) }, { round: 9 }].map((spec) =>
      toHex(qbftBlockHash(qbftHeader(spec).header)),
    );
    expect(new Set(names).size).to.equal(1);
  });

  it("refuses more seals than there may be before it looks at one", () => {
    expectRefusal(() => recoverQbftSealers(qbftHeader().header, 2), "V_SEAL");
  });

  it("refuses every other form, and never with anything but a refusal", () => {
    const bytes = fromHex(besu);
    for (const bent of [bytes.subarray(1), new Uint8Array([...bytes, 0]), new Uint8Array(0), fromHex("0xc0")])
      expectRefusal(() => decodeQbftExtraData(bent), "V_SEAL");
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        (any, at, by) => {
          const bent = bytes.slice();
          bent[at] = bent[at]! ^ by;
          for (const input of [any, bent]) {
            try {
              decodeQbftExtraData(input);
            } catch (error) {
              expect(error).to.be.instanceOf(EvidenceError);
            }
          }
        },
      ),
    );
  });
});
