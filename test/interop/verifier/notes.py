"""C2SP signed-note, tlog-checkpoint, tlog-proof and tlog-cosignature."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

import ed25519
from refused import need

MOST = 2**53


def base64(text, code, length=None) -> bytes:
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        decoded = None
    need(decoded is not None and b64encode(decoded).decode() == text, code, "base64")
    need(length is None or len(decoded) == length, code, "length")
    return decoded


@dataclass(frozen=True)
class Key:
    name: str
    id: bytes
    kind: int
    public: bytes


def vkey(text) -> Key:
    name, _id, encoded = text.split("+", 2)
    raw = b64decode(encoded)
    return Key(name, sha256(name.encode() + b"\n" + raw).digest()[:4], raw[0], raw[1:])


def witness_vkey(text) -> Key:
    """A key of type 0x01 is taken too; what it cosigns bears the id of type 0x04 all the same."""
    key = vkey(text)
    return Key(key.name, sha256(key.name.encode() + b"\n\x04" + key.public).digest()[:4], 4, key.public)


def read_note(note):
    """The signed text, and (name, key id, signature) of each line."""
    need(not re.search(r"[\x00-\x09\x0b-\x1f]", note), "V_NOTE", "control characters")
    at = note.rfind("\n\n")
    need(at >= 0 and note.endswith("\n"), "V_NOTE", "no signatures")
    text, lines = note[: at + 1], note[at + 2 :].split("\n")[:-1]
    need(1 <= len(lines) <= 100 and len(note) <= 1_000_000, "V_NOTE", "too many or too long")
    signatures = []
    for line in lines:
        match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        need(match, "V_NOTE", "line of a signature")
        raw = base64(match[2], "V_NOTE")
        need(len(raw) >= 5, "V_NOTE", "too short")
        signatures.append((match[1], raw[:4], raw[4:]))
    return text, signatures


def signed_by(text, signatures, key: Key) -> bool:
    """Whether the key signed; of its lines the first counts, and is refused if it does not verify."""
    for name, key_id, signature in signatures:
        if (name, key_id) == (key.name, key.id):
            need(_verifies(text, key, signature), "V_NOTE", "signature")
            return True
    return False


def _verifies(text, key: Key, signature) -> bool:
    if key.kind == 1:
        return ed25519.verifies(key.public, text.encode(), signature)
    if len(signature) != 72:
        return False
    time = int.from_bytes(signature[:8], "big")
    if time >= MOST:
        return False
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    return ed25519.verifies(key.public, message, signature[8:])


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes


def decimal(text, code) -> int:
    need(re.fullmatch(r"0|[1-9][0-9]*", text) and len(text) <= 16 and int(text) < MOST, code, "number")
    return int(text)


def read_checkpoint(text) -> Checkpoint:
    lines = text.split("\n")[:-1]
    need(len(lines) >= 3 and all(lines), "V_NOTE", "lines")
    return Checkpoint(lines[0], decimal(lines[1], "V_NOTE"), base64(lines[2], "V_NOTE", 32))


@dataclass(frozen=True)
class Proof:
    index: int
    hashes: tuple
    note: str


def read_proof(text) -> Proof:
    head, _, note = text.partition("\n\n")
    need(note and len(text) <= 2_000_000, "V_FORMAT", "no checkpoint")
    first, *lines = head.split("\n")
    need(first == "c2sp.org/tlog-proof@v1", "V_VERSION")
    if lines and lines[0].startswith("extra "):
        base64(lines.pop(0)[6:], "V_FORMAT")
    need(lines and lines[0].startswith("index "), "V_FORMAT", "no index")
    index = decimal(lines[0][6:], "V_INDEX")
    need(len(lines) <= 1 + 53, "V_PROOF_LENGTH")
    return Proof(index, tuple(base64(line, "V_FORMAT", 32) for line in lines[1:]), note)


def root_of(leaf: bytes, proof: Proof, size: int) -> bytes:
    """RFC 9162, 2.1.3.2."""
    need(proof.index < size, "V_INDEX")
    node, index, last = leaf, proof.index, size - 1
    for sibling in proof.hashes:
        need(last != 0, "V_PROOF_LENGTH")
        if index & 1 or index == last:
            node = sha256(b"\x01" + sibling + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    need(last == 0, "V_PROOF_LENGTH")
    return node
