import { usccCheckCharacter } from "@lianzheng/sdk/record";

/** A valid code for tests; `n` from 0 to 99999. */
export function testUscc(n: number): string {
  const first17 = `91460000MA5T${n.toString().padStart(5, "0")}`;
  return `${first17}${usccCheckCharacter(first17)}`;
}

/** The member whose log the tests anchor. */
export const owner = testUscc(1);
