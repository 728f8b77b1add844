import {
  decodeBundle,
  decodePolicy,
  encodeBundle,
  encodePolicy,
  type Bundle,
  type Policy,
} from "@lianzheng/sdk/evidence";
import { encodeVerifierKey } from "@lianzheng/sdk/log";
import { expect } from "chai";
import { refused } from "../chain/refused.ts";
import {
  addressOf,
  bytesOf,
  chainId,
  contracts,
  logKey,
  makeEvidence,
  operator,
  origin,
  owner,
  policy,
  supplier,
} from "./fixture.ts";

const decode = (value: unknown): Policy => decodePolicy(bytesOf(value));
const [log] = policy.logs;
const [member] = policy.members;
const [key] = member!.keys;
const withLog = (change: object): unknown => ({ ...policy, logs: [{ ...log, ...change }] });
const withKey = (change: object): unknown => ({ ...policy, members: [{ ...member, keys: [{ ...key, ...change }] }] });
const withChain = (change: object): unknown => ({ ...policy, chain: { ...policy.chain, ...change } });
const finality = policy.chain.finality;
const epoch = (from: number): unknown => ({ from, validators: [addressOf(operator)] });
const engine = (change: object): unknown =>
  withChain({ finality: { engine: "qbft", selection: "headers", epochs: [epoch(0)], ...change } });
const word = { engine: "rpc", endpoint: "https://rpc.example/", confirmations: 3 };

