import { expect } from "chai";
import { Wallet } from "ethers";
import { readNodeFolder } from "@lianzheng/node/config";
import type { Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { commitmentsOf, prepareRecord, statementTypedData } from "@lianzheng/sdk/record";
import type { PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import { callerOf, init, owner, recordOf, withFolder, withNode } from "./fixture.ts";

/** The record as its issuer signs it at home. */
async function signed({ chainId, contracts }: Deployment, wallet: Wallet, issuer: string): Promise<PreparedRecord> {
  const record = recordOf("thing:1") as unknown as RecordInput;
  const { type, subject, occurredAt, disclosures } = prepareRecord(record, new Uint8Array(32).fill(7));
  const fields = { type, subject, issuer, occurredAt, commitments: commitmentsOf(disclosures) };
  const { domain, types, message } = statementTypedData({ chainId, members: contracts.members.address }, fields);
  const signature = (await wallet.signTypedData(domain, types, message)) as Hex;
  return {
    type,
    subject,
    occurredAt,
    issuer,
    disclosures,
    statement: { key: wallet.address.toLowerCase() as Hex, signature },
  };
}

async function problemOf(response: Response): Promise<{ code: string; field: string; status: number }> {
  return (await response.json()) as { code: string; field: string; status: number };
}

describe("a statement", () => {
  it("counts when the Members contract knows its key as the issuer's, and else not", () =>
    withFolder(async (folder) => {
      const made = await init(folder);
      const { memberKey } = await readNodeFolder(folder, {});
      const own = new Wallet(memberKey.privateKey);
      const stranger = new Wallet(`0x${"5".repeat(64)}`);
      await withNode(folder, async (node) => {
        const { submit } = callerOf(node, made.adminToken);
        expect((await submit(await signed(node.deployment, own, owner), "own")).status).to.equal(201);
        const refused = [
          await submit(await signed(node.deployment, stranger, owner), "stranger"),
          await submit(await signed(node.deployment, own, "91460000MA5T00024T"), "other-member"),
        ];
        for (const response of refused) {
          const expected = { code: "E_MEMBER_MISMATCH", field: "/statement/key", status: 403 };
          expect(await problemOf(response)).to.deep.include(expected);
        }
        const elsewhere = { ...node.deployment, chainId: node.deployment.chainId + 1 };
        const replayed = await submit(await signed(elsewhere, own, owner), "another-chain");
        expect((await problemOf(replayed)).code).to.equal("V_MEMBER_SIGNATURE");
      });
    }));
});
