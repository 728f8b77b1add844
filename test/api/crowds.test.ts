import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { expect } from "chai";
import { problemIn, receiptIn, recordOf, members, withApi } from "./fixture.ts";

const crowd = 1100;
/** Connections that the API keeps at once. */
const most = 1024;

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined).resume();
  await once(socket, "connect");
  return socket;
}

describe("a crowd of callers", () => {
  it("gets a bounded number of connections, so that files can still be opened", () =>
    withApi(async ({ app }) => {
      await app.listen({ port: 0, host: "127.0.0.1" });
      const { port } = app.server.address() as AddressInfo;
      const sockets: Socket[] = [];
      // In waves, for a system takes only so many that wait to be accepted.
      while (sockets.length < crowd) {
        sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => connected(port)))));
      }
      const open = (): number => sockets.filter(({ destroyed }) => !destroyed).length;
      while (open() > most) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(open()).to.equal(most);
      for (const socket of sockets) socket.destroy();
      expect((await app.inject("/healthz")).statusCode).to.equal(200);
    })).timeout(10_000);

  it("that asks for the status at once makes the node ask its chain once", () => {
    let asked = 0;
    let answer: (() => void) | undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const beforeStatus = (): Promise<void> => {
      asked += 1;
      return answered;
    };
    return withApi(
      async ({ get }) => {
        const answers = Array.from({ length: 50 }, () => get("/v1/status"));
        await new Promise((resolve) => setTimeout(resolve, 50));
        answer?.();
        for (const { statusCode } of await Promise.all(answers)) expect(statusCode).to.equal(200);
        expect(asked).to.equal(1);
        await get("/v1/status");
        expect(asked).to.equal(2);
      },
      { beforeStatus },
    );
  });

  it("with one token leaves the others their answers", () => {
    let open: (() => void) | undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    let held = 0;
    return withApi(
      async ({ get, token }) => {
        const path = `/v1/records/0x${"12".repeat(32)}`;
        const asked = Array.from({ length: 200 }, () => get(path, token(members.venue)));
        while (held < 128) await new Promise(setImmediate);
        const other = get(path, token(members.broker));
        while (held < 129) await new Promise(setImmediate);
        open?.();
        expect((await other).statusCode).to.equal(404);
        const codes = (await Promise.all(asked)).map(({ statusCode }) => statusCode);
        expect([404, 503].map((code) => codes.filter((one) => one === code).length)).to.deep.equal([128, 72]);
        expect((await get(path, token(members.venue))).statusCode).to.equal(404);
      },
      {
        wrap: (log) => ({
          submit: (...args) => log.submit(...args),
          checkpoint: () => log.checkpoint(),
          recordById: async (id) => {
            held += 1;
            await opened;
            return await log.recordById(id);
          },
          recordAt: (index) => log.recordAt(index),
          indexesOf: (...args) => log.indexesOf(...args),
          readResource: (path) => log.readResource(path),
        }),
      },
    );
  }).timeout(10_000);

  it("of entries of one subject has an end: its evidence is refused before it is read", () => {
    let read = 0;
    return withApi(
      async ({ submit, get, token, anchors }) => {
        for (let at = 0; at < 4; at += 1) {
          const batch = Array.from({ length: 1000 }, (_, number) => recordOf("crowd", { body: { at, number } }));
          receiptIn(await submit(token(members.broker), batch));
        }
        anchors.size = 4_000;
        const answer = await get("/v1/subjects/crowd/evidence", token(members.broker));
        expect(problemIn(answer)).to.deep.include({ status: 422, code: "E_SUBJECT_TOO_LARGE" });
        expect(read).to.equal(0);
      },
      {
        wrap: (log) => ({
          submit: (...args) => log.submit(...args),
          checkpoint: () => log.checkpoint(),
          recordById: (id) => log.recordById(id),
          recordAt: (index) => {
            read += 1;
            return log.recordAt(index);
          },
          indexesOf: (...args) => log.indexesOf(...args),
          readResource: (path) => log.readResource(path),
        }),
      },
    );
  }).timeout(30_000);
});
