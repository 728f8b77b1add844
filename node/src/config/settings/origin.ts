/** Whether `text` may name a log: a schema-less URL as C2SP tlog-checkpoint asks, of which a note's key name is made. */
export function isOrigin(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/.test(text);
}
