/** Puts the contracts on a chain, keeps the address book, brings members and logs onto it. */
export { readDeployment, writeDeployment, writeWhole } from "./address-book.ts";
export { chainIdentity, rpcOf, type JsonRpc } from "./chain.ts";
export { patient } from "./patience.ts";
export { connectChain } from "./connect.ts";
export { checkDeployment } from "./check.ts";
export { foundingDigest, type Council, type CouncilSeat } from "./council.ts";
export { deployContracts, type DeploymentDraft, type DeploymentProgress } from "./deploy.ts";
export {
  admissionOf,
  applyMember,
  registerLog,
  type Application,
  type Applied,
  type RegisteredLog,
} from "./onboarding.ts";
export { castVote, supportMotion, type CouncilCall, type Motion, type Voted } from "./votes.ts";
