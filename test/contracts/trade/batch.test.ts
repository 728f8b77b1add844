import { Stage } from "@lianzheng/sdk/contracts";
import type { SignedStruct, StepStruct } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { advance, fixture, hold, sign, signersFor, stepOf, type Market } from "./scene.ts";

/** Steps of one trade from a stage on, each for the number after the one before, with their signatures. */
async function stepsOf(context: Market, tradeId: string, stages: readonly number[]) {
  const steps: StepStruct[] = [];
  const signatures: SignedStruct[][] = [];
  for (const [i, stage] of stages.entries()) {
    const step = await stepOf(context, tradeId, stage);
    steps.push({ ...step, count: Number(step.count) + i });
    signatures.push(
      await sign(context.trades, "Step", steps[i]!, signersFor(context, stage, tradeId === context.onFloor)),
    );
  }
  return { steps, signatures };
}

describe("Trades: batches", () => {
  it("record the steps of several trades in their order", async () => {
    const context = await fixture();
    const { trades, outsider, onFloor, offFloor } = context;
    const [on, off] = [await stepsOf(context, onFloor, [1, 2, 3, 4]), await stepsOf(context, offFloor, [1, 2])];
    const steps = [...on.steps, ...off.steps];
    const recording = trades.connect(outsider).recordBatch(steps, [...on.signatures, ...off.signatures]);
    for (const { tradeId, count, stage, evidence } of steps) {
      await expect(recording)
        .to.emit(trades, "StageRecorded")
        .withArgs(tradeId, count, stage, evidence, (head: string) => head.length === 66);
    }
    expect((await trades.tradeOf(onFloor)).count).to.equal(4n);
    expect((await trades.tradeOf(offFloor)).stage).to.equal(2n);
  });

  it("record all or nothing, and name the step that was refused and why", async () => {
    const context = await fixture();
    const { trades, outsider, onFloor, offFloor } = context;
    const on = await stepsOf(context, onFloor, [1, 2, 4]);
    const reason = trades.interface.encodeErrorResult("TradesStage", [onFloor, 2, 4]);
    await expect(trades.connect(outsider).recordBatch(on.steps, on.signatures))
      .to.be.revertedWithCustomError(trades, "TradesBatchStep")
      .withArgs(2, reason);
    expect((await trades.headOf(onFloor)).count).to.equal(0n);
    await hold(context, "trade", offFloor);
    const [first, held] = [await stepsOf(context, onFloor, [1]), await stepsOf(context, offFloor, [1])];
    await expect(trades.recordBatch([...first.steps, ...held.steps], [...first.signatures, ...held.signatures]))
      .to.be.revertedWithCustomError(trades, "TradesBatchStep")
      .withArgs(1, trades.interface.encodeErrorResult("TradesHeld", [offFloor]));
    const twice = await stepsOf(context, onFloor, [1]);
    await expect(trades.recordBatch([...twice.steps, ...twice.steps], [...twice.signatures, ...twice.signatures]))
      .to.be.revertedWithCustomError(trades, "TradesBatchStep")
      .withArgs(1, trades.interface.encodeErrorResult("TradesCount", [onFloor, 2, 1]));
    expect((await trades.headOf(onFloor)).count).to.equal(0n);
  });

  it("have from 1 to 32 steps, and signatures for each", async () => {
    const context = await fixture();
    const { trades, onFloor } = context;
    const { steps, signatures } = await stepsOf(context, onFloor, [1]);
    const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
    for (const [given, signed] of [
      [0, 0],
      [1, 0],
      [1, 2],
      [33, 33],
    ] as const) {
      await expect(trades.recordBatch(times(given, steps[0]!), times(signed, signatures[0]!)))
        .to.be.revertedWithCustomError(trades, "TradesBatchSize")
        .withArgs(given, signed, 32);
    }
  });

  it("of 32 fit into a block", async () => {
    const context = await fixture();
    const { trades, onFloor } = context;
    for (const stage of [1, 2, 3]) await advance(context, onFloor, stage);
    const { steps, signatures } = await stepsOf(
      context,
      onFloor,
      Array.from({ length: 32 }, () => Stage.delivery),
    );
    const receipt = await (await trades.recordBatch(steps, signatures)).wait();
    expect((await trades.headOf(onFloor)).count).to.equal(35n);
    expect(Number(receipt!.gasUsed)).to.be.lessThan(16_000_000);
  });
});
