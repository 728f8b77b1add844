// The mutants of all rooms: one line of a contract broken, and the tests that must notice.
import { attestationMutants } from "./attestation.ts";
import { caseMutants } from "./cases.ts";
import { evidenceMutants } from "./evidence.ts";
import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [...evidenceMutants, ...attestationMutants, ...caseMutants];
