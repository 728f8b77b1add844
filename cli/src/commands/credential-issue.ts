import type { CredentialIssuer, CredentialSigner } from "@lianzheng/sdk/credential";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { MAX_INPUT_BYTES, readInput } from "../files/read.ts";
import { openSigningKey } from "../files/signing-key.ts";
import { writeOutput } from "../files/write.ts";

interface IssueOptions {
  readonly keyFile: string;
  readonly uscc: string;
  readonly output: string;
  readonly force?: boolean;
}

/** `lianzheng credential issue`: a compliance proof or a registration certificate, signed with the issuer's own key. */
export function issueCommand(context: Context): Command {
  return describedCommand("issue <request>", {
    usage:
      "REQUEST is a JSON file as docs/formats.md section 22 has it. The key is Ed25519 in PEM (openssl genpkey -algorithm ed25519), readable by\n" +
      "you alone; the issuer is called by its did:key, which the answer names for the verifiers' files of issuers.",
    english: "Sign a compliance proof or a registration certificate",
    chinese: "签发合规公证或登记证书凭证",
    examples: [
      "lianzheng credential issue examples/compliance.json --key-file notary.pem --uscc 91460000MA5DEM119H -o proof.vc.json",
    ],
  })
    .requiredOption("--key-file <file>", "the issuer's key 签发者私钥文件")
    .requiredOption("--uscc <code>", "the member that issues 签发者统一社会信用代码")
    .requiredOption("-o, --output <file>", "write the credential to this file 输出文件")
    .option("--force", "replace the file if it exists 覆盖已有文件")
    .action(async (request: string, { keyFile, uscc, output, force }: IssueOptions) => {
      const { didKeyOf, issueRequested } = await import("@lianzheng/sdk/credential");
      const key = await openSigningKey(keyFile);
      const { id, method } = didKeyOf(key.publicKey);
      const issuer: CredentialIssuer = { id, uscc };
      const signer: CredentialSigner = { method, sign: (message) => key.sign(message) };
      const bytes = await readInput(request, MAX_INPUT_BYTES);
      const credential = await issueRequested(bytes, issuer, signer, context.now());
      await writeOutput(output, `${JSON.stringify(credential, null, 2)}\n`, { force: force === true });
      const human = [`${output}: signed by ${id}`];
      context.finish({ exitCode: exitCodes.done, result: "done", json: { file: output, issuer: id, method }, human });
    });
}
