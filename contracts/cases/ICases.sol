// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SubjectKind} from "../SubjectKind.sol";

/// @notice What a case is: 投诉, 争议, 仲裁, 失信认定. The kind names who decides and how many of them, see {ICases}.
enum CaseKind {
    None,
    Complaint,
    Dispute,
    Arbitration,
    Finding
}

/// @notice Where a case stands. `Rejected`, `Final`, `Repaired`, `Withdrawn` and `Lapsed` are ends; only a `Final` finding moves again,
/// and only by repair.
enum CaseState {
    None,
    Opened,
    Rejected,
    Admitted,
    Answered,
    Unanswered,
    Decided,
    Objected,
    Final,
    RepairSought,
    Repaired,
    Withdrawn,
    Lapsed
}

/// @notice What a case came to. `Annulled`: an objection was granted and the decision fell.
enum Outcome {
    None,
    Upheld,
    Dismissed,
    Settled,
    Annulled
}

/// @notice What those who decide can rule.
enum RulingAct {
    None,
    Admit,
    Reject,
    Hold,
    Release,
    Uphold,
    Dismiss,
    Confirm,
    Annul,
    Repair,
    RefuseRepair
}

/// @notice What a side can plead: 答辩, 异议, 撤回, 信用修复申请.
enum PleaKind {
    None,
    Answer,
    Objection,
    Withdrawal,
    RepairApplication
}

/// @notice What a sanction restricts. Position n is bit n of a mask; the order is part of the ABI, new ones go to the end.
/// @dev `SuspensionAdvised` restricts nothing by itself: suspending a member is the council's vote.
enum Restriction {
    Listing,
    Trading,
    VenueService,
    Attesting,
    Granting,
    SuspensionAdvised
}

/// @notice Rules of procedure. The council sets them; a case runs to its end under those that stood when it was opened.
/// @param findingVotes Regulators that agree on a ruling of a finding, 1 to 32.
/// @param tribunalVotes Arbitrators that agree on a ruling of an arbitration, 1 to 32.
/// @param admission Seconds from opening in which a case is admitted or rejected. All periods last from 1 to 180 days.
/// @param answer Seconds from admission in which the respondent answers.
/// @param decision Seconds from the answer, or from the end of the time for it, in which a case is decided.
/// @param objection Seconds from the decision in which the losing side objects.
/// @param review Seconds from the objection in which it is decided.
/// @param repair Seconds from an application in which it is decided.
struct Procedure {
    uint8 findingVotes;
    uint8 tribunalVotes;
    uint32 admission;
    uint32 answer;
    uint32 decision;
    uint32 objection;
    uint32 review;
    uint32 repair;
}

/// @notice A case to open.
/// @param salt Chosen by the opener; with the opener it makes the id.
/// @param kind What it is.
/// @param respondent Member against which it is, active or not.
/// @param subjectKind What it is about.
/// @param subject Id of it, as {SubjectKind} tells.
/// @param claimant Salted commitment of the person for whom a trustee opens it, zero if the opener is its own claimant.
/// @param grounds Digest of the grounds.
/// @param evidence Leaf hashes or digests of the evidence, 1 to 32.
struct Opening {
    bytes32 salt;
    CaseKind kind;
    bytes18 respondent;
    SubjectKind subjectKind;
    bytes32 subject;
    bytes32 claimant;
    bytes32 grounds;
    bytes32[] evidence;
}

/// @notice What a side says in a case.
/// @param caseId The case.
/// @param kind What it says.
/// @param statement Digest of the statement, of the grounds, or of the application.
/// @param evidence Leaf hashes or digests of the evidence, up to 32; an application for repair names at least one.
struct Plea {
    bytes32 caseId;
    PleaKind kind;
    bytes32 statement;
    bytes32[] evidence;
}

/// @notice What a decider rules. Where several decide, it takes effect when enough of them have ruled exactly the same.
/// @param caseId The case.
/// @param round Round of the case, so that a ruling signed in one is void in the next.
/// @param act What is ruled.
/// @param grounds Digest of the grounds.
/// @param rules Digest of the version of the rules under which it is ruled.
/// @param restrictions Mask of what a sanction restricts, bit n for `Restriction(n)`; zero where there is no sanction.
/// @param from First second, Unix, of a sanction, though never before the decision; zero where there is none.
/// @param until First second, Unix, after a sanction; zero where there is none.
struct Ruling {
    bytes32 caseId;
    uint32 round;
    RulingAct act;
    bytes32 grounds;
    bytes32 rules;
    uint8 restrictions;
    uint48 from;
    uint48 until;
}

