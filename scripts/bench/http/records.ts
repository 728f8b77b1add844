/** Bodies for the benchmarks over HTTP: records of about 1 KB, no two alike, made with next to no work of the client. */
import { randomBytes } from "node:crypto";

/** How records are sent. */
export type Shape = "single" | "array" | "ndjson";

/** Digits of the number that makes a record differ from every other one. */
const serialDigits = 12;
const placeholder = "#".repeat(serialDigits);

/** A record with a text of its own, and a place for its number in subject and body. */
function template(): string {
  const body = {
    contractId: `contract-${placeholder}`,
    product: "https://exchange.example/products/0001",
    buyer: "91460000MA5T00024T",
    seller: "91460000MA5T00032M",
    price: "128000.00",
    currency: "CNY",
    terms: randomBytes(270).toString("hex"),
  };
  const occurredAt = "2026-11-22T09:14:05.120Z";
  return JSON.stringify({ type: "trade.contract", subject: `trade:${placeholder}`, occurredAt, body });
}

function joined(records: readonly string[], shape: Shape): string {
  if (shape === "array") return `[${records.join(",")}]`;
  return shape === "ndjson" ? `${records.join("\n")}\n` : records.join("");
}

/** Where the numbers stand in `bytes`, in order. */
function placesIn(bytes: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(placeholder); at >= 0; at = bytes.indexOf(placeholder, at + 1)) places.push(at);
  return places;
}

/** Bodies of `count` records each. */
export class Bodies {
  readonly #bytes: Buffer;
  readonly #places: readonly number[];
  #serial: number;

  /** @param from - number of the first record; two clients of one server must not share numbers */
  constructor(shape: Shape, count: number, from: number) {
    this.#bytes = Buffer.from(joined(Array.from({ length: count }, template), shape));
    this.#places = placesIn(this.#bytes);
    this.#serial = from;
  }

  /** The next body. The same bytes are written over by the next call. */
  next(): Buffer {
    for (const [at, place] of this.#places.entries()) {
      if (at % 2 === 0) this.#serial += 1;
      this.#bytes.write(String(this.#serial).padStart(serialDigits, "0"), place, "latin1");
    }
    return this.#bytes;
  }
}
