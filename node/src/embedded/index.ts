/** The single-operator chain for one machine: Ethereum's rules in one folder, JSON-RPC over HTTP and WebSocket. */
export { EmbeddedChain } from "./chain.ts";
export type { EmbeddedChainOptions } from "./chain.ts";
export type { ChainBlock, ChainLog, ChainReceipt } from "./block.ts";
export type { GenesisBalances } from "./genesis.ts";
export { serveEmbeddedChain } from "./server.ts";
export type { ServedChain, ServeOptions } from "./server.ts";
export { CLIENT_NAME, CLIENT_VERSION } from "./rpc/network-methods.ts";
export { ChainError } from "../chain-error.ts";
export type { ChainErrorCode } from "../chain-error.ts";
