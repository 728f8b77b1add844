import { createHmac } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { isDeliverable, targetOf, WebhookStore } from "@lianzheng/node/events";
import type { TargetRules, Viewer } from "@lianzheng/node/events";
import { NodeError } from "../../node/src/errors.ts";
import { buyer, seller } from "../log-node/fixture.ts";
import { anchor, inFolder, openFed, openReceiver, openWebhooks, record, until } from "./fixture.ts";
import type { Fed, Receiver } from "./fixture.ts";

const owner: Viewer = { member: seller, scopes: new Set(["subscribe"]) };
const foreigner: Viewer = { member: buyer, scopes: new Set(["subscribe"]) };
const operator: Viewer = { member: buyer, scopes: new Set(["admin"]) };

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  const error: unknown = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(error).to.be.instanceOf(NodeError);
  return (error as NodeError).code;
}

/** Runs `work` with a log, its feed and a receiver. */
async function withFed(work: (fed: Fed, receiver: Receiver, directory: string) => Promise<void>): Promise<void> {
  await inFolder(async (directory) => {
    const fed = await openFed(directory);
    const receiver = await openReceiver();
    try {
      await work(fed, receiver, directory);
    } finally {
      await receiver.close();
      await fed.close();
    }
  });
}

const names = (receiver: Receiver): readonly unknown[] => receiver.received.map(({ event }) => event.data["subject"]);

