import { expect } from "chai";
import { makeError } from "ethers";
import { patient, type JsonRpc } from "@lianzheng/node/deployment";
import { ChainError } from "../../node/src/chain-error.ts";
import { askChain } from "../../node/src/deployment/chain.ts";
import { codeOf } from "../anchor/failure.ts";

/** A door that answers or fails as it is told, one after the other, and counts. */
function doorOf(...outcomes: readonly (Error | string)[]): { readonly rpc: JsonRpc; readonly asked: string[] } {
  const left = [...outcomes];
  const asked: string[] = [];
  const send: JsonRpc["send"] = (method) => {
    asked.push(method);
    const outcome = left.shift();
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
  return { rpc: { send }, asked };
}

const away = new ChainError("C_UNREACHABLE", "no answer");
const read = ["eth_call", []] as const;

describe("deployment, patience", () => {
  it("asks again what fails after something was answered, and gives the answer", async () => {
    const { rpc, asked } = doorOf("one", away, away, away, "two", away, "three");
    const door = patient(rpc);
    const answers = [await door.send(...read), await door.send(...read), await door.send(...read)];
    expect(answers).to.deep.equal(["one", "two", "three"]);
    expect(asked).to.have.length(7);
  });

  it("asks nobody twice who never answered, nor a fifth time, nor after giving up", async () => {
    const { rpc, asked } = doorOf(away, "one", away, away, away, away, away, "two");
    const door = patient(rpc);
    expect(await codeOf(door.send(...read))).to.equal("C_UNREACHABLE");
    expect(asked).to.have.length(1);
    await door.send(...read);
    expect(await codeOf(door.send(...read))).to.equal("C_UNREACHABLE");
    expect(asked).to.have.length(6);
    expect(await codeOf(door.send(...read))).to.equal("C_UNREACHABLE");
    expect(asked).to.have.length(7);
  });

  it("never sends a transaction twice, and takes a contract's word at once", async () => {
    const refused = new ChainError("C_RPC_REVERT", "refused");
    const { rpc, asked } = doorOf("one", away, "two", refused);
    const door = patient(rpc);
    await door.send(...read);
    expect(await codeOf(door.send("eth_sendRawTransaction", []))).to.equal("C_UNREACHABLE");
    await door.send(...read);
    expect(await codeOf(door.send(...read))).to.equal("C_RPC_REVERT");
    expect(asked).to.have.length(4);
  });

  it("takes an error that ethers calls a refusal for one only if it holds what the contract said", async () => {
    const exception = (data: string | null): Error =>
      makeError("missing revert data", "CALL_EXCEPTION", {
        ...{ action: "estimateGas", data, reason: null, invocation: null, revert: null },
        transaction: { to: null, data: "0x" },
        info: { error: { code: -32603, message: "internal" } },
      });
    const { rpc, asked } = doorOf("one", exception(null), "two", exception("0x"), "three");
    const door = patient(rpc);
    await door.send(...read);
    expect(await door.send(...read)).to.equal("two");
    expect(await codeOf(askChain(door, ...read))).to.equal("C_ANCHOR_REVERTED");
    expect(asked).to.have.length(4);
    expect(await codeOf(askChain(doorOf(exception(null)).rpc, ...read))).to.equal("C_RPC_EXECUTION");
  });
});
