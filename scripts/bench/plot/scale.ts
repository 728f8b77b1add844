/** Where a value stands on an axis. */
export interface Scale {
  readonly isLogarithmic: boolean;
  readonly place: (value: number) => number;
  /** Values with a line of their own. */
  readonly ticks: readonly number[];
}

/** Beyond this factor between the least and the greatest value a linear axis shows nothing of the least. */
const linearFactor = 40;

/** An axis from `from` to `to` for all of `values` that are greater than zero; linear axes begin at zero. */
export function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const shown = values.filter((value) => value > 0);
  if (shown.length === 0) return linear(1, from, to);
  const [least, greatest] = [Math.min(...shown), Math.max(...shown)];
  return greatest / least > linearFactor ? logarithmic(least, greatest, from, to) : linear(greatest, from, to);
}

function linear(greatest: number, from: number, to: number): Scale {
  const step = niceStep(greatest / 5);
  const end = Math.ceil(greatest / step) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, number) => number * step);
  return { isLogarithmic: false, place: (value) => from + ((to - from) * value) / end, ticks };
}

function logarithmic(least: number, greatest: number, from: number, to: number): Scale {
  const first = Math.floor(Math.log10(least));
  const last = Math.max(first + 1, Math.ceil(Math.log10(greatest)));
  const ticks = Array.from({ length: last - first + 1 }, (_, number) => 10 ** (first + number));
  const place = (value: number): number =>
    from + ((to - from) * (Math.max(Math.log10(value), first) - first)) / (last - first);
  return { isLogarithmic: true, place, ticks };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((times) => times * power >= least) ?? 10);
}
