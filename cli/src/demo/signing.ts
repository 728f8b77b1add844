import { randomBytes } from "node:crypto";
import type { Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { commitmentsOf, prepareRecord, statementTypedData } from "@lianzheng/sdk/record";
import type { PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import type { Wallet } from "ethers";
import type { Role, RoleName } from "./cast.ts";
import { cast } from "./cast.ts";
import type { Consortium } from "./consortium.ts";
import { submitOne } from "./venue.ts";
import type { Venue } from "./venue.ts";

/** Submits a record that its issuer signed to a venue's node, and answers with its id. */
export async function submitSigned(
  { ledger, keys }: Consortium,
  venue: Venue,
  issuer: RoleName,
  record: RecordInput,
): Promise<Hex> {
  return submitOne(venue, await signRecord(record, cast[issuer], keys[issuer], ledger.deployment));
}

/**
 * A record that its issuer signs before it leaves the house: whoever submits it cannot change a word of it.
 *
 * @param deployment - chain and Members contract for which the statement counts
 */
async function signRecord(
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