describe("a webhook", () => {
  it("is sent every event of its member in order, signed as Standard Webhooks says", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      const { webhooks } = await openWebhooks(feed, directory);
      const { secret, webhook } = await webhooks.create({ url: receiver.url }, owner);
      for (const name of ["a", "b", "c"]) await record(log, name);
      await record(log, "foreign", { issuer: buyer, submitter: buyer });
      await anchor(log, 4, 3);
      await until(() => receiver.received.length === 4);
      expect(names(receiver)).to.deep.equal(["trade:a", "trade:b", "trade:c", undefined]);
      for (const { headers, body, event } of receiver.received) {
        const key = Buffer.from(secret.replace("whsec_", ""), "base64");
        expect(key).to.have.length(32);
        const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
        expect(headers["webhook-signature"]).to.equal(
          `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
        );
        expect(headers["webhook-id"]).to.equal(event.id);
        expect(Number(headers["webhook-timestamp"])).to.be.greaterThan(1_600_000_000);
      }
      await until(() => webhooks.deliveries(webhook.id, owner).length === 4);
      expect(webhooks.deliveries(webhook.id, owner)[0]).to.include({ outcome: "delivered", status: 204 });
      await webhooks.close();
    }));

  it("is sent only what its filter lets through, and moves on past the rest", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      const { webhooks } = await openWebhooks(feed, directory);
      await webhooks.create({ url: receiver.url, types: ["record.accepted"], subject: "trade:b" }, owner);
      await webhooks.create(
        { url: receiver.url, recordTypes: ["delivery.receipt"], types: ["record.accepted"] },
        owner,
      );
      for (const name of ["a", "b", "c"]) await record(log, name);
      await record(log, "d", { type: "delivery.receipt" });
      await anchor(log, 4, 3);
      await until(() => receiver.received.length === 2);
      await webhooks.close();
      expect([...names(receiver)].sort()).to.deep.equal(["trade:b", "trade:d"]);
    }));

  it("gets an event again under the same id when the node ended between the delivery and its cursor", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      class Ending extends WebhookStore {
        saves = 0;
        override save(webhook: Parameters<WebhookStore["save"]>[0]): Promise<void> {
          this.saves += 1;
          // The first makes the webhook; from then on the process might as well be dead.
          return this.saves === 1 ? super.save(webhook) : new Promise(() => undefined);
        }
      }
      const first = await openWebhooks(feed, directory, { parts: { store: new Ending(join(directory, "webhooks")) } });
      await first.webhooks.create({ url: receiver.url }, owner);
      await record(log, "a");
      await until(() => receiver.received.length === 1);
      const second = await openWebhooks(feed, directory);
      await record(log, "b");
      await until(() => receiver.received.length >= 3);
      await second.webhooks.close();
      const ids = receiver.received.map(({ event }) => event.id);
      expect(ids[1]).to.equal(ids[0]);
      expect(names(receiver)).to.deep.equal(["trade:a", "trade:a", "trade:b"]);
    }));

  it("gets an event again when the cursor could not be written, and when it was written although that failed", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      for (const persisted of [false, true]) {
        let failing = false;
        class Failing extends WebhookStore {
          override async save(webhook: Parameters<WebhookStore["save"]>[0]): Promise<void> {
            if (persisted || !failing) await super.save(webhook);
            if (!failing) return;
            failing = false;
            throw new NodeError("WEBHOOK_STORE", "a disk of tests");
          }
        }
        const store = new Failing(join(directory, `webhooks-${String(persisted)}`));
        const { webhooks, failed } = await openWebhooks(feed, directory, { parts: { store } });
        await webhooks.create({ url: receiver.url }, owner);
        failing = true;
        const before = receiver.received.length;
        await record(log, `x${String(persisted)}`);
        await until(() => receiver.received.length === before + 2);
        await record(log, `y${String(persisted)}`);
        await until(() => receiver.received.length === before + 3);
        expect(failed).to.have.length(1);
        expect(names(receiver).slice(before)).to.deep.equal(
          ["x", "x", "y"].map((name) => `trade:${name}${String(persisted)}`),
        );
        await webhooks.close();
      }
    }));

  it("tries again what fails, in order, and shows each attempt", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      const { webhooks, attempts, failed } = await openWebhooks(feed, directory, { retries: { timeoutMs: 150 } });
      receiver.answer = (response, count) => {
        if (count === 1) response.writeHead(500).end("sorry");
        else if (count === 2) response.writeHead(302, { location: receiver.url }).end();
        else if (count === 3) response.socket?.destroy();
        else if (count !== 4) response.writeHead(200).end("x".repeat(100_000));
      };
      await webhooks.create({ url: receiver.url }, owner);
      await record(log, "a");
      await record(log, "b");
      await until(() => attempts.length === 6);
      expect(attempts.map(({ outcome }) => outcome)).to.deep.equal([
        ...["W_STATUS", "W_REDIRECT", "W_UNREACHABLE", "W_TIMEOUT", "delivered", "delivered"],
      ]);
      expect(names(receiver)).to.deep.equal([...Array<string>(5).fill("trade:a"), "trade:b"]);
      expect(failed).to.deep.equal([]);
      await webhooks.close();
    }));

  it("is parked with the reason after so many attempts, keeps its place over a restart, and goes on when resumed", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      receiver.answer = (response) => void response.writeHead(503).end();
      const first = await openWebhooks(feed, directory, { retries: { attempts: 3 } });
      const { webhook } = await first.webhooks.create({ url: receiver.url }, owner);
      await record(log, "a");
      await record(log, "b");
      await until(() => first.parked.length === 1);
      expect(first.parked).to.deep.equal(["W_STATUS"]);
      expect(receiver.received).to.have.length(3);
      expect(first.webhooks.find(webhook.id, owner)).to.include({ state: "parked", parkedBecause: "W_STATUS" });
      await first.webhooks.close();
      const { webhooks } = await openWebhooks(feed, directory);
      expect(webhooks.counts).to.deep.equal({ active: 0, parked: 1 });
      receiver.answer = (response) => void response.writeHead(204).end();
      expect(await webhooks.resume(webhook.id, owner)).to.include({ state: "active", failures: 0 });
      await until(() => receiver.received.length === 5);
      expect(names(receiver).slice(3)).to.deep.equal(["trade:a", "trade:b"]);
      await webhooks.close();
    }));

  it("is parked at once when its receiver is gone", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      receiver.answer = (response) => void response.writeHead(410).end();
      const { webhooks, parked, attempts } = await openWebhooks(feed, directory);
      await webhooks.create({ url: receiver.url }, owner);
      await record(log, "a");
      await until(() => parked.length === 1);
      expect(attempts).to.deep.equal([{ outcome: "W_GONE", status: 410 }]);
      await webhooks.close();
    }));

  it("is replayed from any cursor under the same ids", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      const { webhooks } = await openWebhooks(feed, directory);
      const { webhook } = await webhooks.create({ url: receiver.url }, owner);
      for (const name of ["a", "b"]) await record(log, name);
      await until(() => receiver.received.length === 2);
      await webhooks.replay(webhook.id, "start", owner);
      await until(() => receiver.received.length === 4);
      const ids = receiver.received.map(({ event }) => event.id);
      expect(ids.slice(2)).to.deep.equal(ids.slice(0, 2));
      expect(await codeOf(() => webhooks.replay(webhook.id, "nonsense", owner))).to.equal("E_CURSOR");
      await webhooks.close();
    }));

  it("is its member's and the operator's; to others it is not there", () =>
    withFed(async ({ feed }, receiver, directory) => {
      const { webhooks } = await openWebhooks(feed, directory);
      const { webhook } = await webhooks.create({ url: receiver.url }, owner);
      for (const viewer of [owner, operator]) expect(webhooks.list(viewer)).to.have.length(1);
      expect(webhooks.list(foreigner)).to.deep.equal([]);
      const asked = [
        () => webhooks.find(webhook.id, foreigner),
        () => webhooks.deliveries(webhook.id, foreigner),
        () => webhooks.remove(webhook.id, foreigner),
        () => webhooks.resume(webhook.id, foreigner),
        () => webhooks.replay(webhook.id, "start", foreigner),
        () => webhooks.find("wh_nothing", owner),
      ];
      for (const ask of asked) expect(await codeOf(async () => await ask())).to.equal("E_NOT_FOUND");
      await webhooks.remove(webhook.id, owner);
      expect(await readdir(join(directory, "webhooks"))).to.deep.equal([]);
      await webhooks.close();
    }));

  it("is bounded in number for a member", () =>
    withFed(async ({ feed }, receiver, directory) => {
      const { webhooks } = await openWebhooks(feed, directory);
      const made = await Promise.allSettled(
        Array.from({ length: 5 }, () => webhooks.create({ url: receiver.url }, owner)),
      );
      expect(made.filter(({ status }) => status === "fulfilled")).to.have.length(3);
      expect(await codeOf(() => webhooks.create({ url: receiver.url }, owner))).to.equal("E_WEBHOOK_LIMIT");
      await webhooks.create({ url: receiver.url }, foreigner);
      await webhooks.close();
    }));

  it("keeps its secret sealed, and a damaged file does not keep the others from working", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      const first = await openWebhooks(feed, directory);
      const { secret } = await first.webhooks.create({ url: receiver.url }, owner);
      const spoiled = await first.webhooks.create({ url: receiver.url }, owner);
      await first.webhooks.close();
      const folder = join(directory, "webhooks");
      for (const name of await readdir(folder)) {
        const text = await readFile(join(folder, name), "utf8");
        for (const form of ["base64", "base64url", "hex"] as const)
          expect(text).not.to.contain(Buffer.from(secret.slice(6), "base64").toString(form));
      }
      const file = join(folder, `${spoiled.webhook.id}.json`);
      await writeFile(file, (await readFile(file, "utf8")).replace("hook", "hoax"));
      const { webhooks, damaged } = await openWebhooks(feed, directory);
      expect(damaged).to.deep.equal([`${spoiled.webhook.id}.json`]);
      await record(log, "a");
      await until(() => receiver.received.length === 1);
      await webhooks.close();
      const other = { sealingKey: () => Promise.resolve(new Uint8Array(32)) };
      expect(await codeOf(() => openWebhooks(feed, directory, { parts: other }))).to.equal("WEBHOOK_STORE");
    }));
});

const strict: TargetRules = { allowHosts: null, internalHosts: [], ports: [443, 8443], allowLoopback: false };

function refusalOf(url: string, rules = strict): string | undefined {
  try {
    targetOf(url, rules);
    return undefined;
  } catch (error) {
    expect(error).to.be.instanceOf(NodeError);
    expect((error as NodeError).details).to.deep.equal({ field: "/url" });
    return (error as NodeError).code;
  }
}

describe("the target of a webhook (bad input, row 51)", () => {
  const wrong = [
    ...[
      "http://hooks.example/",
      "file:///etc/passwd",
      "gopher://hooks.example/",
      "ftp://hooks.example",
      "nonsense",
      "",
    ],
    ...["https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://2130706433/", "https://0177.0.0.1/"],
    ...["https://169.254.169.254/latest/meta-data", "https://[::ffff:10.0.0.1]/", "https://10.0.0.1/", "https://0/"],
    ...[
      "https://192.168.1.1/",
      "https://172.16.0.1/",
      "https://100.64.0.1/",
      "https://224.0.0.1/",
      "https://[fe80::1]/",
    ],
    ...["https://[fd00::1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://[::10.0.0.1]/"],
    ...[
      "https://good@evil.example/",
      "https://good:pass@evil.example/",
      "https://hooks.example:22/",
      "https://hooks.example/#x",
    ],
    ...[
      "https://localhost/",
      "https://localhost./",
      "https://a.localhost/",
      "https://printer.local/",
      "https://db.internal/",
    ],
    ...[
      "https://192.0.2.1/",
      "https://198.18.0.1/",
      "https://255.255.255.255/",
      "https://[ff02::1]/",
      "https://[2001:db8::1]/",
    ],
  ];
  for (const url of wrong)
    it(`is refused: ${url === "" ? "nothing" : url}`, () => expect(refusalOf(url)).to.equal("E_WEBHOOK_TARGET"));

  it("may be any public https host at the ports that the operator allows", () => {
    for (const url of [
      "https://hooks.example/",
      "https://hooks.example:8443/a?b=c",
      "https://93.184.215.14/",
      "https://[2606:2800:21f::1]/",
    ])
      expect(refusalOf(url), url).to.equal(undefined);
  });

  it("must be on the operator's list where there is one", () => {
    const rules = { ...strict, allowHosts: ["hooks.example"] };
    expect(refusalOf("https://hooks.example/", rules)).to.equal(undefined);
    expect(refusalOf("https://hooks.example./", rules)).to.equal(undefined);
    for (const url of ["https://other.example/", "https://hooks.example.evil/", "https://xhooks.example/"])
      expect(refusalOf(url, rules), url).to.equal("E_WEBHOOK_TARGET");
  });

  it("may be inside where the operator names the host, and nowhere else", () => {
    const rules = { ...strict, internalHosts: ["10.1.2.3", "erp.internal"] };
    expect(refusalOf("https://10.1.2.3/", rules)).to.equal(undefined);
    expect(refusalOf("https://erp.internal/", rules)).to.equal(undefined);
    expect(refusalOf("https://10.1.2.4/", rules)).to.equal("E_WEBHOOK_TARGET");
    expect(refusalOf("http://10.1.2.3/", rules)).to.equal("E_WEBHOOK_TARGET");
    expect(isDeliverable("169.254.169.254", { internal: true, loopback: false })).to.equal(false);
    expect(isDeliverable("127.0.0.1", { internal: true, loopback: false })).to.equal(false);
  });
});

describe("a delivery", () => {
  /** A listener that counts who reaches it. */
  async function withListener(work: (port: number, reached: () => number) => Promise<void>): Promise<void> {
    let count = 0;
    const server = createServer((socket) => {
      count += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await work((server.address() as AddressInfo).port, () => count);
    await new Promise((resolve) => server.close(resolve));
  }

  it("never reaches an address that a public name leads to inside, even if only one of several is", () =>
    withListener((port, reached) =>
      withFed(async ({ log, feed }, _receiver, directory) => {
        const inside = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "0.0.0.0"];
        for (const address of inside) {
          for (const answer of [[address], ["93.184.215.14", address]]) {
            const found = answer.map((one) => ({ address: one, family: one.includes(":") ? 6 : 4 }));
            const { webhooks, attempts } = await openWebhooks(feed, directory, {
              rules: { ports: [port], allowLoopback: false },
              retries: { attempts: 2 },
              parts: {
                resolve: () => Promise.resolve(found),
                store: new WebhookStore(join(directory, `${address}-${answer.length}`)),
              },
            });
            await webhooks.create({ url: `https://rebound.example:${port}/` }, owner);
            await record(log, `${address}-${answer.length}`.replace(/[^0-9a-f-]/g, "."));
            await until(() => webhooks.counts.parked === 1);
            expect(attempts.map(({ outcome }) => outcome)).to.deep.equal(["W_ADDRESS", "W_ADDRESS"]);
            await webhooks.close();
          }
        }
        expect(reached()).to.equal(0);
      }),
    ));

  it("to a redirect inside is not followed", () =>
    withListener((port, reached) =>
      withFed(async ({ log, feed }, receiver, directory) => {
        receiver.answer = (response) => void response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
        const { webhooks, parked } = await openWebhooks(feed, directory, { retries: { attempts: 2 } });
        await webhooks.create({ url: receiver.url }, owner);
        await record(log, "a");
        await until(() => parked.length === 1);
        expect(parked).to.deep.equal(["W_REDIRECT"]);
        expect(reached()).to.equal(0);
        await webhooks.close();
      }),
    ));

  it("is refused when the operator's rules no longer allow a target that they once did", () =>
    withFed(async ({ log, feed }, receiver, directory) => {
      const first = await openWebhooks(feed, directory);
      await first.webhooks.create({ url: receiver.url }, owner);
      await first.webhooks.close();
      const { webhooks, parked } = await openWebhooks(feed, directory, {
        rules: { allowLoopback: false },
        retries: { attempts: 1 },
      });
      await record(log, "a");
      await until(() => parked.length === 1);
      expect([parked, receiver.received]).to.deep.equal([["W_ADDRESS"], []]);
      await webhooks.close();
    }));
});
