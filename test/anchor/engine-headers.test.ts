/** Headers that a node adds for engines of several validators, and that they lead a verifier from its policy to the block. */
import { blockHash, decodeHeader, encodeHeader, type Deployment, type Header } from "@lianzheng/sdk/chain";
import { fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import type { SigningKey } from "ethers";
import { ChainView } from "../../node/src/anchor/chain-view.ts";
import { engineHeaders } from "../../node/src/anchor/engine-headers.ts";
import {
  addresses,
  cliqueSeal,
  headerAt,
  qbftPolicy,
  qbftSeal,
  validatorKeys,
  withFinality,
  withHeaders,
} from "../evidence/engines.ts";
import { makeEvidence, type Evidence } from "../evidence/fixture.ts";
import { answerTo, judge } from "../evidence/question-of.ts";

const names: Readonly<Partial<Record<keyof Header, string>>> = { ommersHash: "sha3Uncles", beneficiary: "miner" };

/** A header as an endpoint answers it. */
function answerOf(rlp: Hex): object {
  const fields = Object.entries(decodeHeader(fromHex(rlp))).map(([name, value]) => [
    names[name as keyof Header] ?? name,
    typeof value === "bigint" ? `0x${value.toString(16)}` : (value as string),
  ]);
  const block = Object.fromEntries(fields) as Parameters<typeof encodeHeader>[0];
  return { ...block, hash: toHex(blockHash(encodeHeader(block))) };
}

/** A chain of these headers, and the numbers of those that were asked for. */
function chainOf(headers: readonly Hex[]): { readonly view: ChainView; readonly asked: number[] } {
  const asked: number[] = [];
  const rpc = {
    send: (method: string, params: readonly unknown[]): Promise<unknown> => {
      expect(method).to.equal("eth_getBlockByNumber");
      const number = Number(params[0]);
      asked.push(number);
      const header = headers[number];
      return Promise.resolve(header === undefined ? null : answerOf(header));
    },
  };
  return { view: new ChainView({ rpc, deployment: {} as Deployment, timeoutMs: 1000 }), asked };
}

const setAt = (number: number): readonly SigningKey[] =>
  validatorKeys.slice(0, [1, 5, 9].filter((change) => change <= number).length + 3);

/** Thirteen blocks of a QBFT chain: four validators from block 1 on, five from block 5, six from block 9. */
const qbftAt = (number: number) =>
  qbftSeal({ validators: addresses(setAt(number)), sealers: number === 0 ? [] : setAt(number) });
const qbftChain = Array.from({ length: 12 }, (_, number) => headerAt(number, qbftAt(number)));

describe("evidence from a QBFT chain", () => {
  it("carries the headers in which validators changed, which lead from any set that a policy knows", async () => {
    const { bundle } = await makeEvidence({ anchorBlock: { seal: qbftAt(12) }, lawBlock: { seal: qbftAt(10) } });
    const { view, asked } = chainOf(qbftChain);
    const headers = await engineHeaders(view, bundle.anchor.event.header);
    expect(headers.map((rlp) => Number(decodeHeader(fromHex(rlp)).number))).to.deep.equal([1, 5, 9]);
    expect(new Set(asked).size).to.be.lessThan(12);
    for (const from of [0, 1, 4, 5, 9]) {
      const verdict = judge(withHeaders(bundle, headers), qbftPolicy([{ from, validators: addresses(setAt(from)) }]));
      expect(verdict.result, `from ${from}: ${verdict.reason}`).to.equal("verified");
    }
  });

  it("carries none where nothing changed, or a contract names the validators", async () => {
    const steady = qbftSeal();
    const named = headerAt(2, steady);
    const { view, asked } = chainOf([headerAt(0, steady), headerAt(1, steady), named]);
    expect(await engineHeaders(view, named)).to.deep.equal([]);
    expect(asked).to.deep.equal([0]);
    expect(await engineHeaders(view, headerAt(2, qbftSeal({ validators: [] })))).to.deep.equal([]);
  });

  it("is not made from a block whose hash is another than its header's", async () => {
    const other = { ...answerOf(qbftChain[0]!), hash: `0x${"ab".repeat(32)}` };
    const rpc = { send: (): Promise<unknown> => Promise.resolve(other) };
    const view = new ChainView({ rpc, deployment: {} as Deployment, timeoutMs: 1000 });
    let thrown: unknown;
    await engineHeaders(view, qbftChain[11]!).catch((error: unknown) => (thrown = error));
    expect(thrown).to.have.property("code", "C_INCONSISTENT");
  });
});

describe("evidence from a Clique chain", () => {
  it("carries the headers that follow, with which a majority built on the block", async () => {
    const signers = validatorKeys.slice(0, 5);
    const evidence: Evidence = await makeEvidence({
      anchorBlock: { seal: cliqueSeal(signers[0]!) },
      lawBlock: { seal: cliqueSeal(signers[3]!) },
    });
    const { event } = evidence.bundle.anchor;
    const branch: Hex[] = Array<Hex>(12).fill(event.header);
    branch.push(event.header);
    for (let at = 13; at < 40; at += 1)
      branch.push(headerAt(at, cliqueSeal(signers[at % 5]!), toHex(blockHash(fromHex(branch.at(-1)!)))));
    const headers = await engineHeaders(chainOf(branch).view, event.header);
    expect(headers).to.deep.equal(branch.slice(13, 28));
    const policy = withFinality({ engine: "clique", epochs: [{ from: 0, validators: addresses(signers) }] });
    expect(answerTo("final", judge(withHeaders(evidence.bundle, headers), policy)).answer).to.equal("pass");
    expect(await engineHeaders(chainOf(branch.slice(0, 14)).view, event.header)).to.deep.equal(branch.slice(13, 14));
  });

  it("is told from the chain of one operator", async () => {
    const { bundle } = await makeEvidence();
    expect(await engineHeaders(chainOf([]).view, bundle.anchor.event.header)).to.deep.equal([]);
  });
});
