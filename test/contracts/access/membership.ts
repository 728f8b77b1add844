import { Kind } from "@lianzheng/sdk/contracts";
import { ZeroHash, id } from "ethers";
import { DAY, METADATA, NO_PARENT, REASON, callOf, newKeyOf, rulesOf } from "../fixture.ts";
import { seal } from "../sealing.ts";
import { memberId, usccOf } from "../uscc.ts";
import { all, members, only, type Caller, type Row } from "./callers.ts";
import { anybody, entry, reads, type Matrix } from "./matrix.ts";
import { POLICY, type Scene } from "./scene.ts";
import { orderFor } from "../content.ts";

const council = only("council", "NotCouncil");
const self = only("council", "CouncilNotSelf");
const seats: Row = { ...members("govern", "CouncilNoSeat"), seat: "ok" };
const regulators: Row = { ...members("govern", "EmergencyNotRegulator"), regulator: "ok" };
const applicants: Row = {
  ...members("act", "MembersKeyTaken"),
  ...Object.fromEntries(
    ["retired key", "suspended", "frozen", "manage key", "govern key", "publish key"].map((c) => [
      c,
      "MembersKeyTaken",
    ]),
  ),
  ...Object.fromEntries(["stranger", "founder", "council", "members", "emergency", "rights"].map((c) => [c, "ok"])),
  applicant: "MembersApplicationOpen",
};

const memberOf = async (s: Scene, caller: Caller): Promise<string> =>
  s.members.memberOf(await s.callers[caller].getAddress());
/** A new key for the caller's member, with its consent. */
const newKeyFor = async (s: Scene, caller: Caller) =>
  newKeyOf(s.members, await memberOf(s, caller), s.fresh, s.deadline);
/** The supervisor's signature. */
const supervised = async (s: Scene, digest: (nonce: string, deadline: number) => Promise<string>) => {
  const { key, address } = s.supervisor;
  return { key: address, nonce: REASON, deadline: s.deadline, signature: await seal(key, digest(REASON, s.deadline)) };
};
const emergencyRules = {
  threshold: 3,
  longestOpen: DAY,
  longestFreeze: DAY,
  longestConfirmed: DAY,
  rest: DAY,
};

export const membership: Matrix = {
  members: {
    applyFor: entry(applicants, () => [memberId(usccOf(90)), 1, 0, NO_PARENT, METADATA, REASON]),
    withdrawApplication: entry(only("applicant", "MembersNotApplicant"), (s) => [s.application]),
    admit: entry(council, (s) => [s.application, 1, 0, REASON]),
    refuse: entry(council, (s) => [s.application, REASON]),
    addKind: entry(council, (s) => [s.processor.id, Kind.broker, REASON]),
    withdrawKind: entry(council, (s) => [s.seller.id, Kind.notary, REASON]),
    setTier: entry(council, (s) => [s.processor.id, 1, REASON]),
    setParent: entry(council, (s) => [s.processor.id, s.venue.id, REASON]),
    suspend: entry(council, (s) => [s.processor.id, REASON]),
    reinstate: entry(council, async (s) => [await memberOf(s, "suspended"), REASON]),
    expel: entry(council, (s) => [s.processor.id, REASON]),
    recover: entry(council, async (s) => [s.processor.id, await newKeyFor(s, "member"), [], REASON]),
    freeze: entry(only("emergency", "MembersNotEmergency"), (s) => [s.processor.id, s.deadline, REASON]),
    setMetadata: entry(members("act"), () => [REASON]),
    addKey: entry(members("manage"), async (s, caller) => [await newKeyFor(s, caller)]),
    rotateKey: entry(members("manage"), async (s, caller) => [s.callers[caller], await newKeyFor(s, caller)]),
    retireKey: entry({ ...members("manage", "MembersNotOwnKey"), owner: "ok", "manage key": "ok" }, (s) => [
      s.seller.address,
    ]),
    leave: entry({ ...members("manage"), seat: "MembersSeated" }, () => [REASON]),
    ...reads("actorOf applicationBy applicationCount applicationOf consentDigest council eip712Domain emergency"),
    ...reads("entryOf frozenAt hasKind hasKindAt holderOf isActive isActiveAt keyLife keyLiveAt keysOf memberOf"),
    ...reads("standingAt"),
  },
  council: {
    propose: entry(seats, async (s) => [[await callOf(s.members, "suspend", [s.notary.id, REASON])], REASON]),
    vote: entry(seats, (s) => [s.proposal]),
    voteSigned: anybody(async (s) => {
      const content = await s.council.contentOf(s.proposal);
      const digest = s.council.voteDigest(s.proposal, content, s.notary.id, s.deadline);
      return [s.proposal, s.notary.address, s.deadline, await seal(s.notary.key, digest)];
    }),
    decide: entry(all("CouncilTooFewVotes"), (s) => [s.proposal]),
    addSeat: entry(self, (s) => [s.processor.id]),
    removeSeat: entry(self, (s) => [s.notary.id]),
    setRules: entry(self, () => [rulesOf(2)]),
    setOrdinary: entry(self, (s) => [[{ target: s.members, selector: "0x12345678" }], true]),
    vacate: entry(only("members", "CouncilNotMembers"), (s) => [s.notary.id]),
    ...reads("checkQuorum contentOf eip712Domain hasVoted isOrdinary isSeat members proposalCount proposalOf rulesOf"),
    ...reads("rulesVersion seats voteDigest votingSeats"),
  },
  emergency: {
    order: entry(regulators, (s) => [orderFor(s.at, "new")]),
    cosign: entry(regulators, (s) => [s.order]),
    cosignSigned: anybody(async (s) => [
      s.order,
      await supervised(s, (nonce, end) => s.emergency.cosignDigest(s.order, s.supervisor.id, nonce, end)),
    ]),
    release: entry(regulators, (s) => [s.inForce, REASON]),
    releaseSigned: anybody(async (s) => [
      s.inForce,
      REASON,
      await supervised(s, (nonce, end) => s.emergency.releaseDigest(s.inForce, s.supervisor.id, REASON, nonce, end)),
    ]),
    enact: entry(all("EmergencyTooFewVoices"), (s) => [s.order]),
    confirm: entry(council, (s) => [s.inForce, 0]),
    lift: entry(council, (s) => [s.inForce, REASON]),
    setRules: entry(council, () => [emergencyRules]),
    spendNonce: entry(members("govern"), () => [ZeroHash]),
    ...reads("cosignDigest council eip712Domain isFrozen isFrozenAt isSpent newestOf orderIdOf orderOf releaseDigest"),
    ...reads("releasesOf rulesOf rulesVersion voicesOf"),
  },
  validators: {
    add: entry(council, (s) => [s.fresh, s.processor.id]),
    remove: entry(council, (s) => [s.regulator.address]),
    replace: entry(council, (s) => [s.regulator.address, s.fresh]),
    ...reads("changedAt council digestOf getValidators isValidator memberOf version versionAfter"),
  },
  policies: {
    publish: entry(council, () => [POLICY, 2, REASON, 0]),
    retire: entry(council, () => [id(POLICY), 1, 0, REASON]),
    ...reads("council head latestVersion nameAt nameCount policyOf versionAt"),
  },
};
