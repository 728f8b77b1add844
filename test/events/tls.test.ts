import { readFile } from "node:fs/promises";
import { createServer as createPlainServer } from "node:http";
import { Agent, createServer } from "node:https";
import type { Server } from "node:net";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { deliver } from "../../node/src/events/webhooks/delivery.ts";
import type { Attempt } from "../../node/src/events/webhooks/delivery.ts";
import { guardedLookup } from "../../node/src/events/webhooks/target.ts";
import { authorityExtensions, Workshop } from "../timestamp/authority.ts";
import type { Identity } from "../timestamp/authority.ts";

const host = "receiver.example";
const rules = { allowHosts: null, internalHosts: [], ports: [443], allowLoopback: true };
const lookup = guardedLookup(rules, () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]));

const pem = (der: string): string => `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`;
const receiverOf = (name: string): readonly string[] => ["basicConstraints=CA:FALSE", `subjectAltName=DNS:${name}`];

/** Sends one message to `server`, which listens meanwhile, and trusts `authority` alone. */
async function sendTo(server: Server, authority: Identity): Promise<Attempt> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const agent = new Agent({ ca: pem(authority.der) });
  try {
    const url = new URL(`https://${host}:${(server.address() as AddressInfo).port}/hook`);
    const how = { rules, lookup, agent, timeoutMs: 10_000, signal: new AbortController().signal };
    return await deliver({ url, fields: {}, body: "{}" }, how);
  } finally {
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("a webhook over TLS", function () {
  this.timeout(60_000);
  let workshop: Workshop;
  let authority: Identity;
  let bodies: string[] = [];

  before(async () => {
    workshop = await Workshop.open();
    authority = await workshop.identity("authority", { extensions: authorityExtensions });
  });
  after(() => workshop.close());
  beforeEach(() => (bodies = []));

  async function receiver(name: string, issuer?: Identity): Promise<Server> {
    const signed = issuer === undefined ? {} : { issuer };
    const identity = await workshop.identity(name, { extensions: receiverOf(name), ...signed });
    return createServer({ key: await readFile(identity.key), cert: pem(identity.der) }, (request, answer) => {
      request.setEncoding("utf8").on("data", (chunk: string) => bodies.push(chunk));
      request.on("end", () => answer.writeHead(204).end());
    });
  }

  it("is delivered to a receiver of that name, whose certificate a trusted authority signed", async () => {
    expect(await sendTo(await receiver(host, authority), authority)).to.deep.equal({
      outcome: "delivered",
      status: 204,
    });
    expect(bodies).to.deep.equal(["{}"]);
  });

  for (const [who, open] of [
    ["of another name", () => receiver("other.example", authority)],
    ["that signed its certificate itself", () => receiver(host)],
    [
      "of another authority",
      async () => receiver(host, await workshop.identity("stranger", { extensions: authorityExtensions })),
    ],
    ["that speaks no TLS", () => Promise.resolve(createPlainServer((_, answer) => answer.writeHead(204).end()))],
  ] as const) {
    it(`is not delivered to a receiver ${who}, which learns nothing`, async () => {
      expect(await sendTo(await open(), authority)).to.deep.equal({ outcome: "W_TLS", status: null });
      expect(bodies).to.deep.equal([]);
    });
  }
});
