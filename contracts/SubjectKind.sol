// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a statement, a case or a freeze is about. The numbers are part of the ABI: new kinds go to the end.
/// @dev Ids never collide across kinds: each is made from its maker and what the maker chose, in a form of its own. A member as a subject is
///      its 18 bytes followed by zeros; a record is the leaf hash of its entry.
enum SubjectKind {
    None,
    Product,
    Resource,
    Right,
    Trade,
    Member,
    Record
}
