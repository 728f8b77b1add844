// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Kind} from "../membership/IMembers.sol";
import {CaseKind, CaseState, PleaKind, Procedure, RulingAct} from "./ICases.sol";

/// @title Tables of the procedure
/// @notice The two tables of {ICases}: who decides, and how a case moves.
library CaseTable {
    /// @notice Agreeing rulings that a case of this kind takes.
    function votes(CaseKind kind, Procedure storage procedure) internal view returns (uint256) {
        if (kind == CaseKind.Finding) return procedure.findingVotes;
        return kind == CaseKind.Arbitration ? procedure.tribunalVotes : 1;
    }

    /// @notice Seconds that a case may stay in this state; zero where it may stay for ever.
    function period(CaseState state, Procedure storage procedure) internal view returns (uint48) {
        if (state == CaseState.Opened) return procedure.admission;
        if (state == CaseState.Admitted) return procedure.answer;
        if (isHeard(state)) return procedure.decision;
        if (state == CaseState.Decided) return procedure.objection;
        if (state == CaseState.Objected) return procedure.review;
        return state == CaseState.RepairSought ? procedure.repair : 0;
    }

    /// @notice Kind of the members that decide a case of this kind.
    function deciders(CaseKind kind) internal pure returns (Kind) {
        return kind == CaseKind.Complaint || kind == CaseKind.Finding ? Kind.Regulator : Kind.Arbitrator;
    }

    /// @notice True for what one of those who decide rules alone, whatever the kind of the case.
    function isAlone(RulingAct act) internal pure returns (bool) {
        return act >= RulingAct.Admit && act <= RulingAct.Release;
    }

    /// @notice True if a case in this state can be ruled so.
    function allows(CaseState state, RulingAct act) internal pure returns (bool) {
        if (act == RulingAct.Admit || act == RulingAct.Reject) return state == CaseState.Opened;
        if (act == RulingAct.Hold || act == RulingAct.Release) return isOpen(state);
        if (act == RulingAct.Uphold || act == RulingAct.Dismiss) return isHeard(state);
        if (act == RulingAct.Confirm || act == RulingAct.Annul) return state == CaseState.Objected;
        return act != RulingAct.None && state == CaseState.RepairSought;
    }

    /// @notice True if a side of a case in this state can plead so.
    function allows(CaseState state, PleaKind kind) internal pure returns (bool) {
        if (kind == PleaKind.Answer) return state == CaseState.Admitted;
        if (kind == PleaKind.Withdrawal) return isUndecided(state);
        if (kind == PleaKind.Objection) return state == CaseState.Decided;
        return kind == PleaKind.RepairApplication && state == CaseState.Final;
    }

    /// @notice Where a case goes when the deadline of this state passes; the state itself if it has none.
    function afterDue(CaseState state) internal pure returns (CaseState) {
        if (state == CaseState.Admitted) return CaseState.Unanswered;
        if (state == CaseState.Decided || state == CaseState.RepairSought) return CaseState.Final;
        return state == CaseState.Opened || isHeard(state) || state == CaseState.Objected ? CaseState.Lapsed : state;
    }

    /// @notice True from opening to the end of the case. A repair does not open it again.
    function isOpen(CaseState state) internal pure returns (bool) {
        return isUndecided(state) || state == CaseState.Decided || state == CaseState.Objected;
    }

    /// @notice True from opening to the decision.
    function isUndecided(CaseState state) internal pure returns (bool) {
        return state == CaseState.Opened || state == CaseState.Admitted || isHeard(state);
    }

    /// @notice True once the respondent has answered or had its time to.
    function isHeard(CaseState state) internal pure returns (bool) {
        return state == CaseState.Answered || state == CaseState.Unanswered;
    }
}
