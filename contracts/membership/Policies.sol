// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "./Governed.sol";
import {IPolicies, PolicyVersion} from "./IPolicies.sol";

/// @title Documents of the consortium, by version
contract Policies is IPolicies, Governed {
    /// @dev Most bytes of a name.
    uint256 private constant MAX_NAME = 64;
    /// @dev Most versions of a policy: bounds the gas of {versionAt}.
    uint32 private constant MAX_VERSIONS = 1024;
    /// @dev Longest time ahead in which a document begins or ends.
    uint48 private constant MAX_NOTICE = 3652 days;
    /// @dev End of a version whose end was not decided.
    uint48 private constant NO_END = type(uint48).max;

    string[] private _names;
    mapping(bytes32 policy => PolicyVersion[]) private _versions;
    bytes32 private _head;

    /// @param authority Contract of the council.
    constructor(address authority) Governed(authority) {}

    /// @inheritdoc IPolicies
    function publish(string calldata name, uint32 version, bytes32 digest, uint48 effectiveFrom) external onlyCouncil {
        _checkName(name);
        if (digest == 0) revert PoliciesZeroDigest();
        bytes32 policy = keccak256(bytes(name));
        PolicyVersion[] storage versions = _versions[policy];
        uint32 latest = uint32(versions.length);
        if (version != latest + 1 || latest == MAX_VERSIONS) revert PoliciesNumber(latest + 1, version);
        if (latest == 0) _names.push(name);
        uint48 from = _notBeforeNow(effectiveFrom);
        versions.push(PolicyVersion(digest, uint48(block.timestamp), from, NO_END));
        _chain(policy, version);
        emit PolicyPublished(policy, version, digest, name, from);
    }

    /// @inheritdoc IPolicies
    function retire(bytes32 policy, uint32 version, uint48 retiredFrom, bytes32 reason) external onlyCouncil {
        _checkKnown(policy, version);
        if (reason == 0) revert PoliciesZeroReason();
        PolicyVersion storage one = _versions[policy][version - 1];
        if (one.retiredFrom != NO_END) revert PoliciesRetired(policy, version, one.retiredFrom);
        uint48 from = _notBeforeNow(retiredFrom);
        one.retiredFrom = from;
        _chain(policy, version);
        emit PolicyRetired(policy, version, from, reason);
    }

    /// @inheritdoc IPolicies
    function policyOf(bytes32 policy, uint32 version) external view returns (PolicyVersion memory) {
        _checkKnown(policy, version);
        return _versions[policy][version - 1];
    }

    /// @inheritdoc IPolicies
    function versionAt(bytes32 policy, uint48 time) external view returns (uint32 version) {
        PolicyVersion[] storage versions = _versions[policy];
        for (uint256 number = versions.length; number != 0; --number) {
            PolicyVersion storage one = versions[number - 1];
            bool everBegins = one.retiredFrom > one.effectiveFrom;
            if (everBegins && one.effectiveFrom <= time) return one.retiredFrom > time ? uint32(number) : 0;
        }
        return 0;
    }

    /// @inheritdoc IPolicies
    function latestVersion(bytes32 policy) external view returns (uint32 version) {
        return uint32(_versions[policy].length);
    }

    /// @inheritdoc IPolicies
    function nameCount() external view returns (uint256 count) {
        return _names.length;
    }

    /// @inheritdoc IPolicies
    function nameAt(uint256 number) external view returns (string memory name) {
        if (number == 0 || number > _names.length) revert PoliciesUnknownName(number, _names.length);
        return _names[number - 1];
    }

    /// @inheritdoc IPolicies
    function head() external view returns (bytes32 digest) {
        return _head;
    }

    function _chain(bytes32 policy, uint32 version) private {
        PolicyVersion storage one = _versions[policy][version - 1];
        _head = keccak256(abi.encode(_head, policy, version, one.digest, one.effectiveFrom, one.retiredFrom));
    }

    function _checkKnown(bytes32 policy, uint32 version) private view {
        if (version == 0 || version > _versions[policy].length) revert PoliciesUnknown(policy, version);
    }

    /// @dev The second asked for, or this block's where that is later.
    function _notBeforeNow(uint48 second) private view returns (uint48) {
        uint48 present = uint48(block.timestamp);
        if (second > present + MAX_NOTICE) revert PoliciesTooLate(second, present + MAX_NOTICE);
        return second > present ? second : present;
    }

    function _checkName(string calldata name) private pure {
        bytes calldata text = bytes(name);
        if (text.length == 0 || text.length > MAX_NAME) revert PoliciesName(name);
        bool afterSign = true;
        for (uint256 i = 0; i < text.length; ++i) {
            bool sign = !_isLetterOrDigit(text[i]);
            if (sign && (afterSign || !_isSign(text[i]))) revert PoliciesName(name);
            afterSign = sign;
        }
        if (afterSign) revert PoliciesName(name);
    }

    function _isLetterOrDigit(bytes1 one) private pure returns (bool) {
        return (one >= "a" && one <= "z") || (one >= "0" && one <= "9");
    }

    function _isSign(bytes1 one) private pure returns (bool) {
        return one == "/" || one == "." || one == "-";
    }
}
