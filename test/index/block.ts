/** LevelDB's table format, as far as a test needs it that damages a block: doc/table_format.md of LevelDB. */

const footerBytes = 48;

/** Makes the keys of the first block's restart points too short to be keys: whoever looks for a key in it meets one. */
export function shortenKeys(table: Buffer): void {
  const footer = reader(table, table.length - footerBytes);
  footer.number();
  footer.number();
  // The index block's first entry: no shared bytes, a key, and as its value where the first block is.
  const index = reader(table, footer.number());
  const [, keyLength] = [index.number(), index.number(), index.number()];
  index.skip(keyLength);
  const [offset, size] = [index.number(), index.number()];
  const end = offset + size;
  const restarts = table.readUInt32LE(end - 4);
  for (let at = 0; at < restarts; at += 1) {
    const entry = offset + table.readUInt32LE(end - 4 * (restarts + 1 - at));
    // Shared, not shared, length of the value: each in one byte here.
    table[entry + 1] = 3;
  }
}

function reader(bytes: Buffer, start: number): { number: () => number; skip: (count: number) => void } {
  let at = start;
  const number = (): number => {
    for (let [value, unit] = [0, 1]; ; unit *= 128) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  return { number, skip: (count) => (at += count) };
}
