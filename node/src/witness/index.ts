export { Witness } from "./witness.ts";
export type { WitnessAnswer, WitnessOptions } from "./witness.ts";
export { Witnesses } from "./witnesses.ts";
export type { WitnessPeer, WitnessState, WitnessesOptions } from "./witnesses.ts";
