/** Changes to a bundle, each drawn by chance. What comes out need not differ in meaning, and need not be JSON. */
import { decodeRlp, encodeRlp, type RlpStructuredDataish } from "ethers";
import { fromBase64Url, toBase64Url, utf8 } from "@lianzheng/sdk/encoding";
import { encodeBundle } from "@lianzheng/sdk/evidence";
import type { Base } from "./bases.ts";
import type { Chance } from "./random.ts";

type Tree = null | boolean | number | string | Tree[] | { [name: string]: Tree };
type Holder = Tree[] | Record<string, Tree>;

/** A place in a tree: what holds it, and its name or number there. */
interface Place {
  readonly holder: Holder;
  readonly name: string;
  readonly path: string;
  readonly value: Tree;
}

const treeOf = ({ bundle }: Base): Record<string, Tree> => JSON.parse(encodeBundle(bundle)) as Record<string, Tree>;

function placesIn(holder: Tree, path = ""): readonly Place[] {
  if (typeof holder !== "object" || holder === null) return [];
  return Object.entries(holder).flatMap(([name, value]) => {
    const here = `${path}/${Array.isArray(holder) ? "*" : name}`;
    return [{ holder, name, path: here, value }, ...placesIn(value, here)];
  });
}

const put = ({ holder, name }: Place, value: Tree): void => {
  (holder as Record<string, Tree>)[name] = value;
};

/** Places of this sort, drawn by their path first: a thousand nodes of a trie don't outweigh one seal. */
function drawn(chance: Chance, root: Tree, fits: (place: Place) => boolean): Place | undefined {
  const found = placesIn(root).filter(fits);
  if (found.length === 0) return undefined;
  const path = chance.pick([...new Set(found.map((place) => place.path))]);
  return chance.pick(found.filter((place) => place.path === path));
}

const isText = ({ value }: Place): boolean => typeof value === "string";
const isHex = ({ value }: Place): boolean => typeof value === "string" && value.startsWith("0x") && value.length > 2;
const isList = ({ value }: Place): boolean => Array.isArray(value) && value.length > 0;

function replacedAt(text: string, at: number, by: string, taken = 1): string {
  return text.slice(0, at) + by + text.slice(at + taken);
}

const hexDigits = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
const strange: readonly Tree[] = [
  ...[null, true, false, 0, 1, -1, 0.5, 2 ** 53 - 1, 2 ** 53, 1e300, "", "1", "0x", "0x00", "A", "\u0000"],
  ...[[], {}, [[]], { a: 1 }],
];

type Change = (chance: Chance, root: Record<string, Tree>, others: readonly Base[]) => void;

const nibble: Change = (chance, root) => {
  const place = drawn(chance, root, isHex);
  if (place === undefined) return;
  const text = place.value as string;
  put(place, replacedAt(text, 2 + chance.below(text.length - 2), chance.pick([...hexDigits, "A", "g"])));
};

const character: Change = (chance, root) => {
  const place = drawn(chance, root, isText);
  if (place === undefined || place.value === "") return;
  const text = place.value as string;
  const by = chance.pick(["", "0", "1", "a", "Z", "=", "\n", " ", "\u2014", "é", "+", "/", "\r", "\u0000", "-"]);
  put(place, replacedAt(text, chance.below(text.length), by, chance.below(2)));
};

const lines: Change = (chance, root) => {
  const place = drawn(chance, root, ({ path }) => path.endsWith("/proof"));
  if (place === undefined) return;
  const all = (place.value as string).split("\n");
  const at = chance.below(all.length);
  const other = chance.below(all.length);
  const line = all[at]!;
  const changed = chance.below(6);
  if (changed === 0) all.splice(at, 1);
  else if (changed === 1) all.splice(at, 0, line);
  else if (changed === 2) [all[at], all[other]] = [all[other]!, line];
  else if (changed === 3)
    all.splice(at, 0, chance.pick(["", "extra AAAA", "extra", "index 1", "index 01", "x", "\u2014 a AAAAAA=="]));
  else if (changed === 4)
    all[at] = line.replace(/[0-9]+$/, (digits) => String(Number(digits) + chance.pick([1, -1, 5, 2 ** 53])));
  else all[at] = line.replace(/@v1$/, "@v2").concat(chance.pick(["", " ", "="]));
  put(place, all.join("\n"));
};