describe("evidence: trust policy", () => {
  it("is read as it was written", () => {
    expect(decode(encodePolicy(policy))).to.deep.equal(policy);
    expect(encodePolicy(decode(policy))).to.equal(encodePolicy(policy));
  });

  it("of another version is refused by that name", () => {
    for (const version of [0, 2, "1", null]) refused(() => decode({ ...policy, version }), "V_VERSION");
  });

  const wrong: readonly (readonly [what: string, value: unknown, field: string])[] = [
    ["no JSON", "{", ""],
    ["an array", [], "/format"],
    ["another format", { ...policy, format: "lianzheng-evidence" }, "/format"],
    ["an unknown member", { ...policy, trust: "all" }, "/trust"],
    ["no name", { ...policy, name: "" }, "/name"],
    ["a missing chain", { ...policy, chain: undefined }, "/chain"],
    ["a chain id of zero", withChain({ chainId: 0 }), "/chain/chainId"],
    ["another engine", withChain({ finality: { ...finality, engine: "raft" } }), "/chain/finality/engine"],
    ["no sealers", withChain({ finality: { ...finality, sealers: [] } }), "/chain/finality/sealers"],
    [
      "a sealer twice",
      withChain({ finality: { ...finality, sealers: [addressOf(operator), addressOf(operator)] } }),
      "/chain/finality/sealers/1",
    ],
    [
      "a sealer in mixed case",
      withChain({ finality: { ...finality, sealers: [`0x${"aB".repeat(20)}`] } }),
      "/chain/finality/sealers/0",
    ],
    ["validators of nobody", engine({ epochs: [{ from: 0, validators: [] }] }), "/chain/finality/epochs/0/validators"],
    ["validators twice", engine({ epochs: [epoch(0), epoch(0)] }), "/chain/finality/epochs/1/from"],
    ["no epochs", engine({ epochs: [] }), "/chain/finality/epochs"],
    ["validators chosen by lot", engine({ selection: "lot" }), "/chain/finality/selection"],
    ["sealers of another engine", engine({ sealers: [] }), "/chain/finality/sealers"],
    [
      "a file as an endpoint",
      withChain({ finality: { ...word, endpoint: "file:///etc" } }),
      "/chain/finality/endpoint",
    ],
    ["less than no block", withChain({ finality: { ...word, confirmations: -1 } }), "/chain/finality/confirmations"],
    [
      "a contract that nobody asks",
      { ...policy, contracts: { ...contracts, council: contracts.trades } },
      "/contracts/council",
    ],
    [
      "a short code hash",
      { ...policy, contracts: { ...contracts, trades: { ...contracts.trades, codeHash: "0x12" } } },
      "/contracts/trades/codeHash",
    ],
    ["no logs", { ...policy, logs: [] }, "/logs"],
    [
      "two contracts at one address",
      { ...policy, contracts: { ...policy.contracts, rights: { ...policy.contracts.members } } },
      "/contracts/rights",
    ],
    ["a log twice", { ...policy, logs: [log, log] }, "/logs/1"],
    [
      "a key of another origin",
      withLog({ key: encodeVerifierKey("other.example", logKey("log").publicKey) }),
      "/logs/0/key",
    ],
    [
      "a key whose id is not its own",
      withLog({ key: log!.key.replace(/\+[0-9a-f]{8}\+/, "+00000000+") }),
      "/logs/0/key",
    ],
    ["a key that is no Ed25519", withLog({ key: `${origin}+00000000+Ag==` }), "/logs/0/key"],
    ["another log's id", withLog({ logId: `0x${"12".repeat(32)}` }), "/logs/0/logId"],
    ["another owner", withLog({ owner: supplier }), "/logs/0/logId"],
    ["an owner whose check character is wrong", withLog({ owner: `${owner.slice(0, 17)}Z` }), "/logs/0/owner"],
    ["a member twice", { ...policy, members: [member, member] }, "/members/1"],
    ["a key of two members", { ...policy, members: [member, { ...member, uscc: owner }] }, "/members"],
    ["a key that ends before it begins", withKey({ until: key!.from }), "/members/0/keys/0/until"],
    ["an instant with a time zone", withKey({ from: "2026-01-01T00:00:00.000+08:00" }), "/members/0/keys/0/from"],
    ["an unknown question", { ...policy, required: ["unaltered", "logged", "true"] }, "/required/2"],
    ["a question twice", { ...policy, required: ["unaltered", "logged", "logged"] }, "/required/2"],
    ["not even what is least", { ...policy, required: ["unaltered", "signed"] }, "/required"],
  ];
  for (const [what, value, field] of wrong) {
    it(`with ${what} is refused`, () => {
      expect(refused(() => decode(value), "V_POLICY").details["field"]).to.equal(field);
    });
  }
  it("was shown in every wrong form", () => expect(wrong).to.have.length(36));

  it("can't be written when it could not be read", () => {
    refused(() => encodePolicy({ ...policy, required: ["logged"] }), "V_POLICY");
    expect(chainId).to.equal(policy.chain.chainId);
  });
});

describe("evidence: bundle", () => {
  it("is read as it was written, and written as it was read", async () => {
    const { bundle } = await makeEvidence();
    const { chainId, genesis, logId, event } = bundle.anchor;
    const variants: readonly Bundle[] = [
      bundle,
      { ...bundle, law: {} },
      { ...bundle, anchor: { chainId, genesis, logId, event } },
      { ...bundle, records: bundle.records.map((record) => ({ ...record, disclosures: [] })) },
    ];
    for (const variant of variants) {
      const text = encodeBundle(variant);
      expect(decodeBundle(bytesOf(text))).to.deep.equal(variant);
      expect(encodeBundle(decodeBundle(bytesOf(text)))).to.equal(text);
      expect(decodeBundle(bytesOf(JSON.stringify(variant, null, 2)))).to.deep.equal(variant);
    }
    expect(variants).to.have.length(4);
  });

  it("can't be written when it could not be read", async () => {
    const { bundle } = await makeEvidence();
    refused(() => encodeBundle({ ...bundle, records: [] }), "V_FORMAT");
    refused(() => encodeBundle({ ...bundle, version: 2 } as unknown as Bundle), "V_VERSION");
    refused(() => encodeBundle({ ...bundle, note: "" } as unknown as Bundle), "V_FORMAT");
  });
});
