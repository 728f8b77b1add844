import { InvalidArgumentError } from "commander";

/**
 * A port as an option.
 *
 * @throws InvalidArgumentError unless it is an integer from 0 to 65535
 */
export function toPort(text: string): number {
  return toInteger(text, 0, 65_535);
}

/**
 * A chain id as an option (EIP-155).
 *
 * @throws InvalidArgumentError unless it is an integer from 1 to 2^53 - 1
 */
export function toChainId(text: string): number {
  return toInteger(text, 1, Number.MAX_SAFE_INTEGER);
}

/**
 * Seconds to wait, as an option.
 *
 * @throws InvalidArgumentError unless it is an integer from 1 to 86400
 */
export function toSeconds(text: string): number {
  return toInteger(text, 1, 86_400);
}

/**
 * Days as an option.
 *
 * @throws InvalidArgumentError unless it is an integer from 1 to 3650
 */
export function toDays(text: string): number {
  return toInteger(text, 1, 3_650);
}

/**
 * A number of things as an option.
 *
 * @throws InvalidArgumentError unless it is an integer from 0 to 100000
 */
export function toCount(text: string): number {
  return toInteger(text, 0, 100_000);
}

function toInteger(text: string, least: number, most: number): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(`An integer from ${least} to ${most} is due.`);
  }
  return value;
}