const absent: Change = (chance, root) => {
  const place = drawn(chance, root, () => true);
  if (place === undefined) return;
  if (Array.isArray(place.holder)) place.holder.splice(Number(place.name), 1);
  else Reflect.deleteProperty(place.holder, place.name);
};

const stranger: Change = (chance, root) => {
  const place = drawn(
    chance,
    root,
    ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
  );
  const name = chance.pick(["extra", "Version", "__proto__", "then", "headers", "timestamps", "account", "steps", ""]);
  const holder = chance.once(4) || place === undefined ? root : (place.value as Record<string, Tree>);
  Object.defineProperty(holder, name, {
    value: structuredClone(chance.pick(strange)),
    enumerable: true,
    configurable: true,
    writable: true,
  });
};

const typed: Change = (chance, root) => {
  const place = drawn(chance, root, () => true);
  if (place !== undefined) put(place, structuredClone(chance.pick(strange)));
};

const numbered: Change = (chance, root) => {
  const place = drawn(chance, root, ({ value }) => typeof value === "number");
  if (place !== undefined)
    put(place, (place.value as number) + chance.pick([1, -1, 2, 256, 2 ** 53, 0.5, -(place.value as number)]));
};

const ordered: Change = (chance, root) => {
  const place = drawn(chance, root, isList);
  if (place === undefined) return;
  const list = place.value as Tree[];
  const [one, other] = [chance.below(list.length), chance.below(list.length)];
  if (chance.once(3)) list.reverse();
  else [list[one], list[other]] = [list[other]!, list[one]!];
};

const sized: Change = (chance, root) => {
  const place = drawn(chance, root, isList);
  if (place === undefined) return;
  const list = place.value as Tree[];
  const one = list[chance.below(list.length)]!;
  const changed = chance.below(4);
  if (changed === 0) list.pop();
  else if (changed === 1) list.push(structuredClone(one));
  else if (changed === 2) list.splice(0, list.length);
  else list.unshift(structuredClone(one));
};

const swapped: Change = (chance, root, others) => {
  const other = treeOf(chance.pick(others));
  for (let count = 1 + chance.below(3); count > 0; count--) {
    const place = drawn(chance, root, () => true);
    const same = place && drawn(chance, other, ({ path }) => path === place.path);
    if (place !== undefined && same !== undefined) put(place, structuredClone(same.value));
  }
};

const moved: Change = (chance, root) => {
  const place = drawn(chance, root, () => true);
  const same = place && drawn(chance, root, ({ value }) => typeof value === typeof place.value);
  if (place !== undefined && same !== undefined) put(place, structuredClone(same.value));
};

/** Changes inside of the entry's or a disclosure's own JSON, put back in a form that could be canonical. */
const inside: Change = (chance, root) => {
  const place = drawn(chance, root, ({ path }) => path.endsWith("/entry") || path.endsWith("/disclosures/*"));
  if (place === undefined) return;
  const isEntry = place.path.endsWith("/entry");
  const text = isEntry ? (place.value as string) : new TextDecoder().decode(fromBase64Url(place.value));
  const tree = JSON.parse(text) as Record<string, Tree>;
  chance.pick([character, nibble, typed, numbered, ordered, sized, absent, stranger, moved])(chance, tree, []);
  const again = JSON.stringify(tree);
  put(place, isEntry ? again : toBase64Url(utf8(again)));
};

/** Changes to one item of an RLP, which stays well-formed. */
const rlp: Change = (chance, root) => {
  const place = drawn(chance, root, ({ path }) =>
    /(header|headers\/\*|receiptProof\/\*|account\/\*|storage\/\*)$/.test(path),
  );
  if (place === undefined) return;
  const tree = decodeRlp(place.value as string) as Tree;
  const item = drawn(chance, tree, () => true);
  if (item === undefined) return;
  const bytes = typeof item.value === "string" ? item.value : "0x";
  const changed = chance.below(6);
  if (changed === 0) put(item, "0x");
  else if (changed === 1) put(item, `${bytes}00`);
  else if (changed === 2) put(item, `0x00${bytes.slice(2)}`);
  else if (changed === 3) put(item, [item.value]);
  else if (changed === 4 && Array.isArray(item.holder)) item.holder.push(structuredClone(item.value));
  else
    put(
      item,
      chance.pick(["0x01", `0x${"11".repeat(20)}`, `0x${"22".repeat(32)}`, bytes.slice(0, 2 * chance.below(20) + 2)]),
    );
  put(place, encodeRlp(tree as RlpStructuredDataish));
};

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The same signature with `s` in the other half, or another `v`. */
const malleated: Change = (chance, root) => {
  const place = drawn(chance, root, ({ path }) => path.endsWith("/entry") || path.endsWith("/header"));
  if (place === undefined) return;
  const text = place.value as string;
  const found = [...text.matchAll(/"signature":"0x([0-9a-f]{130})"|b861[0-9a-f]{64}([0-9a-f]{130})/g)].at(-1);
  const signature = found?.[1] ?? found?.[2];
  if (signature === undefined) return;
  const s = BigInt(`0x${signature.slice(64, 128)}`);
  const high = (order - s).toString(16).padStart(64, "0");
  const v = (Number(`0x${signature.slice(128)}`) ^ 1).toString(16).padStart(2, "0");
  const changed = chance.pick([
    high + v,
    high + signature.slice(128),
    signature.slice(64, 128) + v,
    `${signature.slice(64, 128)}1f`,
  ]);
  put(place, text.replace(signature, signature.slice(0, 64) + changed));
};

