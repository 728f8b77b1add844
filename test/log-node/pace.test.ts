import { expect } from "chai";
import { paced } from "../../node/src/log/pace.ts";

describe("progress that takes long", () => {
  it("is told once a second, and not at all when it is quick", () => {
    let time = 5_000;
    const told: number[] = [];
    const tell = paced(
      (count: number) => void told.push(count),
      () => time,
    );
    for (const [count, at] of [
      [1, 5_000],
      [2, 5_999],
      [3, 6_000],
      [4, 6_500],
      [5, 6_999],
      [6, 7_000],
      [7, 9_900],
      [8, 10_000],
    ] as const) {
      time = at;
      tell(count);
    }
    expect(told).to.deep.equal([3, 6, 7]);
  });
});