/// @notice A member's signature, that anybody may relay.
/// @param key Key of the member; may be a contract that answers ERC-1271.
/// @param nonce Any number that the member has not used here; in no order.
/// @param deadline Last second, Unix, in which it counts.
/// @param signature r, s and v in 65 bytes, or what the contract asks for.
struct Approval {
    address key;
    uint256 nonce;
    uint256 deadline;
    bytes signature;
}

/// @notice A case as it stands in this block, the passing of deadlines taken into account.
/// @param opener Member that opened it.
/// @param state Where it stands.
/// @param kind What it is.
/// @param round Counts the changes of its state that somebody made, from 1 to 65,535.
/// @param procedure Version of the procedure under which it was opened and runs.
/// @param due First second, Unix, in which the present step is too late; zero at an end.
/// @param respondent Member against which it is.
/// @param decidedAt Unix seconds of the decision, zero if none.
/// @param repairedAt Unix seconds of the repair, zero if none.
/// @param subjectKind What it is about.
/// @param outcome What it came to.
/// @param decider Member whose ruling completed the decision.
/// @param from First second, Unix, of the sanction.
/// @param until First second, Unix, after the sanction.
/// @param restrictions Mask of what the sanction restricts.
/// @param held True while a hold on the subject is in force.
/// @param subject Id of what it is about.
/// @param claimant Salted commitment of the person for whom it was opened, or zero.
/// @param grounds Digest of the grounds of the opening.
/// @param evidence keccak256(abi.encode(evidence of the opening)).
/// @param statement Digest of the respondent's answer, zero if none.
/// @param decision Digest of the grounds of the decision, or of the terms of a settlement.
/// @param rules Digest of the version of the rules under which it was decided.
struct Case {
    bytes18 opener;
    CaseState state;
    CaseKind kind;
    uint16 round;
    uint32 procedure;
    uint48 due;
    bytes18 respondent;
    uint48 decidedAt;
    uint48 repairedAt;
    SubjectKind subjectKind;
    Outcome outcome;
    bytes18 decider;
    uint48 from;
    uint48 until;
    uint8 restrictions;
    bool held;
    bytes32 subject;
    bytes32 claimant;
    bytes32 grounds;
    bytes32 evidence;
    bytes32 statement;
    bytes32 decision;
    bytes32 rules;
}

/// @title Cases
/// @notice Complaints, disputes, arbitrations and findings of dishonesty, with objection, sanction and repair (action plan, item 22: 失信
/// 行为认定、失信惩戒、异议处理、信用修复、举报投诉、争议仲裁).
///
///     | kind             | decided by  | agreeing rulings | may be settled | sanction |
///     | ---------------- | ----------- | ---------------- | -------------- | -------- |
///     | complaint 投诉    | regulators  | 1                | yes            | no       |
///     | dispute 争议      | arbitrators | 1                | yes            | no       |
///     | arbitration 仲裁  | arbitrators | tribunalVotes    | yes            | no       |
///     | finding 失信认定   | regulators  | findingVotes     | no             | always   |
///
/// Admission, holds and their release are ruled by one of those who decide. The steps, and what happens when a deadline passes:
///
///     | state                | moves to                                                              | when its time is over |
///     | -------------------- | --------------------------------------------------------------------- | --------------------- |
///     | opened               | admitted, rejected; withdrawn; final, settled                         | lapsed                |
///     | admitted             | answered; withdrawn; final, settled                                   | unanswered            |
///     | answered, unanswered | decided: upheld or dismissed; withdrawn; final, settled               | lapsed                |
///     | decided              | objected, by the side that lost                                       | final                 |
///     | objected             | final: confirmed, or annulled                                         | lapsed                |
///     | final                | repair sought, by the respondent of a finding that was upheld         | stays                 |
///     | repair sought        | repaired; refused, and final as before                                | final as before       |
///
/// Nobody need do anything for a deadline to pass: every answer of this contract counts it in, and anybody may write it down by {lapse}.
/// An objection on which nobody rules does not leave the decision hanging over the respondent: the case lapses and has no effect.
///
/// Rules that always hold:
///
/// 1. An objection suspends the effect of the decision in its block; only its confirmation restores it.
/// 2. A sanction names what it restricts, begins no sooner than its decision and no later than 180 days after it, and ends no more than
///    3 years after it begins. Only a finding carries one, and a finding that is upheld always does.
/// 3. Opener and respondent never rule in their own case; where one decides alone, another decides the objection.
/// 4. A case at its end never changes again, except a final finding by repair.
/// 5. A hold is ordered with a reason while the case is open and ends with it, or by release.
/// 6. Nothing is overwritten: a repair ends the effect from its block on, and {effectAt} answers for every past second as before.
///
/// Rulings are of active members. What a side pleads, and settles, it may while suspended or frozen, by any live key with the
/// role to act: who can't act can still defend itself.
///
/// The council sets the procedure. A case keeps the version under which it was opened: its deadlines and the rulings that it takes never
/// change under those who are in it, up to its repair.
///
/// This contract asks the register of members alone. Whether a subject exists is for those who decide; {Rights}, {Trades} and others ask
/// here whether something is held or somebody sanctioned, so asking them in turn would be a circle.
///
/// What follows from this, and is meant: a case about an id under which nothing is registered can be opened, decided and held. It stops
/// nothing, for nobody asks about that id, and {CaseOpened} shows who opened it. What is registered under that id later is held from its
/// beginning if one who decides ordered it while the case is open; opening alone holds nothing.
interface ICases {
    /// @notice The council set the procedure of the cases that are opened from now on.
    /// @param version Its number, from 1.
    /// @param procedure The rules.
    /// @param source Digest of the document that they come from; zero for the founding ones, whose source is that of the deployment.
    event ProcedureSet(uint32 indexed version, Procedure procedure, bytes32 indexed source);

