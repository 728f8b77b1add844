import type { Deployment } from "@lianzheng/sdk/chain";
import { Grade, RegistryFactory, RightsFactory, SourceClass, Stage, TradesFactory } from "@lianzheng/sdk/contracts";
import type { RegistrationStruct, StepStruct } from "@lianzheng/sdk/contracts";
import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import { id, type TypedDataDomain, type Wallet } from "ethers";

const nobody = toHex(new Uint8Array(18));
const HOUR_S = 3600;

/** Opens a trade off the floor, of a resource that the seller registers for it. Answers with its id. */
export async function openTrade(deployment: Deployment, seller: Wallet, sellerId: Hex, buyer: Hex): Promise<Hex> {
  const { contracts } = deployment;
  const rights = RightsFactory.connect(contracts.rights.address, seller);
  const registry = RegistryFactory.connect(contracts.registry.address, seller);
  const trades = TradesFactory.connect(contracts.trades.address, seller);
  const from = now() - 60;
  const scope = { purposes: 1, territories: 1, from, until: from + 365 * 24 * HOUR_S, uses: 0, depth: 2 };
  await (await rights.registerResource(registration(), scope)).wait();
  const subject = await registry.subjectIdOf(sellerId, id("a"));
  const { right } = await registry.recordOf(subject);
  const terms = { salt: id("salt"), subject, right, buyer, venue: nobody, amount: id("1.00 CNY"), crossBorder: false };
  await (await trades.open(terms)).wait();
  return (await trades.tradeIdOf(sellerId, id("salt"))) as Hex;
}

/** Of general grade and without a venue, so that it is in force at once. */
function registration(): RegistrationStruct {
  const contents = [{ algorithm: 1, value: id("b") }];
  const { enterprise: source } = SourceClass;
  return { digest: id("a"), metadata: id("c"), grade: Grade.general, source, venue: nobody, contents };
}

/** Records a step that one side signs; an offer ends in an hour. */
export async function recordStep(
  deployment: Deployment,
  signer: Wallet,
  fields: Omit<StepStruct, "expires" | "deadline">,
): Promise<void> {
  const step = { ...fields, expires: fields.stage === Stage.offer ? now() + HOUR_S : 0, deadline: now() + HOUR_S };
  const signature = await signer.signTypedData(domainOf(deployment), stepTypes, step);
  const trades = TradesFactory.connect(deployment.contracts.trades.address, signer);
  await (await trades.record(step, [{ key: signer.address, signature }])).wait();
}

/** Ends a trade, as both sides sign it. */
export async function terminate(
  deployment: Deployment,
  sides: readonly [Wallet, Wallet],
  fields: { readonly tradeId: Hex; readonly evidence: Hex; readonly count: number },
): Promise<void> {
  const termination = { ...fields, reason: id("reason"), deadline: now() + HOUR_S };
  const signatures = await Promise.all(
    sides.map(async (side) => ({
      key: side.address,
      signature: await side.signTypedData(domainOf(deployment), terminationTypes, termination),
    })),
  );
  const trades = TradesFactory.connect(deployment.contracts.trades.address, sides[0]);
  await (await trades.terminate(termination, signatures)).wait();
}

function domainOf({ chainId, contracts }: Deployment): TypedDataDomain {
  return { name: "Lianzheng Trades", version: "1", chainId, verifyingContract: contracts.trades.address };
}

const now = (): number => Math.floor(Date.now() / 1000);

const stepTypes = {
  Step: [
    { name: "tradeId", type: "bytes32" },
    { name: "stage", type: "uint8" },
    { name: "evidence", type: "bytes32" },
    { name: "count", type: "uint64" },
    { name: "expires", type: "uint48" },
    { name: "deadline", type: "uint256" },
  ],
};

const terminationTypes = {
  Termination: [
    { name: "tradeId", type: "bytes32" },
    { name: "reason", type: "bytes32" },
    { name: "evidence", type: "bytes32" },
    { name: "count", type: "uint64" },
    { name: "deadline", type: "uint256" },
  ],
};
