"""Entries, disclosures, statements: formats.md sections 2, 4, 5, 6 and 13."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from keccak import keccak256
from refused import need
from secp256k1 import N, recover
from strict_json import NotJson, canonical, parse

TYPE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")
SUBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MEMBERS = {"version", "type", "subject", "issuer", "occurredAt", "receivedAt", "sequence", "previous", "commitments"}
EPOCH = datetime(1970, 1, 1)


def is_hex(value, length=None) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"0x([0-9a-f]{2})*", value):
        return False
    return length is None or len(value) == 2 + 2 * length


def unhex(value) -> bytes:
    return bytes.fromhex(value[2:])


def is_count(value, least=0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**53


def is_uscc(text) -> bool:
    """GB 32100-2015: the check character makes the weighted sum a multiple of 31."""
    if not isinstance(text, str) or len(text) != 18 or any(c not in USCC_CHARACTERS for c in text):
        return False
    sum_ = sum(USCC_CHARACTERS.index(c) * pow(3, at, 31) for at, c in enumerate(text[:17]))
    return USCC_CHARACTERS[-sum_ % 31] == text[17]


def milliseconds(text):
    """Since 1970; None for what is no instant."""
    if not isinstance(text, str) or not INSTANT.fullmatch(text):
        return None
    try:
        return (datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") - EPOCH) // timedelta(milliseconds=1)
    except ValueError:
        return None


def instant(ms) -> str:
    return (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds") + "Z"


def base64url(text):
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return decoded if urlsafe_b64encode(decoded).rstrip(b"=").decode() == text else None


def _is_commitment(value) -> bool:
    decoded = base64url(value)
    return decoded is not None and len(decoded) == 32


def _is_statement(value) -> bool:
    if not isinstance(value, dict) or value.keys() != {"key", "signature"} or not is_hex(value["key"], 20):
        return False
    if not is_hex(value["signature"], 65):
        return False
    r, s, v = split_signature(unhex(value["signature"]))
    return 0 < r < N and 0 < s <= N // 2 and v in (27, 28)


def split_signature(signature: bytes):
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]


def _is_entry(entry) -> bool:
    commitments, previous = entry["commitments"], entry["previous"]
    return (
        isinstance(entry["type"], str)
        and len(entry["type"]) <= 64
        and TYPE.fullmatch(entry["type"]) is not None
        and isinstance(entry["subject"], str)
        and SUBJECT.fullmatch(entry["subject"]) is not None
        and is_uscc(entry["issuer"])
        and milliseconds(entry["occurredAt"]) is not None
        and milliseconds(entry["receivedAt"]) is not None
        and is_count(entry["sequence"])
        and (previous is None if entry["sequence"] == 0 else is_hex(previous, 32))
        and isinstance(commitments, list)
        and 1 <= len(commitments) <= 258
        and all(map(_is_commitment, commitments))
        and all(a < b for a, b in zip(commitments, commitments[1:]))
        and ("statement" not in entry or _is_statement(entry["statement"]))
    )


def read_entry(text) -> dict:
    need(len(text.encode()) <= 65_535, "V_LEAF", "too long")
    try:
        entry = parse(text.encode())
    except NotJson:
        need(False, "V_LEAF", "no JSON")
    need(isinstance(entry, dict), "V_LEAF")
    need(MEMBERS <= entry.keys() <= MEMBERS | {"statement"}, "V_LEAF", "members")
    need(is_count(entry["version"]) and entry["version"] == 1, "V_VERSION")
    need(_is_entry(entry) and canonical(entry) == text, "V_LEAF")
    return entry


def read_disclosure(text):
    """(commitment, name, value)."""
    raw = base64url(text)
    need(raw is not None, "V_DISCLOSURE")
    try:
        parts = parse(raw)
    except NotJson:
        need(False, "V_DISCLOSURE")
    need(isinstance(parts, list) and len(parts) == 3, "V_DISCLOSURE")
    salt, name, value = parts
    salt = base64url(salt)
    need(salt is not None and len(salt) >= 16 and isinstance(name, str), "V_DISCLOSURE")
    need(name not in ("_sd", "_sd_alg", "...") and canonical(parts).encode() == raw, "V_DISCLOSURE")
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode(), name, value


@dataclass(frozen=True)
class Record:
    id: str
    entry: dict
    disclosed: dict


def read_record(made) -> Record:
    entry = read_entry(made["entry"])
    disclosed = {}
    for text in made["disclosures"]:
        commitment, name, value = read_disclosure(text)
        need(commitment in entry["commitments"] and name not in disclosed, "V_DISCLOSURE")
        disclosed[name] = value
    return Record("0x" + sha256(b"\0" + made["entry"].encode()).hexdigest(), entry, disclosed)


def _word(number) -> bytes:
    return number.to_bytes(32, "big")


def statement_digest(entry, chain_id, members: bytes) -> bytes:
    """EIP-712; formats.md section 6."""

    def text(value):
        return keccak256(value.encode())

    domain_type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    domain = text(domain_type) + text("Lianzheng Statement") + text("1") + _word(chain_id) + bytes(12) + members
    kind = "Statement(string type,string subject,string issuer,string occurredAt,bytes32[] commitments)"
    parts = [text(kind)] + [text(entry[name]) for name in ("type", "subject", "issuer", "occurredAt")]
    commitments = keccak256(b"".join(map(base64url, entry["commitments"])))
    return keccak256(b"\x19\x01" + keccak256(domain) + keccak256(b"".join(parts) + commitments))


def signer_of(entry, chain_id, members: bytes):
    r, s, v = split_signature(unhex(entry["statement"]["signature"]))
    address = recover(statement_digest(entry, chain_id, members), r, s, v - 27)
    return None if address is None else "0x" + address.hex()


GROUNDS = {"retention-ended", "subject-request", "court-order", "unlawful-processing"}


def erasure_in(disclosed):
    """The erased record's id and the ground; None where the body tells of no erasure."""
    reference = disclosed.get("reference", "")
    if disclosed.keys() - {"reference"} != {"record", "index", "ground", "requestedBy"}:
        return None
    if not (is_hex(disclosed["record"], 32) and is_count(disclosed["index"]) and isinstance(reference, str)):
        return None
    if disclosed["ground"] not in GROUNDS or not isinstance(disclosed["requestedBy"], str):
        return None
    return disclosed["record"], disclosed["ground"]
