import { randomBytes } from "node:crypto";
import type { Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { commitmentsOf, prepareRecord, statementTypedData } from "@lianzheng/sdk/record";
import type { PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import type { Wallet } from "ethers";
import type { Role } from "./cast.ts";

/**
 * A record that its issuer signs before it leaves the house: whoever submits it cannot change a word of it.
 *
 * @param deployment - chain and Members contract for which the statement counts
 */
export async function signRecord(
  record: RecordInput,
  issuer: Role,
  key: Wallet,
  deployment: Deployment,
): Promise<PreparedRecord> {
  const prepared = prepareRecord(record, randomBytes(32));
  const { type, subject, occurredAt } = record;
  const commitments = commitmentsOf(prepared.disclosures);
  const statement = statementTypedData(
    { chainId: deployment.chainId, members: deployment.contracts.members.address },
    { type, subject, issuer: issuer.uscc, occurredAt, commitments },
  );
  const signature = (await key.signTypedData(statement.domain, statement.types, statement.message)) as Hex;
  return { ...prepared, issuer: issuer.uscc, statement: { key: key.address.toLowerCase() as Hex, signature } };
}
