import { Stage } from "@lianzheng/sdk/contracts";
import { encodeBytes32String } from "ethers";
import { REASON, digestOf } from "../fixture.ts";
import { seal } from "../sealing.ts";
import { all, members, only, owner, type Row } from "./callers.ts";
import { anybody, entry, reads, type Matrix } from "./matrix.ts";
import { tradeTerms, type Scene } from "./scene.ts";

const logOwner = (role: "manage" | "publish"): Row => owner(role, "EvidenceLogsNotOwner");
const early: Row = all("TradesStage");

const sign = async ({ key, address }: Scene["seller"], digest: string) => ({
  key: address,
  signature: await seal(key, digest),
});
const common = (s: Scene) => ({ tradeId: s.trade, evidence: REASON, count: 1, deadline: s.deadline });
const listing = async (s: Scene) => {
  const step = { ...common(s), stage: Stage.listing, expires: 0 };
  return [step, [await sign(s.seller, await s.trades.stepDigest(step))]] as const;
};

/** Anybody may bring a step: who must have signed it is what the tests of the trades ask. */
export const trade: Matrix = {
  trades: {
    // The seat is the venue of the trade, which can't be its seller.
    open: entry({ ...owner("act", "TradesNotListable"), seat: "TradesSameParty" }, (s) => [tradeTerms(s, "new")]),
    openSigned: anybody(async (s) => {
      const terms = tradeTerms(s, "signed");
      const digest = await s.trades.openingDigest(s.seller.id, terms, 1, s.deadline);
      return [terms, 1, s.deadline, await sign(s.seller, digest)];
    }),
    voidNonce: entry(members("act"), () => [1]),
    record: anybody(listing),
    recordBatch: anybody(async (s) => {
      const [step, signatures] = await listing(s);
      return [[step], [signatures]];
    }),
    amend: entry(early, (s) => [{ ...common(s), previous: digestOf("amount"), amount: REASON }, []]),
    file: entry(all("TradesOnFloor"), (s) => [{ ...common(s), venue: s.venue.id, side: s.seller.id }, []]),
    terminate: anybody(async (s) => {
      const termination = { ...common(s), reason: REASON };
      const digest = await s.trades.terminationDigest(termination);
      return [termination, [await sign(s.seller, digest), await sign(s.buyer, digest)]];
    }),
    distribute: entry(early, (s) => {
      const split = { whole: 1, shares: [], previous: REASON, grounds: REASON };
      return [{ ...common(s), ...split }, [], []];
    }),
    stepOf: entry(all("TradesCount"), (s) => [s.trade, 1]),
    ...reads("amendmentDigest distributionDigest eip712Domain filingDigest headOf isNonceUsed openingDigest signersOf"),
    ...reads("splitDigestOf stepDigest terminationDigest tradeIdOf tradeOf"),
  },
  evidenceLogs: {
    register: entry(members("publish"), () => ["new.example", REASON]),
    rotateKey: entry(logOwner("manage"), (s) => [s.logId, digestOf("new key")]),
    close: entry(logOwner("manage"), (s) => [s.logId, REASON]),
    publish: entry(logOwner("publish"), (s) => [s.logId, 0, 1, REASON, []]),
    ...reads("isIncluded keyAt latest log logIdOf rootAt"),
  },
  directory: {
    place: entry({ ...all("DirectoryNotFounder"), founder: "DirectoryFounded" }, () => [12, "0x00"]),
    enter: entry(only("council", "DirectoryNotCouncil"), (s) => [encodeBytes32String("Rights"), s.trades, REASON]),
    ...reads("current founder founding isFounded placeOf placed versionCount versionOf"),
  },
};
