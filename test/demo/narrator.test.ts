import { expect } from "chai";
import { Narrator } from "../../cli/src/demo/narrator.ts";
import { exitCodes } from "../../cli/src/exit.ts";
import { toFailure } from "../../cli/src/failure.ts";
import { Output } from "../../cli/src/output/output.ts";
import type { Sink } from "../../cli/src/output/sink.ts";

function listening(): { readonly sink: Sink; readonly said: string[] } {
  const said: string[] = [];
  return { said, sink: { write: (text) => said.push(text) > 0, on: () => undefined } };
}

function narratorOn(sink: Sink): Narrator {
  return new Narrator(new Output({ json: false, quiet: false, color: false, debug: false }, sink, sink));
}

describe("the narrator", () => {
  it("ends the demo with exit code 1 where something is not as it must be", () => {
    const { sink } = listening();
    try {
      narratorOn(sink).expect(false, "refused", "a forgery");
    } catch (error) {
      expect(toFailure(error)).to.deep.include({ code: "E_DEMO_EXPECTATION", exitCode: exitCodes.invalid });
      return;
    }
    throw new Error("a forgery that was accepted did not end the demo");
  });

  it("tells what is as it must be, and takes the time of a scene that succeeds", async () => {
    const { sink, said } = listening();
    const narrator = narratorOn(sink);
    const result = await narrator.scene("Anchoring", "存证上链", () => {
      narrator.expect(true, "anchored", "7 records");
      return Promise.resolve(7);
    });
    expect(result).to.equal(7);
    expect(narrator.times.map(({ scene }) => scene)).to.deep.equal(["Anchoring"]);
    expect(said.join("")).to.contain("1. Anchoring 存证上链").and.contain("✔ anchored     7 records");
  });
});
