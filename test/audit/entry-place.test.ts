import { placeOfEntry, SequenceBook, sampleOf } from "@lianzheng/sdk/audit";
import { decodeEntry } from "@lianzheng/sdk/record";
import { sha256, utf8 } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import fc from "fast-check";
import { makeRecords, owner, supplier, supplierKey } from "../evidence/fixture.ts";

/** Entries as they are, with and without a statement. */
const texts = makeRecords([
  { type: "trade.listing", issuer: supplier, key: supplierKey },
  { type: "trade.offer" },
  { type: "x-a.b", body: { one: "1" }, receivedAt: "2028-02-29T23:59:59.999Z" },
]).map(({ text }) => text);

const decoded = (text: string): unknown => {
  try {
    const { subject, sequence, previous } = decodeEntry(text);
    return { subject, sequence, previous };
  } catch {
    return undefined;
  }
};

describe("the place of an entry", () => {
  it("is what the whole reading of it says", () => {
    for (const text of texts) expect(placeOfEntry(text)).to.deep.equal(decoded(text)).and.not.equal(undefined);
  });

  it("is found in nothing that is no entry: by one changed character, or a piece put in or taken out", () => {
    const characters = fc.constantFrom(...Array.from('0123456789abcdefxZAz"{}[],:-_.T+ é\0'));
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(3), characters, (text, where, length, put) => {
        const at = where % text.length;
        const changed = text.slice(0, at) + put + text.slice(at + length);
        const expected = decoded(changed);
        if (expected === undefined) refused += 1;
        expect(placeOfEntry(changed)).to.deep.equal(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(refused).to.be.greaterThan(1_000);
  });

  const wrong: readonly (readonly [string, (text: string) => string])[] = [
    ["a day that does not exist", (text) => text.replace(/"receivedAt":"[^T]*/, '"receivedAt":"2027-02-29')],
    ["an hour that does not exist", (text) => text.replace(/T[0-9:.]*Z/, "T24:00:00.000Z")],
    ["a wrong check character", (text) => text.replace(/"issuer":"(.{17})./, '"issuer":"$10')],
    ["commitments in another order", (text) => text.replace(/("[^"]{43}"),("[^"]{43}")/, "$2,$1")],
    ["a commitment twice", (text) => text.replace(/("[^"]{43}"),"[^"]{43}"/, "$1,$1")],
    [
      "a first entry that names one before it",
      (text) => text.replace('"previous":null', `"previous":"0x${"ab".repeat(32)}"`),
    ],
    [
      "a signature with high s",
      (text) => text.replace(/(signature":"0x[0-9a-f]{64})[0-9a-f]{64}/, `$1${"f".repeat(64)}`),
    ],
    ["a sequence beyond 2^53", (text) => text.replace('"sequence":0', '"sequence":9999999999999999')],
  ];
  for (const [what, change] of wrong) {
    it(`is not found where there is ${what}`, () => {
      const changed = change(texts[0]!);
      expect(changed).to.not.equal(texts[0]);
      expect(decoded(changed)).to.equal(undefined);
      expect(placeOfEntry(changed)).to.equal(undefined);
    });
  }
  it("has its cases", () => expect([wrong.length, owner.length]).to.deep.equal([8, 18]));
});

describe("the book of sequences", () => {
  it("finds exactly what was taken out of, or put twice into, sequences that grew together", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4), { minLength: 2, maxLength: 40 }),
        fc.nat(),
        fc.boolean(),
        (subjects, where, twice) => {
          const counts = new Map<number, number>();
          const rows = subjects.map((subject) => {
            const sequence = counts.get(subject) ?? 0;
            counts.set(subject, sequence + 1);
            return { subject: String(subject), sequence, id: `${subject}/${sequence}` };
          });
          const before = (row: (typeof rows)[number]): string | null =>
            row.sequence === 0 ? null : `${row.subject}/${row.sequence - 1}`;
          const faults = (given: typeof rows): readonly string[] => {
            const book = new SequenceBook();
            return given.flatMap((row) => book.add(row.subject, row.sequence, row.id, before(row))?.code ?? []);
          };
          expect(faults(rows)).to.deep.equal([]);
          const at = where % rows.length;
          const victim = rows[at]!;
          if (twice)
            expect(faults([...rows.slice(0, at + 1), ...rows.slice(at)])).to.deep.equal(["AUDIT_SEQUENCE_TWICE"]);
          else {
            const hasLater = rows.slice(at + 1).some(({ subject }) => subject === victim.subject);
            expect(faults(rows.filter((row) => row !== victim))).to.deep.equal(hasLater ? ["AUDIT_SEQUENCE_GAP"] : []);
          }
        },
      ),
    );
  });
});

describe("the sample of an audit", () => {
  const root = sha256(utf8("root"));

  it("is the same for whoever draws it, without one twice, and another for another root", () => {
    const drawn = sampleOf(root, 1_000_000, 500);
    expect(drawn).to.deep.equal(sampleOf(root, 1_000_000, 500));
    expect(new Set(drawn).size).to.equal(500);
    expect(drawn.every((index, at) => index < 1_000_000 && (at === 0 || index > drawn[at - 1]!))).to.equal(true);
    expect(sampleOf(sha256(utf8("other")), 1_000_000, 500)).to.not.deep.equal(drawn);
    expect(sampleOf(root, 3, 25)).to.deep.equal([0, 1, 2]);
    expect(sampleOf(root, 0, 25)).to.deep.equal([]);
  });
});
