/** Verification that asks again: evidence first, then what the chain and the log say of it now. */
export { httpChain, type ChainPort, type ChainPortOptions } from "./chain-port.ts";
export type { OnlineAnswer, OnlineFinding, OnlineSubject } from "./finding.ts";
export type { LogPort } from "./later-records.ts";
export { verifyOnline, type OnlineOptions, type OnlineVerdict } from "./verify-online.ts";
