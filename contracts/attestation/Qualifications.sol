// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Kind} from "../membership/IMembers.sol";
import {AttestationKind} from "./IAttestations.sol";

/// @title Qualifications
/// @notice Which kinds of members may state which kind of attestation: the table of {IAttestations}, with its sources.
library Qualifications {
    /// @notice Mask of kinds of members, bit n for `Kind(n)`; zero for no kind.
    function memberKindsFor(AttestationKind kind) internal pure returns (uint16 memberKinds) {
        if (kind == AttestationKind.Compliance) return _bit(Kind.Notary);
        if (kind == AttestationKind.Security) return _bit(Kind.Regulator);
        if (kind == AttestationKind.Algorithm) return _bit(Kind.Regulator) | _bit(Kind.Certifier);
        if (kind == AttestationKind.Certification) return _bit(Kind.Certifier);
        if (kind == AttestationKind.Valuation) return _bit(Kind.Auditor);
        if (kind == AttestationKind.Insurance) return _bit(Kind.Insurer);
        return _others(kind);
    }

    function _others(AttestationKind kind) private pure returns (uint16 memberKinds) {
        if (kind == AttestationKind.Custody) return _bit(Kind.Custodian);
        if (kind == AttestationKind.CrossBorder) return _bit(Kind.Regulator);
        if (kind == AttestationKind.RiskAssessment) return _bit(Kind.Certifier);
        return 0;
    }

    function _bit(Kind kind) private pure returns (uint16) {
        return uint16(1 << uint256(kind));
    }
}