const trees: readonly (readonly [string, Change])[] = [
  ...([
    ["nibble", nibble],
    ["character", character],
    ["lines", lines],
    ["absent", absent],
  ] as const),
  ...([
    ["stranger", stranger],
    ["typed", typed],
    ["numbered", numbered],
    ["ordered", ordered],
  ] as const),
  ...([
    ["sized", sized],
    ["swapped", swapped],
    ["moved", moved],
    ["inside", inside],
  ] as const),
  ...([
    ["rlp", rlp],
    ["malleated", malleated],
  ] as const),
];

type TextChange = (chance: Chance, text: string) => Uint8Array;

const byte: TextChange = (chance, text) => {
  const bytes = utf8(text);
  const at = chance.below(bytes.length);
  const changed = chance.below(4);
  if (changed === 0) return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
  if (changed === 1) return bytes.slice(0, at);
  bytes[at] = changed === 2 ? bytes[at]! ^ (1 << chance.below(8)) : chance.below(256);
  return bytes;
};

/** A member stands twice; the second may have another value, or an escape in its name. */
const twice: TextChange = (chance, text) => {
  const members = [...text.matchAll(/"([a-zA-Z]+)":/g)];
  const { 1: name, index } = chance.pick(members);
  const escaped = chance.once(2) ? name! : `\\u00${name!.charCodeAt(0).toString(16)}${name!.slice(1)}`;
  return utf8(`${text.slice(0, index)}"${escaped}":${chance.pick(["null", "1", '""', "{}"])},${text.slice(index)}`);
};

/** Numbers and texts written in other ways, some of which say the same. */
const spelled: TextChange = (chance, text) => {
  const numbers = [...text.matchAll(/:(\d+)(?=[,}])/g)];
  const { 1: digits, index } = chance.pick(numbers);
  const other = chance.pick([
    `${digits}.0`,
    `${digits}e0`,
    `0${digits}`,
    `+${digits}`,
    `${digits}.`,
    `-${digits}`,
    `${digits}0e-1`,
    `"${digits}"`,
    `${digits}.00000000000000000001`,
    "NaN",
    "1e999",
    "9007199254740993",
  ]);
  return utf8(`${text.slice(0, index + 1)}${other}${text.slice(index + 1 + digits!.length)}`);
};

const around: TextChange = (chance, text) =>
  utf8(
    chance.pick(["\ufeff", "", " ", "\n", "[", "\u00a0"]) +
      text +
      chance.pick(["", " ", "\n\n", "x", "{}", "\u0000", ","]),
  );

const textChanges: readonly (readonly [string, TextChange])[] = [
  ["byte", byte],
  ["twice", twice],
  ["spelled", spelled],
  ["around", around],
];

export const kinds: readonly string[] = [...trees, ...textChanges].map(([name]) => name);

export interface Mutated {
  readonly kind: string;
  readonly bytes: Uint8Array;
}

/** A bundle of the base with one kind of change made to it, one to three times. */
export function mutate(chance: Chance, base: Base, others: readonly Base[]): Mutated {
  if (chance.once(5)) {
    const [kind, change] = chance.pick(textChanges);
    return { kind, bytes: change(chance, encodeBundle(base.bundle)) };
  }
  const [kind, change] = chance.pick(trees);
  const root = treeOf(base);
  for (let count = chance.once(4) ? 1 + chance.below(3) : 1; count > 0; count--) change(chance, root, others);
  return { kind, bytes: utf8(JSON.stringify(root)) };
}
