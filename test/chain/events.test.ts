import {
  decodeCheckpointPublished,
  decodeStageRecorded,
  EMPTY_STAGE_HEAD,
  eventTopics,
  logIdOf,
  memberIdOf,
  stageHead,
  type ChainLog,
} from "@lianzheng/sdk/chain";
import { toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { AbiCoder, id, Interface, keccak256 } from "ethers";
import fc from "fast-check";
import { refused } from "./refused.ts";

const abi = new Interface([
  "event CheckpointPublished(bytes32 indexed logId, uint64 indexed size, bytes32 root, uint64 previousSize)",
  "event StageRecorded(bytes32 indexed tradeId, uint64 indexed count, uint8 stage, bytes32 evidence, bytes32 head)",
]);
const address: Hex = `0x${"ab".repeat(20)}`;
const one: Hex = `0x${"11".repeat(32)}`;
const two: Hex = `0x${"22".repeat(32)}`;
const word = (value: bigint): string => value.toString(16).padStart(64, "0");

function emitted(name: string, values: readonly unknown[]): ChainLog {
  const { topics, data } = abi.encodeEventLog(name, values);
  return { address, topics: topics as Hex[], data: data as Hex };
}

const checkpoint = emitted("CheckpointPublished", [one, 7, two, 3]);
const stage = emitted("StageRecorded", [one, 7, 3, two, one]);

describe("chain: events", () => {
  it("are read as ethers writes them", () => {
    expect(decodeCheckpointPublished(checkpoint)).to.deep.equal({ logId: one, size: 7, root: two, previousSize: 3 });
    expect(decodeStageRecorded(stage)).to.deep.equal({ tradeId: one, count: 7, stage: 3, evidence: two, head: one });
  });

  it("have the topics of their signatures", () => {
    for (const name of ["CheckpointPublished", "StageRecorded"] as const) {
      expect(eventTopics[name]).to.equal(abi.getEvent(name)!.topicHash);
    }
  });

  const data = checkpoint.data;
  const bent: readonly (readonly [what: string, log: ChainLog])[] = [
    ["no topic", { ...checkpoint, topics: [] }],
    ["another event's topic", { ...checkpoint, topics: [stage.topics[0]!, ...checkpoint.topics.slice(1)] }],
    ["a topic less", { ...checkpoint, topics: checkpoint.topics.slice(0, 2) }],
    ["a topic more", { ...checkpoint, topics: [...checkpoint.topics, one] }],
    ["data cut short", { ...checkpoint, data: data.slice(0, -2) as Hex }],
    ["data with a word more", { ...checkpoint, data: `${data}${"00".repeat(32)}` }],
    ["no data", { ...checkpoint, data: "0x" }],
    ["bits above uint64 in a topic", { ...checkpoint, topics: [checkpoint.topics[0]!, one, `0x${word(2n ** 64n)}`] }],
    ["a size beyond 2^53", { ...checkpoint, topics: [checkpoint.topics[0]!, one, `0x${word(2n ** 53n)}`] }],
    ["bits above uint64 in the data", { ...checkpoint, data: `0x${two.slice(2)}${word(2n ** 255n)}` }],
  ];
  for (const [what, log] of bent) {
    it(`with ${what} are refused`, () => {
      refused(() => decodeCheckpointPublished(log), "V_EVENT");
    });
  }
  it("were shown in every wrong form", () => expect(bent).to.have.length(10));

  it("with a stage above uint8 are refused", () => {
    const wide: Hex = `0x${word(256n)}${two.slice(2)}${one.slice(2)}`;
    refused(() => decodeStageRecorded({ ...stage, data: wide }), "V_EVENT");
    refused(() => decodeStageRecorded(checkpoint), "V_EVENT");
  });
});

describe("chain: ids", () => {
  const coder = AbiCoder.defaultAbiCoder();
  const owner = "91460000MA5T00016X";

  it("of a member are its USCC's bytes", () => {
    expect(memberIdOf(owner)).to.equal(toHex(utf8(owner)));
    for (const wrong of ["", owner.slice(1), `${owner}0`, owner.toLowerCase(), "91460000MA5T0001 X", "中".repeat(18)]) {
      refused(() => memberIdOf(wrong), "E_USCC");
    }
  });

  it("of a log are what abi.encode gives", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 100 }), (origin) => {
        const encoded = coder.encode(["bytes18", "string"], [memberIdOf(owner), origin]);
        expect(logIdOf(owner, origin)).to.equal(keccak256(encoded));
      }),
    );
  });

  it("of a trade's stages chain as abi.encode gives", () => {
    let expected: string = EMPTY_STAGE_HEAD;
    let head: Hex = EMPTY_STAGE_HEAD;
    for (let stage = 1; stage <= 7; stage++) {
      const evidence = id(`stage ${stage}`) as Hex;
      expected = keccak256(coder.encode(["bytes32", "uint8", "bytes32"], [expected, stage, evidence]));
      head = stageHead(head, stage, evidence);
      expect(head).to.equal(expected);
    }
    refused(() => stageHead("0x12", 1, one), "E_HASH_FORM");
  });
});