    /// @notice A case was opened.
    /// @param caseId keccak256(abi.encode(bytes32("case"), opener, salt)).
    /// @param opener Member that opened it.
    /// @param respondent Member against which it is.
    /// @param kind What it is.
    /// @param subjectKind What it is about.
    /// @param subject Id of that.
    /// @param claimant Salted commitment of the person for whom it was opened, or zero.
    /// @param grounds Digest of the grounds.
    /// @param evidence Leaf hashes or digests of the evidence.
    /// @param procedure Version of the procedure under which it runs.
    event CaseOpened(
        bytes32 indexed caseId,
        bytes18 indexed opener,
        bytes18 indexed respondent,
        CaseKind kind,
        SubjectKind subjectKind,
        bytes32 subject,
        bytes32 claimant,
        bytes32 grounds,
        bytes32[] evidence,
        uint32 procedure
    );

    /// @notice A case moved.
    /// @param caseId The case.
    /// @param state Where it stands from now on.
    /// @param outcome What it came to so far.
    /// @param round Round of the case from now on.
    /// @param due First second, Unix, in which the next step is too late; zero at an end.
    event CaseMoved(bytes32 indexed caseId, CaseState indexed state, Outcome outcome, uint32 round, uint48 due);

    /// @notice A side pleaded.
    /// @param caseId The case.
    /// @param by Member that pleaded.
    /// @param kind What it pleaded.
    /// @param statement Digest of the statement.
    /// @param evidence Leaf hashes or digests of the evidence.
    event PleaMade(
        bytes32 indexed caseId,
        bytes18 indexed by,
        PleaKind indexed kind,
        bytes32 statement,
        bytes32[] evidence
    );

    /// @notice A decider ruled. It takes effect once as many as the kind asks for have ruled the same.
    /// @param caseId The case.
    /// @param by Member that ruled.
    /// @param ruling keccak256(abi.encode(ruling)): the same for all who agree.
    /// @param votes Rulings that agree with it and count now.
    event RulingCast(bytes32 indexed caseId, bytes18 indexed by, bytes32 indexed ruling, uint256 votes);

    /// @notice A ruling took effect.
    /// @param caseId The case.
    /// @param act What was ruled.
    /// @param by Member whose ruling completed it.
    /// @param grounds Digest of the grounds.
    /// @param rules Digest of the version of the rules.
    /// @param restrictions Mask of what the sanction restricts.
    /// @param from First second, Unix, of the sanction.
    /// @param until First second, Unix, after the sanction.
    event RulingMade(
        bytes32 indexed caseId,
        RulingAct indexed act,
        bytes18 indexed by,
        bytes32 grounds,
        bytes32 rules,
        uint8 restrictions,
        uint48 from,
        uint48 until
    );

