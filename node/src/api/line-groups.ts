import { NodeError } from "../errors.ts";

/** Most records of a group. Part of the format: with other groups a repeated stream would not be known again. */
export const groupRecords = 500;

/** Most bytes of a group's lines, and of one line. Part of the format as well. */
export const groupBytes = 4 * 1024 * 1024;

/** Lines that are stored together, or not at all. */
export interface LineGroup {
  /** Counted from 0. */
  readonly group: number;
  /** Number of its first line in the stream, counted from 1; the others follow it without a gap. */
  readonly line: number;
  /** Without their ends. */
  readonly lines: readonly Buffer[];
}

const newline = 0x0a;

/**
 * Cuts a stream of lines into groups, by nothing but its bytes: however the network cuts it, the groups are the same.
 *
 * A group ends with {@link groupRecords} lines, before the line with which it would pass {@link groupBytes}, at an empty
 * line, and at the end of the stream. Holds at most one group and one line.
 */
export class GroupCutter {
  #lines: Buffer[] = [];
  #bytes = 0;
  #groups = 0;
  #line = 1;
  #begun: Buffer[] = [];
  #begunBytes = 0;

  /** The groups that `chunk` completes. @throws NodeError E_BODY_TOO_LARGE with `details.line` */
  *push(chunk: Buffer): Generator<LineGroup, undefined, undefined> {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      this.#begin(chunk.subarray(from, end));
      yield* this.#finishLine();
      from = end + 1;
    }
    this.#begin(chunk.subarray(from));
    return undefined;
  }

  /** The last group, where the last line may have no end. Only for a stream that came to its end. */
  *end(): Generator<LineGroup, undefined, undefined> {
    yield* this.#finishLine();
    yield* this.#cut();
    return undefined;
  }

  #begin(bytes: Buffer): void {
    this.#begunBytes += bytes.length;
    if (this.#begunBytes > groupBytes) {
      const detail = `Line ${this.#line} is longer than the ${groupBytes} bytes that a record may have in a stream.`;
      throw new NodeError("E_BODY_TOO_LARGE", detail, { line: this.#line });
    }
    if (bytes.length > 0) this.#begun.push(bytes);
  }

  *#finishLine(): Generator<LineGroup, undefined, undefined> {
    const [only = Buffer.alloc(0), ...more] = this.#begun;
    const line = more.length === 0 ? only : Buffer.concat(this.#begun);
    [this.#begun, this.#begunBytes] = [[], 0];
    if (isBlank(line)) yield* this.#cut();
    else yield* this.#add(line);
    this.#line += 1;
    return undefined;
  }

  *#add(line: Buffer): Generator<LineGroup, undefined, undefined> {
    if (this.#bytes + line.length > groupBytes) yield* this.#cut();
    this.#lines.push(line);
    this.#bytes += line.length;
    if (this.#lines.length === groupRecords) yield* this.#cut(1);
    return undefined;
  }

  /** @param ahead - 1 if the current line is in the group already */
  *#cut(ahead = 0): Generator<LineGroup, undefined, undefined> {
    const lines = this.#lines;
    if (lines.length === 0) return undefined;
    const line = this.#line + ahead - lines.length;
    [this.#lines, this.#bytes] = [[], 0];
    yield { group: this.#groups++, line, lines };
    return undefined;
  }
}

/** Nothing, or the carriage return of a line's end as Windows writes it. */
function isBlank(line: Buffer): boolean {
  return line.length === 0 || (line.length === 1 && line[0] === 0x0d);
}
