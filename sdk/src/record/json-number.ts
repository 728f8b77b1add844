/** A finite decimal number as sign, digits without outer zeros, and the power of ten of the last digit. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

// Every decimal of at most 15 significant digits survives decimal -> double -> shortest decimal (IEEE 754, DBL_DIG).
const alwaysHeldDigits = 15;

/** Splits a text of JSON's number grammar. Loops, not patterns, trim zeros: a pattern would be quadratic on a hostile text. */
function decimalOf(text: string): Decimal {
  const negative = text.startsWith("-");
  const [mantissa = "", power = "0"] = text.slice(negative ? 1 : 0).split(/[eE]/);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === 48) first++;
  let last = all.length;
  while (last > first && all.charCodeAt(last - 1) === 48) last--;
  const exponent = Number(power) - fraction.length + (all.length - last);
  return { negative, digits: all.slice(first, last), exponent: first === last ? 0 : exponent };
}

/**
 * Whether the double `value`, read from the JSON number `text`, is that number as written: its canonical form
 * (RFC 8785 section 3.2.2.3) denotes the very decimal that stands in `text`. `0.1`, `1.0` and `1e2` are held;
 * 9007199254740993 and a decimal of 20 digits are not, because their canonical form is another number.
 */
export function isHeldAsWritten(text: string, value: number): boolean {
  if (text.length <= alwaysHeldDigits && !/[eE]/.test(text)) return true;
  const written = decimalOf(text);
  const held = decimalOf(String(value));
  return written.digits === held.digits && written.exponent === held.exponent && written.negative === held.negative;
}
