import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Files } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";
import type { WitnessAnswer } from "@lianzheng/node/witness";
import { Witness } from "@lianzheng/node/witness";
import { createCosignatureVerifier, createCosigner, encodeCosignerKey } from "@lianzheng/sdk/log";
import { verifier } from "../log-node/fixture.ts";

export const witnessName = "witness.example/w1";

const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 5)]);
const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);

export const witnessVerifier = createCosignatureVerifier(witnessName, publicKey);
export const witnessKey = encodeCosignerKey(witnessName, publicKey);
export const cosignedAt = 1_795_000_000_000;

/** A witness of the tests' log. */
export function witnessIn(directory: string, files: Files = diskFiles): Witness {
  const cosigner = createCosigner(
    witnessName,
    publicKey,
    (message) => sign(null, message, key),
    () => cosignedAt,
  );
  return new Witness({ directory, cosigner, own: witnessVerifier, logs: [verifier], files });
}

/** Serves what `answer` gives, on loopback, while `use` runs. */
export async function served<Result>(
  answer: (body: string) => Promise<WitnessAnswer | { readonly raw: string; readonly status: number }>,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer((request, response) => {
    void (async () => {
      const given = await answer(await text(request));
      const type = given.status === 409 && "size" in given ? "text/x.tlog.size" : "text/plain; charset=utf-8";
      response.writeHead(given.status, { "content-type": type });
      if ("raw" in given) response.end(given.raw);
      else if (given.status === 200) response.end(given.cosignatures);
      else response.end(given.status === 409 ? `${given.size}\n` : given.reason);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/witness`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