    /// @notice Both sides settled.
    /// @param caseId The case.
    /// @param terms Digest of the terms.
    event CaseSettled(bytes32 indexed caseId, bytes32 terms);

    /// @notice A hold on a subject began or ended.
    /// @param caseId Case in which it was ordered.
    /// @param subject Product, resource, right or trade.
    /// @param held True if it began.
    event HoldChanged(bytes32 indexed caseId, bytes32 indexed subject, bool held);

    /// @notice The decision of a case takes effect or ceases to, from this block on.
    /// @param caseId The case.
    /// @param respondent Member that it binds.
    /// @param inEffect True if it takes effect; a sanction within its time only.
    event EffectChanged(bytes32 indexed caseId, bytes18 indexed respondent, bool inEffect);

    /// @notice A member used a nonce, by acting or to make a signature void.
    /// @param member The member.
    /// @param nonce The nonce.
    event NonceUsed(bytes18 indexed member, uint256 nonce);

    /// @notice No contract stands at the address given for the members or for the council.
    error CasesNoContract(address given);

    /// @notice A number of agreeing rulings is 1 to 32, and a period 1 to 180 days.
    error CasesProcedure(uint256 given, uint256 least, uint256 most);

    /// @notice There is no procedure of this version.
    error CasesUnknownProcedure(uint32 version);

    /// @notice A digest, id or salt must be given.
    error CasesZeroDigest();

    /// @notice The opener has opened a case with this salt.
    error CasesAlreadyOpen(bytes32 caseId);

    /// @notice There is no case of this id.
    error CasesUnknownCase(bytes32 caseId);

    /// @notice The kind of the case does not allow this.
    error CasesKind(CaseKind kind);

    /// @notice Nobody opens a case against itself.
    error CasesSameParty(bytes18 member);

    /// @notice The respondent was never a member.
    error CasesUnknownMember(bytes18 member);

    /// @notice A case is about something.
    error CasesSubjectKind(SubjectKind kind);

    /// @notice A case about a member is against that member.
    error CasesSubject(bytes32 subject, bytes18 respondent);

    /// @notice Only a trustee opens a case for somebody else.
    error CasesNotTrustee(bytes18 member);

    /// @notice The evidence is too little or too much.
    error CasesEvidenceCount(uint256 given, uint256 least, uint256 most);

    /// @notice The key is no member's live key.
    error CasesKeyNotLive(address key);

    /// @notice The state of the case does not allow this plea.
    error CasesPlea(bytes32 caseId, CaseState state, PleaKind kind);

    /// @notice Another member pleads this.
    error CasesNotParty(bytes32 caseId, bytes18 expected, bytes18 given);

    /// @notice The state of the case does not allow a settlement.
    error CasesSettlement(bytes32 caseId, CaseState state);

    /// @notice A side does not rule in its own case.
    error CasesPartyRules(bytes32 caseId, bytes18 member);

    /// @notice The member is not of the kind that decides this case.
    error CasesNotDecider(bytes32 caseId, bytes18 member);

    /// @notice Who decided alone does not decide the objection.
    error CasesOwnDecision(bytes32 caseId, bytes18 member);

    /// @notice The ruling is of another round of the case.
    error CasesRound(bytes32 caseId, uint32 expected, uint32 given);

    /// @notice The state of the case does not allow this ruling.
    error CasesRuling(bytes32 caseId, CaseState state, RulingAct act);

    /// @notice The member has ruled exactly this in this round, and the rulings that count now are still too few.
    error CasesRuledAlready(bytes32 caseId, bytes18 member);

    /// @notice No more than 32 members rule in one round.
    error CasesTooManyRulings(bytes32 caseId, uint256 most);

    /// @notice A finding that is upheld names at least one restriction, and only ones that exist; nothing else names any.
    error CasesRestrictions(RulingAct act, uint8 restrictions);

    /// @notice A sanction ends after it begins and after this block, begins within 180 days and lasts no more than 3 years; where there is
    /// none, both are zero.
    error CasesPeriod(uint48 from, uint48 until);

    /// @notice A member has no more than 16 sanctions at a time.
    error CasesTooManySanctions(bytes18 member, uint256 most);

    /// @notice Only products, resources, rights and trades are held.
    error CasesNotHoldable(SubjectKind kind);

