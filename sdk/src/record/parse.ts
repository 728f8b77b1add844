import { EvidenceError, fromUtf8, isWellFormed, utf8 } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { isHeldAsWritten } from "./json-number.ts";
import { jsonPointer } from "./json.ts";
import type { JsonValue } from "./json.ts";

/** How much a reader takes; what is left out has the value of formats.md section 1. */
export interface JsonLimits {
  /** Bytes of the whole text, no limit if left out. */
  readonly maxBytes?: number;
  /** Arrays and objects inside each other, 64. */
  readonly maxDepth?: number;
  /** Members of all objects together, 10,000. */
  readonly maxMembers?: number;
  /** Elements of all arrays together, no limit if left out: the shortest take most memory and time for their bytes. */
  readonly maxElements?: number;
}

const defaults = { maxBytes: Number.MAX_SAFE_INTEGER, maxDepth: 64, maxMembers: 10_000, maxElements: Infinity };

/** Names that turn a plain object into something else in one program or another (prototypes, JSON and promise hooks). */
const forbidden: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype", "toJSON", "then"]);

/** Whether an object may have no member of this name (formats.md section 1). */
export function isForbiddenKey(name: string): boolean {
  return forbidden.has(name);
}

const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const numberLetters = /[-+.0-9A-Za-z]+/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openArray = 0x5b;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** Reads one JSON text by recursive descent; the depth limit bounds the recursion. */
class JsonReader {
  private readonly text: string;
  private readonly maxDepth: number;
  private readonly maxMembers: number;
  private readonly maxElements: number;
  private readonly path: (string | number)[] = [];
  private at = 0;
  private members = 0;
  private elements = 0;

  constructor(text: string, limits: Required<Omit<JsonLimits, "maxBytes">>) {
    this.text = text;
    this.maxDepth = limits.maxDepth;
    this.maxMembers = limits.maxMembers;
    this.maxElements = limits.maxElements;
  }

  whole(): JsonValue {
    this.skipSpace();
    if (this.at === this.text.length) throw this.refusal("E_BODY_EMPTY", "there is no JSON text");
    const value = this.value(0);
    this.skipSpace();
    if (this.at < this.text.length) throw this.syntax("something stands after the value");
    return value;
  }

  private value(depth: number): JsonValue {
    switch (this.text.charCodeAt(this.at)) {
      case quote:
        return this.string();
      case openObject:
        return this.object(this.deeper(depth));
      case openArray:
        return this.array(this.deeper(depth));
      case 0x74:
        return this.word("true", true);
      case 0x66:
        return this.word("false", false);
      case 0x6e:
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private deeper(depth: number): number {
    if (depth >= this.maxDepth) throw this.refusal("E_DEPTH", `nested deeper than ${this.maxDepth}`);
    return depth + 1;
  }

  private object(depth: number): JsonValue {
    const object: Record<string, JsonValue> = {};
    this.at++;
    this.skipSpace();
    if (this.take(closeObject)) return object;
    do {
      this.skipSpace();
      const name = this.name(object);
      this.path.push(name);
      this.skipSpace();
      if (!this.take(colon)) throw this.syntax("a colon is missing");
      this.skipSpace();
      object[name] = this.value(depth);
      this.path.pop();
      this.skipSpace();
    } while (this.take(comma));
    if (!this.take(closeObject)) throw this.syntax("a comma or } is missing");
    return object;
  }

  private name(object: Readonly<Record<string, JsonValue>>): string {
    const start = this.at;
    if (this.text.charCodeAt(start) !== quote) throw this.syntax("a member name is missing");
    const name = this.string();
    const bad = (code: EvidenceErrorCode, message: string): EvidenceError => {
      this.path.push(name);
      return this.refusal(code, message, start);
    };
    if (++this.members > this.maxMembers) throw bad("E_TOO_MANY_KEYS", `more than ${this.maxMembers} members`);
    if (forbidden.has(name)) throw bad("E_FORBIDDEN_KEY", `a member may not be called ${name}`);
    if (Object.hasOwn(object, name)) throw bad("E_JSON_DUPLICATE_KEY", "two members have one name");
    return name;
  }

  private array(depth: number): JsonValue {
    const array: JsonValue[] = [];
    this.at++;
    this.skipSpace();
    if (this.take(closeArray)) return array;
    do {
      this.skipSpace();
      this.path.push(array.length);
      if (++this.elements > this.maxElements) {
        throw this.refusal("E_TOO_MANY_KEYS", `more than ${this.maxElements} elements of arrays`);
      }
      array.push(this.value(depth));
      this.path.pop();
      this.skipSpace();
    } while (this.take(comma));
    if (!this.take(closeArray)) throw this.syntax("a comma or ] is missing");
    return array;
  }

  private string(): string {
    const start = ++this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === quote) return this.text.slice(start, this.at++);
      if (code === backslash) return this.escapedString(start);
      if (!(code >= 0x20)) throw this.syntax("a string has no end or holds a control character");
      this.at++;
    }
  }

