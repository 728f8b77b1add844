// `node scripts/vectors.ts`: writes test/vectors/*.json. With `--check` it writes nothing and fails where a file differs.
//
// What stands here was copied from a standard, or is a second, naive implementation after its text: recursive trees, JSON
// built by hand, node:crypto. It must never import the sdk: a vector made by the code under test tests nothing.
import { createHash, createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TypedDataEncoder, Wallet } from "ethers";

const folder = join(import.meta.dirname, "../test/vectors");
const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
const hash = (...parts: readonly Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();

// --- RFC 6962 section 2.1, word for word -------------------------------------------------------------------------

/** k: the largest power of two smaller than n. */
function split(n: number): number {
  return 2 ** Math.floor(Math.log2(n - 1));
}

/** The leaf hash of an entry. */
export function naiveLeaf(entry: Uint8Array): Uint8Array {
  return hash(Buffer.from([0]), entry);
}

/** MTH(D[n]) over leaf hashes. */
export function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return hash();
  if (leaves.length === 1) return only;
  const k = split(leaves.length);
  return hash(Buffer.from([1]), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** PATH(m, D[n]) over leaf hashes. */
export function naivePath(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...naivePath(m, left), naiveRoot(right)] : [...naivePath(m - k, right), naiveRoot(left)];
}

/** PROOF(m, D[n]) over leaf hashes, 0 < m < n. */
export function naiveProof(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  return subproof(m, leaves, true);
}

function subproof(m: number, leaves: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k ? [...subproof(m, left, whole), naiveRoot(right)] : [...subproof(m - k, right, false), naiveRoot(left)];
}

// The leaves of certificate transparency's own tests, then more of ours.
const classic = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const entries = [
  ...classic.map((text) => Buffer.from(text, "hex")),
  ...Array.from({ length: 9 }, (_, at) => Buffer.from(`entry ${at + 8}`)),
];

function merkle(): object {
  const leaves = entries.map(naiveLeaf);
  const sizes = leaves.map((_, at) => at + 1);
  return {
    source:
      "RFC 6962 section 2.1 as a recursion over node:crypto; entries 0 to 7 are those of certificate transparency's tests, " +
      "whose size-8 root is 5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    entries: entries.map(hex),
    leaves: leaves.map(hex),
    roots: [0, ...sizes].map((size) => hex(naiveRoot(leaves.slice(0, size)))),
    inclusion: sizes.flatMap((size) =>
      sizes.slice(0, size).map((_, index) => ({
        index,
        size,
        path: naivePath(index, leaves.slice(0, size)).map(hex),
      })),
    ),
    consistency: sizes.flatMap((to) =>
      sizes.slice(0, to).map((from) => ({ from, to, proof: naiveProof(from, leaves.slice(0, to)).map(hex) })),
    ),
  };
}

// --- standards' own examples ---------------------------------------------------------------------------------------

function encoding(): object {
  return {
    source:
      "RFC 4648 section 10; FIPS 180-4 examples; Keccak-256 as in Ethereum's yellow paper; RFC 4231 cases 1 and 2",
    base64: [
      ["", ""],
      ["f", "Zg=="],
      ["fo", "Zm8="],
      ["foo", "Zm9v"],
      ["foob", "Zm9vYg=="],
      ["fooba", "Zm9vYmE="],
      ["foobar", "Zm9vYmFy"],
    ],
    sha256: [
      ["", "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
      ["abc", "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      [
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "0x248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      ],
    ],
    keccak256: [
      ["", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"],
      ["abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
    ],
    hmacSha256: [
      [
        "0x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "Hi There",
        "0xb0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      ],
      [
        "0x4a656665",
        "what do ya want for nothing?",
        "0x5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      ],
    ],
  };
}

function canonicalJson(): object {
  return {
    source: "RFC 8785 section 3.2.2 to 3.2.4 (input, its canonical bytes), section 3.2.3 (order), appendix B (numbers)",
    input:
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    canonicalBytes:
      "0x7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a" +
      "5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d" +
      "2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d",
    orderInput:
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",' +
      '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
    order: [
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ],
    numbers: [
      ["0000000000000000", "0"],
      ["8000000000000000", "0"],
      ["0000000000000001", "5e-324"],
      ["8000000000000001", "-5e-324"],
      ["7fefffffffffffff", "1.7976931348623157e+308"],
      ["ffefffffffffffff", "-1.7976931348623157e+308"],
      ["4340000000000000", "9007199254740992"],
      ["c340000000000000", "-9007199254740992"],
      ["4430000000000000", "295147905179352830000"],
      ["7fffffffffffffff", null],
      ["7ff0000000000000", null],
      ["44b52d02c7e14af5", "9.999999999999997e+22"],
      ["44b52d02c7e14af6", "1e+23"],
      ["44b52d02c7e14af7", "1.0000000000000001e+23"],
      ["444b1ae4d6e2ef4e", "999999999999999700000"],
      ["444b1ae4d6e2ef4f", "999999999999999900000"],
      ["444b1ae4d6e2ef50", "1e+21"],
      ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
      ["3eb0c6f7a0b5ed8d", "0.000001"],
      ["41b3de4355555553", "333333333.3333332"],
      ["41b3de4355555554", "333333333.33333325"],
      ["41b3de4355555555", "333333333.3333333"],
      ["41b3de4355555556", "333333333.3333334"],
      ["41b3de4355555557", "333333333.33333343"],
      ["becbf647612f3696", "-0.0000033333333333333333"],
      ["43143ff3c1cb0959", "1424953923781206.2"],
    ],
  };
}

function uscc(): object {
  return {
    source:
      "GB 32100-2015: its own example (the first) and codes that companies publish; the last two lists are made from them",
    valid: [
      "91350100M000100Y43",
      "9144030071526726XG",
      "914403001922038216",
      "91330100799655058B",
      "91330100716105852F",
      "91110000802100433B",
      "91310000775785552L",
    ],
    wrongCheckCharacter: ["91350100M000100Y44", "9144030071526726XH", "91440300192203821X", "914403001922038261"],
    wrongForm: [
      "",
      "91350100M000100Y4",
      "91350100M000100Y433",
      "91350100m000100y43",
      "9135010OM000100Y43",
      "91350100I000100Y43",
      "9135A100M000100Y43",
      "91350100M000100Y4\u0663",
      " 91350100M000100Y4",
    ],
  };
}

function selectiveDisclosure(): object {
  return {
    source: "RFC 9901 sections 4.2.1 (three texts of one disclosure), 4.2.2 and 4.2.3",
    digests: [
      [
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
      ],
      ["WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0", "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"],
    ],
    content: { salt: "_26bc4LT-ac6q2KI6cBW5es", name: "family_name", value: "Möbius" },
    canonical: "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd",
    notCanonical: [
      "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
      "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNXHUwMGY2Yml1cyJd",
      "WwoiXzI2YmM0TFQtYWM2cTJLSTZjQlc1ZXMiLAoiZmFtaWx5X25hbWUiLAoiTcO2Yml1cyIKXQ",
    ],
  };
}

function notes(): object {
  return {
    source:
      "the example of Go's package golang.org/x/mod/sumdb/note; a checkpoint of the Go checksum database (sum.golang.org), " +
      "whose key stands in the Go tools and whose body is the example of C2SP tlog-checkpoint",
    notes: [
      {
        key: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        name: "PeterNeumann",
        keyId: 0xc74f20a3,
        text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
        note:
          "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
          "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
      },
      {
        key: "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        name: "sum.golang.org",
        keyId: 0x033de0ae,
        text: "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        note:
          "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
          "— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n",
      },
    ],
  };
}

function tiles(): object {
  return {
    source: "C2SP tlog-tiles, Merkle Tree and Partial Tiles: its example of a path and of a tree of 70,000 leaves",
    paths: [
      ["tile/0/x001/x234/067", { kind: "hashes", level: 0, index: 1234067, width: 256 }],
      ["tile/0/273.p/112", { kind: "hashes", level: 0, index: 273, width: 112 }],
      ["tile/1/001.p/17", { kind: "hashes", level: 1, index: 1, width: 17 }],
      ["tile/2/000.p/1", { kind: "hashes", level: 2, index: 0, width: 1 }],
      ["tile/entries/x001/x234/067", { kind: "entries", index: 1234067, width: 256 }],
      ["tile/entries/000.p/255", { kind: "entries", index: 0, width: 255 }],
    ],
    size: 70000,
    full: [273, 1, 0],
    partialWidth: [112, 17, 1],
  };
}

// --- a record's whole way, by hand ----------------------------------------------------------------------------------

/** A record whose members are in canonical order already, so JSON.stringify of each is its JCS form. */
const record = {
  type: "trade.contract",
  subject: "trade:0x4c",
  occurredAt: "2026-11-22T09:14:05.120Z",
  body: { currency: "CNY", price: "128000.00", 品名: { 数量: 3, 单位: "TB" } },
  parties: [{ member: "91350100M000100Y43", role: "seller" }],
  attachments: { "contract.pdf": { "sha-256": hex(hash(Buffer.from("contract"))) } },
};
const seed = hash(Buffer.from("seed of the vector"));
const issuer = "91350100M000100Y43";
const receivedAt = "2026-11-22T09:14:06.000Z";

function naiveDisclosure(name: string, value: unknown): string {
  const salt = createHmac("sha256", seed).update(name, "utf8").digest("base64url");
  return Buffer.from(JSON.stringify([salt, name, value]), "utf8").toString("base64url");
}

/** 单位 (U+5355) sorts before 数量 (U+6570). */
const sortedGoods = { 单位: "TB", 数量: 3 };
const disclosures = [
  naiveDisclosure("currency", "CNY"),
  naiveDisclosure("price", "128000.00"),
  naiveDisclosure("品名", sortedGoods),
  naiveDisclosure("parties", record.parties),
  naiveDisclosure("attachments", record.attachments),
];
const commitments = disclosures.map((text) => createHash("sha256").update(text, "ascii").digest("base64url")).sort();

async function records(): Promise<object> {
  const domain = { chainId: 20260, members: "0x00000000000000000000000000000000000000aa" };
  const wallet = new Wallet(hex(hash(Buffer.from("issuer's key of the vector"))));
  const typedDomain = {
    name: "Lianzheng Statement",
    version: "1",
    chainId: domain.chainId,
    verifyingContract: domain.members,
  };
  const types = {
    Statement: [
      { name: "type", type: "string" },
      { name: "subject", type: "string" },
      { name: "issuer", type: "string" },
      { name: "occurredAt", type: "string" },
      { name: "commitments", type: "bytes32[]" },
    ],
  };
  const message = {
    type: record.type,
    subject: record.subject,
    issuer,
    occurredAt: record.occurredAt,
    commitments: commitments.map((text) => hex(Buffer.from(text, "base64url"))),
  };
  const statement = {
    key: wallet.address.toLowerCase(),
    signature: await wallet.signTypedData(typedDomain, types, message),
  };
  const entry =
    `{"commitments":${JSON.stringify(commitments)},"issuer":"${issuer}","occurredAt":"${record.occurredAt}",` +
    `"previous":null,"receivedAt":"${receivedAt}","sequence":0,"statement":{"key":"${statement.key}",` +
    `"signature":"${statement.signature}"},"subject":"${record.subject}","type":"${record.type}","version":1}`;
  return {
    source: "formats.md sections 3 to 6 by hand: node:crypto, JSON.stringify of values in order, ethers' typed data",
    record,
    seed: hex(seed),
    disclosures,
    commitments,
    domain,
    digest: TypedDataEncoder.hash(typedDomain, types, message),
    statement,
    issuer,
    receivedAt,
    entry,
    leaf: hex(naiveLeaf(Buffer.from(entry))),
  };
}

// ---------------------------------------------------------------------------------------------------------------------

/** The whole of test/vectors, by file name. */
async function vectors(): Promise<Readonly<Record<string, object>>> {
  return {
    "encoding.json": encoding(),
    "canonical-json.json": canonicalJson(),
    "uscc.json": uscc(),
    "sd-jwt.json": selectiveDisclosure(),
    "notes.json": notes(),
    "tiles.json": tiles(),
    "merkle.json": merkle(),
    "record.json": await records(),
  };
}

async function main(check: boolean): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const stale: string[] = [];
  for (const [name, content] of Object.entries(await vectors())) {
    const text = `${JSON.stringify(content, undefined, 1)}\n`;
    if (!check) writeFileSync(join(folder, name), text);
    else if (readFileSync(join(folder, name), "utf8") !== text) stale.push(name);
  }
  if (stale.length > 0) throw new Error(`these vectors are not what scripts/vectors.ts makes: ${stale.join(", ")}`);
}

if (import.meta.main) await main(process.argv.includes("--check"));
