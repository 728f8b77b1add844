import { randomFillSync } from "node:crypto";

/** Bytes of a salt. RFC 9901 section 9.3 asks for 16; 18 are 24 whole letters of base64url. */
const saltBytes = 18;
const saltLetters = 24;
/** Salts in one draw: the system is asked for randomness once for many records, not once for each. */
const saltsInDraw = 512;

/**
 * A source of random salts, each given out once.
 *
 * A record that comes unprepared gets salts that nobody can make again, so nobody needs to keep what they were made of.
 */
export function createSalts(): () => string {
  const bytes = Buffer.alloc(saltBytes * saltsInDraw);
  let letters = "";
  let at = 0;
  return () => {
    if (at === letters.length) {
      letters = randomFillSync(bytes).toString("base64url");
      bytes.fill(0);
      at = 0;
    }
    at += saltLetters;
    return letters.slice(at - saltLetters, at);
  };
}
