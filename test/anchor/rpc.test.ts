import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { httpRpc } from "@lianzheng/node/anchor";
import { codeOf, detailOf } from "./failure.ts";

/** Answers every call as it is told; `id` is that of the call. */
type Answer = (response: ServerResponse, id: number) => void;

const rightOne = (id: number): string => JSON.stringify({ jsonrpc: "2.0", id, result: "0x1" });
const status =
  (code: number, text: string): Answer =>
  (response) => {
    response.statusCode = code;
    response.end(text);
  };

describe("the door to a chain", () => {
  let answer: Answer = (response, id) => response.end(rightOne(id));
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => answer(response, (JSON.parse(text) as { id: number }).id));
  });
  let url = "";
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const page = "<!doctype html><title>Bad gateway</title>";
  const answers: readonly (readonly [string, string, Answer])[] = [
    ["429 with words", "C_UNREACHABLE", status(429, "slow down")],
    ["429 with another's JSON", "C_UNREACHABLE", status(429, '{"error":"slow down"}')],
    ["500 with a page", "C_UNREACHABLE", status(500, page)],
    ["502 with a page", "C_UNREACHABLE", status(502, page)],
    ["503 with nothing", "C_UNREACHABLE", status(503, "")],
    ["200 with a page", "C_INCONSISTENT", status(200, page)],
    ["200 with half an answer", "C_INCONSISTENT", status(200, '{"jsonrpc":"2.0","id":1,"resul')],
    ["a redirection", "C_UNREACHABLE", (response) => response.writeHead(307, { location: "/elsewhere" }).end()],
    ["another id", "C_INCONSISTENT", (response, id) => response.end(rightOne(id + 1))],
    ["no id", "C_INCONSISTENT", (response) => response.end('{"jsonrpc":"2.0","result":"0x1"}')],
    ["another protocol", "C_INCONSISTENT", (response, id) => response.end(`{"jsonrpc":"1.0","id":${id},"result":1}`)],
    ["neither result nor error", "C_INCONSISTENT", (response, id) => response.end(`{"jsonrpc":"2.0","id":${id}}`)],
    ["100 MiB", "C_INCONSISTENT", (response) => endless(response, 100)],
    ["a body that unpacks to 1 GiB", "C_INCONSISTENT", (response) => bomb(response)],
  ];

  it("has fourteen ways to be answered badly", () => expect(answers).to.have.length(14));
  for (const [what, code, given] of answers)
    it(`takes ${what} for no answer (${code})`, async () => {
      answer = given;
      const before = process.memoryUsage().rss;
      expect(await codeOf(httpRpc(url).send("eth_chainId", []))).to.equal(code);
      expect((process.memoryUsage().rss - before) >> 20, "MiB more than before").to.be.lessThan(150);
    });

  it("reads an answer to its own question whatever the status says", async () => {
    answer = (response, id) => {
      response.statusCode = 400;
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32602, message: "no such block" } }));
    };
    expect(await codeOf(httpRpc(url).send("eth_getBlockByNumber", []))).to.equal("C_RPC_PARAMS");
  });

  it("names the status that it was answered with", async () => {
    answer = status(429, "slow down");
    expect(await detailOf(httpRpc(url).send("eth_chainId", []), "C_UNREACHABLE", "status")).to.equal(429);
  });
});

/** Writes as long as somebody reads. */
function endless(response: ServerResponse, mebibytes: number): void {
  const chunk = Buffer.alloc(1 << 20, "a");
  let left = mebibytes;
  const more = (): void => {
    if (left-- === 0) response.end();
    else if (!response.destroyed) response.write(chunk, more);
  };
  response.on("error", () => undefined);
  more();
}

function bomb(response: ServerResponse): void {
  response.setHeader("content-encoding", "gzip");
  response.on("error", () => undefined);
  response.end(gzipSync(Buffer.alloc(1 << 30), { level: 1 }));
}
