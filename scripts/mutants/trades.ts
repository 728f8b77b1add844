import type { Mutant } from "./mutant.ts";

const trades = "contracts/trade/Trades.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/trade/${name}.test.ts`);

export const tradeMutants: readonly Mutant[] = [
  {
    id: "trades-01",
    kind: "off by one",
    file: trades,
    by: tests("stages"),
    find: "block.timestamp >= trade.offerExpires",
    replace: "block.timestamp > trade.offerExpires",
  },
  {
    id: "trades-02",
    kind: "dropped check",
    file: trades,
    by: tests("law"),
    find: "if (_emergency.isFrozen(subject)) revert TradesFrozen(subject);",
    replace: "",
  },
  {
    id: "trades-03",
    kind: "wrong signer",
    file: trades,
    by: tests("distribution"),
    find: "if (kept == 0) return trade.venue == 0 ? _single(trade.seller) : _pair(trade.seller, trade.venue);",
    replace: "if (kept == 0) return _single(trade.seller);",
  },
  {
    id: "trades-04",
    kind: "missing binding",
    file: trades,
    by: tests("stages"),
    find: "abi.encode(trade.head, uint8(stage), evidence)",
    replace: "abi.encode(bytes32(0), uint8(stage), evidence)",
  },
  {
    id: "trades-05",
    kind: "missing binding",
    file: trades,
    by: tests("distribution"),
    find: "if (distribution.previous != kept) revert TradesPrevious(kept, distribution.previous);",
    replace: "",
  },
  {
    id: "trades-06",
    kind: "wrong order",
    file: trades,
    by: tests("beside"),
    find: "_pair(trade.seller, trade.buyer), signatures",
    replace: "_pair(trade.buyer, trade.seller), signatures",
  },
  {
    id: "trades-07",
    kind: "off by one",
    file: trades,
    by: tests("law", "stages"),
    find: "if (step.stage <= uint8(Stage.Delivery)) _checkFacts",
    replace: "if (step.stage < uint8(Stage.Delivery)) _checkFacts",
  },
  {
    id: "trades-08",
    kind: "wrong value",
    file: trades,
    by: tests("opening", "law"),
    find: "_maskOf(trade.buyer, Restriction.Trading)",
    replace: "_maskOf(trade.buyer, Restriction.Listing)",
  },
  {
    id: "trades-09",
    kind: "wrong role",
    file: trades,
    by: tests("signatures"),
    find: "_members.actorOf(signatures[i].key, KeyRole.Act)",
    replace: "_members.actorOf(signatures[i].key, KeyRole.Govern)",
  },
];