  /** The rest of a string with escapes. Only escapes can bring a lone surrogate: the bytes were UTF-8. */
  private escapedString(start: number): string {
    let text = this.text.slice(start, this.at);
    for (;;) {
      const from = this.at;
      let code = this.text.charCodeAt(this.at);
      while (code >= 0x20 && code !== quote && code !== backslash) code = this.text.charCodeAt(++this.at);
      text += this.text.slice(from, this.at);
      if (code === quote) break;
      if (code !== backslash) throw this.syntax("a string has no end or holds a control character");
      text += this.escape();
    }
    if (!isWellFormed(text)) throw this.refusal("E_ENCODING", "a string holds a lone surrogate", start - 1);
    this.at++;
    return text;
  }

  private escape(): string {
    const letter = this.text.charAt(this.at + 1);
    if (letter === "u") {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.syntax("an escape \\u needs four hexadecimal digits");
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const meant = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (meant === undefined) throw this.syntax("no such escape");
    this.at += 2;
    return meant;
  }

  private word<Word extends JsonValue>(word: string, value: Word): Word {
    if (!this.text.startsWith(word, this.at)) throw this.syntax("no JSON value");
    this.at += word.length;
    return value;
  }

  private number(): number {
    numberLetters.lastIndex = this.at;
    const token = numberLetters.exec(this.text)?.[0] ?? "";
    if (!/^[-+.0-9]|^(?:NaN|Infinity)$/.test(token)) throw this.syntax("no JSON value");
    numberForm.lastIndex = this.at;
    if (numberForm.exec(this.text)?.[0] !== token) throw this.refusal("E_NUMBER_FORM", "not a JSON number");
    const value = Number(token);
    if (!Number.isFinite(value)) throw this.refusal("E_NUMBER_FORM", "the number is out of range");
    if (Object.is(value, -0)) throw this.refusal("E_NUMBER_FORM", "negative zero is not a number here");
    if (!isHeldAsWritten(token, value))
      throw this.refusal("E_NUMBER_UNSAFE", "no double is this number: send a string");
    this.at += token.length;
    return value;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private take(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  private syntax(message: string): EvidenceError {
    return this.refusal("E_JSON_SYNTAX", message);
  }

  private refusal(code: EvidenceErrorCode, message: string, at = this.at): EvidenceError {
    const offset = utf8Length(this.text.slice(0, at));
    return new EvidenceError(code, `${message} (byte ${offset})`, { offset, field: jsonPointer(this.path) });
  }
}

function utf8Length(text: string): number {
  return utf8(isWellFormed(text) ? text : text.slice(0, -1)).length;
}

/**
 * The JSON value of `bytes`, read strictly: nothing is coerced, repaired or dropped (formats.md section 1).
 *
 * @throws EvidenceError with `details.offset` (byte) and `details.field` (RFC 6901 pointer): E_BODY_EMPTY, E_TOO_LARGE,
 *   E_ENCODING (not UTF-8, byte order mark, lone surrogate), E_JSON_SYNTAX, E_JSON_DUPLICATE_KEY (after unescaping),
 *   E_FORBIDDEN_KEY, E_NUMBER_FORM, E_NUMBER_UNSAFE, E_DEPTH, E_TOO_MANY_KEYS
 * @see RFC 8259, RFC 7493 (I-JSON)
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = {}): JsonValue {
  const { maxBytes = defaults.maxBytes } = limits;
  if (bytes.length > maxBytes) {
    throw new EvidenceError("E_TOO_LARGE", `more than ${maxBytes} bytes`, { limit: maxBytes, size: bytes.length });
  }
  return parseText(fromUtf8(bytes), limits);
}

/** As {@link parseJson}, of a text that somebody decoded already. Its length is the caller's to bound. */
export function parseText(text: string, limits: Omit<JsonLimits, "maxBytes"> = {}): JsonValue {
  return new JsonReader(text, { ...defaults, ...limits }).whole();
}
