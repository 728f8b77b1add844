import type { TypedDataDomain, TypedDataField } from "ethers";

/** What a struct that members sign consists of (EIP-712). */
export type TypedFields = Record<string, TypedDataField[]>;

/** A contract that checks such signatures, as ethers has it. */
interface Verifying {
  eip712Domain(): Promise<{ name: string; version: string; chainId: bigint; verifyingContract: string }>;
}

const fields = (list: string): TypedDataField[] =>
  list.split(",").map((field) => {
    const [type = "", name = ""] = field.split(" ");
    return { name, type };
  });

/** Acceptance of a granted right, as `IRights` has it. */
export const acceptanceFields: TypedFields = {
  Acceptance: fields("bytes18 granter,Grant grant,uint256 nonce,uint256 deadline"),
  Grant: fields("bytes32 base,bytes18 holder,uint8 kind,Scope scope,bytes32 document,bytes32 consent"),
  Scope: fields("uint64 purposes,uint64 territories,uint48 from,uint48 until,uint32 uses,uint8 depth"),
};

/** Steps of a trade, as `ITrades` has them. */
export const stepFields: TypedFields = {
  Step: fields("bytes32 tradeId,uint8 stage,bytes32 evidence,uint64 count,uint48 expires,uint256 deadline"),
};
export const filingFields: TypedFields = {
  Filing: fields("bytes32 tradeId,bytes18 venue,bytes18 side,bytes32 evidence,uint64 count,uint256 deadline"),
};
export const distributionFields: TypedFields = {
  Distribution: fields(
    "bytes32 tradeId,uint128 whole,Share[] shares,bytes32 previous,bytes32 grounds,bytes32 evidence,uint64 count,uint256 deadline",
  ),
  Share: fields("bytes18 member,uint128 amount"),
};

/** The domain of a contract's signatures, as it says itself. */
export async function domainOf(contract: Verifying): Promise<TypedDataDomain> {
  const { name, version, chainId, verifyingContract } = await contract.eip712Domain();
  return { name, version, chainId, verifyingContract };
}
