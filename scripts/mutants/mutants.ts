// The mutants of all rooms: one line of a contract broken, and the tests that must notice.
import { attestationMutants } from "./attestation.ts";
import { caseMutants } from "./cases.ts";
import { consentMutants } from "./consents.ts";
import { councilMutants } from "./council.ts";
import { directoryMutants } from "./directory.ts";
import { emergencyMutants } from "./emergency.ts";
import { evidenceMutants } from "./evidence.ts";
import { memberMutants } from "./members.ts";
import { policyMutants } from "./policies.ts";
import { registryMutants } from "./registry.ts";
import { rightMutants } from "./rights.ts";
import { tradeMutants } from "./trades.ts";
import { validatorMutants } from "./validators.ts";
import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  ...memberMutants,
  ...councilMutants,
  ...caseMutants,
  ...emergencyMutants,
  ...directoryMutants,
  ...validatorMutants,
  ...policyMutants,
  ...registryMutants,
  ...consentMutants,
  ...rightMutants,
  ...tradeMutants,
  ...attestationMutants,
  ...evidenceMutants,
];