    /// @notice The case has its hold, or has none to release.
    error CasesHold(bytes32 caseId, bool held);

    /// @notice A subject has no more than 16 holds at a time.
    error CasesTooManyHolds(bytes32 subject, uint256 most);

    /// @notice The effect of the finding is over without repair.
    error CasesNothingToRepair(bytes32 caseId);

    /// @notice No deadline of the case has passed; the next is `due`, zero at an end.
    error CasesNotDue(bytes32 caseId, uint48 due);

    /// @notice The signature's last second has passed.
    error CasesDeadline(uint256 deadline);

    /// @notice The member has used this nonce.
    error CasesNonceUsed(bytes18 member, uint256 nonce);

    /// @notice The signature is not the key's signature over these values.
    error CasesSignature(address key);

    /// @notice Sets the procedure of the cases that are opened from now on. Those that are open run on under theirs.
    ///
    /// Requirements: the caller is the council; numbers of agreeing rulings are 1 to 32, periods 1 to 180 days; the source is not zero.
    ///
    /// @param rules Rules of procedure.
    /// @param source Digest of the document that they come from.
    /// @return version Its number.
    function setProcedure(Procedure calldata rules, bytes32 source) external returns (uint32 version);

    /// @notice Opens a case; the caller's member is the opener.
    ///
    /// Requirements: the caller is a live key, with the role to act, of an active member; kind, salt, subject and grounds are given, and 1 to 32 digests of
    /// evidence, none zero; the respondent is another that is or was a member, whatever its standing now; a case about a member is about the respondent; with a
    /// claimant, the opener is of the kind trustee; the salt is new for this opener.
    ///
    /// @param opening What to open.
    /// @return caseId keccak256(abi.encode(bytes32("case"), opener, salt)).
    function open(Opening calldata opening) external returns (bytes32 caseId);

    /// @notice Opens a case as {open} by a signature over the EIP-712 struct `Opening(bytes18 by,bytes32 salt,uint8 kind,bytes18
    /// respondent,uint8 subjectKind,bytes32 subject,bytes32 claimant,bytes32 grounds,bytes32[] evidence,uint256 nonce,uint256 deadline)`.
    /// Anybody may relay it.
    /// @param opening What to open.
    /// @param approval The opener's signature.
    /// @return caseId keccak256(abi.encode(bytes32("case"), opener, salt)).
    function openSigned(Opening calldata opening, Approval calldata approval) external returns (bytes32 caseId);

    /// @notice Pleads in a case.
    ///
    /// Requirements: the caller is a live key, with the role to act, of the side that pleads this: the respondent answers while admitted; the opener withdraws
    /// before the decision; the respondent objects to a decision that upholds, the opener to one that dismisses; the respondent of a final
    /// finding applies for repair before its sanction ends. The statement is not zero.
    ///
    /// @param plea What is said.
    function plead(Plea calldata plea) external;

    /// @notice Pleads as {plead} by a signature over the EIP-712 struct `Plea(bytes18 by,bytes32 caseId,uint8 kind,bytes32 statement,
    /// bytes32[] evidence,uint256 nonce,uint256 deadline)`. Anybody may relay it.
    /// @param plea What is said.
    /// @param approval The side's signature.
    function pleadSigned(Plea calldata plea, Approval calldata approval) external;

    /// @notice Rules in a case. Who has ruled in this round may rule otherwise as long as nothing took effect; the newest counts.
    ///
    /// Requirements: the caller is a live key, with the role to govern, of an active member of the kind that decides, neither opener nor respondent, and, where one
    /// decides alone, not the decider to whose decision the objection is; the round is the present one; the state allows it; grounds and
    /// rules are given; sanction and hold as in the rules of {ICases}.
    ///
    /// @param ruling What is ruled.
    function rule(Ruling calldata ruling) external;

    /// @notice Rules as {rule} by a signature over the EIP-712 struct `Ruling(bytes18 by,bytes32 caseId,uint32 round,uint8 act,bytes32
    /// grounds,bytes32 rules,uint8 restrictions,uint48 from,uint48 until,uint256 nonce,uint256 deadline)`. Anybody may relay it.
    /// @param ruling What is ruled.
    /// @param approval The decider's signature.
    function ruleSigned(Ruling calldata ruling, Approval calldata approval) external;

