import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import { isJsonObject, type JsonObject, type JsonValue } from "@lianzheng/sdk/record";
import { clientFault, type ClientError, type Problem } from "./error.ts";

/**
 * Reads members of a node's answer. A member that this version knows must be of its type; one that it does not know is
 * passed over, so that a newer node can say more.
 */
export class AnswerReader {
  private readonly object: JsonObject;
  private readonly status: number;
  private readonly field: string;

  constructor(value: JsonValue | undefined, status: number, field = "") {
    this.status = status;
    this.field = field;
    if (!isJsonObject(value)) throw this.refusal("", "is no object");
    this.object = value;
  }

  text(name: string): string {
    const value = this.object[name];
    if (typeof value !== "string") throw this.refusal(name, "is no text");
    return value;
  }

  /** The member's text, or undefined where it is missing or something else. */
  textIfAny(name: string): string | undefined {
    const value = this.object[name];
    return typeof value === "string" ? value : undefined;
  }

  /** The member as an object, or undefined where it is missing or something else. */
  withinIfAny(name: string): AnswerReader | undefined {
    const value = this.object[name];
    return isJsonObject(value ?? null) ? new AnswerReader(value, this.status, `${this.field}/${name}`) : undefined;
  }

  has(name: string): boolean {
    return this.object[name] !== undefined;
  }

  count(name: string): number {
    const value = this.object[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw this.refusal(name, "is no count");
    return value;
  }

  number(name: string): number {
    const value = this.object[name];
    if (typeof value !== "number") throw this.refusal(name, "is no number");
    return value;
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const word = words.find((one) => one === this.object[name]);
    if (word === undefined) throw this.refusal(name, `is none of ${words.join(", ")}`);
    return word;
  }

  flag(name: string): boolean {
    const value = this.object[name];
    if (typeof value !== "boolean") throw this.refusal(name, "is neither true nor false");
    return value;
  }

  hex(name: string, length: number): Hex {
    const value = this.object[name];
    if (!isHex(value, length)) throw this.refusal(name, `is no hex of ${length} bytes`);
    return value;
  }

  texts(name: string): readonly string[] {
    return this.items(name).map((item) => {
      if (typeof item !== "string") throw this.refusal(name, "holds something that is no text");
      return item;
    });
  }

  hexes(name: string, length: number): readonly Hex[] {
    return this.items(name).map((item) => {
      if (!isHex(item, length)) throw this.refusal(name, `holds something that is no hex of ${length} bytes`);
      return item;
    });
  }

  list<Item>(name: string, read: (item: AnswerReader) => Item): readonly Item[] {
    return this.items(name).map((item, at) => read(new AnswerReader(item, this.status, `${this.field}/${name}/${at}`)));
  }

  /** The member as it stands: an object of facts whose members are the node's own. */
  facts(name: string): JsonObject {
    return this.within(name, ({ object }) => object);
  }

  /** A list of such. */
  objects(name: string): readonly JsonObject[] {
    return this.list(name, ({ object }) => object);
  }

  within<Value>(name: string, read: (member: AnswerReader) => Value): Value {
    return read(new AnswerReader(this.object[name], this.status, `${this.field}/${name}`));
  }

  /** What `read` gives, or null where the member is null. */
  orNull<Value>(name: string, read: (answer: AnswerReader) => Value): Value | null {
    return this.object[name] === null ? null : read(this);
  }

  /** An object's members, each read by `read`. */
  each<Value>(name: string, read: (member: AnswerReader) => Value): Readonly<Record<string, Value>> {
    const members = this.within(name, ({ object }) => Object.keys(object));
    return this.within(name, (book) =>
      Object.fromEntries(members.map((member) => [member, book.within(member, read)])),
    );
  }

  refusal(name: string, what: string): ClientError {
    const field = name === "" ? this.field : `${this.field}/${name}`;
    return clientFault(
      "CLIENT_ANSWER",
      `The node's answer is not as it should be: ${field === "" ? "it" : field} ${what}.`,
      {
        status: this.status,
      },
    );
  }

  private items(name: string): readonly JsonValue[] {
    const value = this.object[name];
    if (!isList(value)) throw this.refusal(name, "is no list");
    return value;
  }
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Codes are for programs: a node has its own, and none that this client gives itself. */
const nodeCode = /^(?!CLIENT_)[A-Z][A-Z0-9_]{1,63}$/;

/**
 * The problem that a node answered. Its texts are as the node wrote them: whoever shows them escapes them for the place.
 * @throws ClientError CLIENT_ANSWER if it is none, of another status than the answer's, or its code none of a node's
 */
export function readProblem(value: JsonValue, status: number): Problem {
  const answer = new AnswerReader(value, status);
  const [field, requestId] = [answer.textIfAny("field"), answer.textIfAny("requestId")];
  if (answer.count("status") !== status) throw answer.refusal("status", "is not that of the answer");
  const code = answer.text("code");
  if (!nodeCode.test(code)) throw answer.refusal("code", "is none of a node's");
  return {
    code,
    status,
    title: answer.text("title"),
    detail: answer.text("detail"),
    ...(field === undefined ? {} : { field }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(answer.has("line") ? { line: answer.count("line") } : {}),
    ...refusalIn(answer),
  };
}

/** A note that is none is left out: what the node refused is said by the code. */
function refusalIn(answer: AnswerReader): Pick<Problem, "refusal"> {
  const refusal = answer.withinIfAny("refusal");
  const [note, record] = [refusal?.textIfAny("note"), refusal?.textIfAny("record")];
  return note === undefined ? {} : { refusal: { note, ...(record === undefined ? {} : { record }) } };
}
