import { EventEmitter } from "node:events";
import { expect } from "chai";
import type { FastifyReply } from "fastify";
import { NodeError } from "../../node/src/errors.ts";
import { WorkGate } from "../../node/src/api/gate.ts";

/** As much of a reply as a gate looks at: when it is over. */
function replyOf(): { readonly reply: FastifyReply; readonly end: () => void } {
  const raw = new EventEmitter();
  return { reply: { raw } as unknown as FastifyReply, end: () => raw.emit("close") };
}

/** How many places `member` gets before it is refused. */
function placesFor(gate: WorkGate, member: string, bytes = 0): { readonly count: number; readonly end: () => void } {
  const ends: (() => void)[] = [];
  for (;;) {
    const { reply, end } = replyOf();
    try {
      gate.enter(reply, { member, bytes });
      ends.push(end);
    } catch (error) {
      expect(error).to.be.instanceOf(NodeError).with.property("code", "E_OVERLOADED");
      return { count: ends.length, end: () => ends.forEach((each) => each()) };
    }
  }
}

describe("the gate in front of the node's work", () => {
  const table = [
    { places: 1, first: 1, second: 0 },
    { places: 2, first: 1, second: 1 },
    { places: 4, first: 2, second: 1 },
    { places: 512, first: 256, second: 128 },
  ];
  for (const { places, first, second } of table)
    it(`leaves a place to others, whatever one member takes (${places})`, () => {
      const gate = new WorkGate({ places, bytes: 1 });
      const venue = placesFor(gate, "venue");
      const broker = placesFor(gate, "broker");
      expect([venue.count, broker.count]).to.deep.equal([first, second]);
      venue.end();
      broker.end();
      expect([gate.inWork, placesFor(gate, "broker").count]).to.deep.equal([0, first]);
    });

  it("was tried with few places and many", () => expect(table).to.have.length(4));

  it("bounds the bytes of all bodies together, and leaves room to others", () => {
    const gate = new WorkGate({ places: 1000, bytes: 800 });
    const venue = placesFor(gate, "venue", 100);
    expect([venue.count, placesFor(gate, "broker", 100).count, gate.inWork]).to.deep.equal([4, 2, 6]);
    venue.end();
    expect(gate.inWork).to.equal(2);
  });

  it("gives each place back once", () => {
    const gate = new WorkGate({ places: 4, bytes: 1 });
    const { reply, end } = replyOf();
    gate.enter(reply, { member: "venue", bytes: 1 });
    reply.raw.emit("finish");
    end();
    expect(gate.inWork).to.equal(0);
  });
});