    /// @notice Ends a case before its decision by both sides. Anybody may relay it.
    ///
    /// Requirements: the case is opened, admitted, answered or unanswered and no finding; the terms are not zero; opener and respondent each
    /// sign the EIP-712 struct `Settlement(bytes18 by,bytes32 caseId,bytes32 terms,uint256 nonce,uint256 deadline)`.
    ///
    /// @param caseId The case.
    /// @param terms Digest of the terms.
    /// @param opener The opener's signature.
    /// @param respondent The respondent's signature.
    function settle(bytes32 caseId, bytes32 terms, Approval calldata opener, Approval calldata respondent) external;

    /// @notice Writes down what the passing of a deadline did to a case. Anybody may do it, and nothing depends on its being done.
    /// @dev Reverts with {CasesNotDue} if no deadline has passed since the last change.
    /// @param caseId The case.
    function lapse(bytes32 caseId) external;

    /// @notice Makes a signature void by using its nonce. The caller is a live key of the member, whatever its role
    /// and the member's standing: what any key signed, each of them can call back.
    /// @param nonce The nonce.
    function voidNonce(uint256 nonce) external;

    /// @notice True while a hold that was ordered in a case still open is on the product, resource, right or trade.
    /// @dev Ids of different registers never collide, so a hold needs no kind, and what a case calls its subject can't mislead who asks. At
    /// most 16 cases are looked at.
    /// @param subject Its id.
    function isHeld(bytes32 subject) external view returns (bool);

    /// @notice True if any of the restrictions was in effect on the member at `time`; for the future: as things stand.
    /// @dev For now and the future at most 16 cases are looked at, for the past all sanctions that the member ever had.
    /// @param member The member.
    /// @param restrictions Mask, bit n for `Restriction(n)`.
    /// @param time Unix seconds.
    function isSanctioned(bytes18 member, uint8 restrictions, uint64 time) external view returns (bool);

    /// @notice True if the decision of a case was in effect at `time`: upheld by then, neither suspended by an objection, annulled nor
    /// repaired, and, for a finding, within the time of its sanction. Of several changes in one second the
    /// last counts. For the future: as things stand.
    /// @param caseId The case; false if there is none.
    /// @param time Unix seconds.
    function effectAt(bytes32 caseId, uint64 time) external view returns (bool);

    /// @notice A case as it stands in this block.
    /// @dev Reverts with {CasesUnknownCase}.
    function caseOf(bytes32 caseId) external view returns (Case memory);

    /// @notice How many rulings count now that agree exactly with this one, in its round.
    function votesFor(Ruling calldata ruling) external view returns (uint256 votes);

    /// @notice Cases whose hold on the subject may be in force, at most 16. {isHeld} says whether one is.
    function holdsOn(bytes32 subject) external view returns (bytes32[] memory caseIds);

    /// @notice Number of sanctions that the member ever had, in effect or not.
    function sanctionCount(bytes18 member) external view returns (uint256 count);

    /// @notice Case of the member's sanction at this place, from 0, in the order of their decisions.
    /// @dev Reverts with Panic(0x32) at and beyond {sanctionCount}.
    function sanctionAt(bytes18 member, uint256 place) external view returns (bytes32 caseId);

    /// @notice Version of the procedure under which a case is opened now.
    function procedureVersion() external view returns (uint32 version);

    /// @notice Rules of procedure of this version, from 1.
    /// @dev Reverts with {CasesUnknownProcedure}.
    function procedureOf(uint32 version) external view returns (Procedure memory);

    /// @notice True if the member has used the nonce.
    function isNonceUsed(bytes18 member, uint256 nonce) external view returns (bool);

    /// @notice What an opener signs: the EIP-712 digest.
    function openingDigest(
        bytes18 by,
        Opening calldata opening,
        uint256 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice What a side signs to plead: the EIP-712 digest.
    function pleaDigest(
        bytes18 by,
        Plea calldata plea,
        uint256 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice What a decider signs: the EIP-712 digest.
    function rulingDigest(
        bytes18 by,
        Ruling calldata ruling,
        uint256 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice What each side signs to settle: the EIP-712 digest.
    function settlementDigest(
        bytes18 by,
        bytes32 caseId,
        bytes32 terms,
        uint256 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice Id of the case that this opener opens with this salt.
    function caseIdOf(bytes18 opener, bytes32 salt) external pure returns (bytes32 caseId);
}
