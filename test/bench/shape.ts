import { expect } from "chai";
import type { Results } from "../../scripts/bench/results.ts";

/** Fails if `results` are not what page and plots can be made of. Says nothing of how fast anything was. */
export function assertResults({ groups, machine, date, commit, load }: Results): void {
  expect(new Date(date).toISOString()).to.equal(date);
  expect(commit).to.be.a("string").and.not.equal("");
  expect(machine.cores).to.be.greaterThan(0);
  expect(load).to.have.length(2);
  expect(groups.length).to.be.greaterThan(0);
  expect(new Set(groups.map(({ id }) => id)).size).to.equal(groups.length);
  for (const { id, rows, ratios, method } of groups) {
    expect(method, id).to.not.equal("");
    expect(rows.filter(({ isOurs }) => isOurs).length, id).to.be.greaterThan(0);
    const names = rows.map(({ name }) => name);
    for (const { name, value } of rows) {
      expect(value.rounds, name).to.be.greaterThan(0);
      expect(value.min <= value.median && value.median <= value.max, name).to.equal(true);
    }
    for (const { ours, peer } of ratios) expect(names).to.include.members([ours, peer]);
  }
}
