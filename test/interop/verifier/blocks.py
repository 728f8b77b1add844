"""Headers, receipts and accounts: SPEC.md 3.4."""

from dataclasses import dataclass

from keccak import keccak256
from records import unhex
from refused import Fail, need
from trie import Malformed, decode_rlp, encode_rlp, fixed, number, walk_proof

LENGTHS = {0: 32, 1: 32, 2: 20, 3: 32, 4: 32, 5: 32, 6: 256, 13: 32, 14: 8, 16: 32, 19: 32}
WIDE = {7: 32, 15: 32}  # difficulty and base fee; other quantities have 8 bytes
EXTRA_DATA = 12


@dataclass(frozen=True)
class Header:
    fields: tuple
    hash: bytes
    parent: bytes
    state_root: bytes
    receipts_root: bytes
    number: int
    time: int
    extra: bytes

    def with_extra(self, extra: bytes) -> bytes:
        """Keccak-256 of the header with other `extraData`."""
        fields = list(self.fields)
        fields[EXTRA_DATA] = extra
        return keccak256(encode_rlp(fields))


def read_header(text) -> Header:
    data = unhex(text)
    try:
        fields = decode_rlp(data)
        if not isinstance(fields, list) or len(fields) != 20:
            raise Malformed("fields")
        for at, field in enumerate(fields):
            if at in LENGTHS:
                fixed(field, LENGTHS[at])
            elif at != EXTRA_DATA:
                number(field, WIDE.get(at, 8))
        if not isinstance(fields[EXTRA_DATA], bytes) or len(fields[EXTRA_DATA]) > 8192:
            raise Malformed("extraData")
        height, time = number(fields[8]), number(fields[11])
        if height >= 2**53:
            raise Malformed("number")
    except Malformed as error:
        raise Fail("V_HEADER", str(error)) from error
    return Header(
        tuple(fields), keccak256(data), fields[0], fields[3], fields[5], height, time, fields[EXTRA_DATA]
    )


@dataclass(frozen=True)
class Log:
    address: bytes
    topics: tuple
    data: bytes


def _log(item) -> Log:
    if not isinstance(item, list) or len(item) != 3 or not isinstance(item[1], list) or len(item[1]) > 4:
        raise Malformed("log")
    if not isinstance(item[2], bytes):
        raise Malformed("data")
    return Log(fixed(item[0], 20), tuple(fixed(topic, 32) for topic in item[1]), item[2])


def _read_receipt(data: bytes):
    kind = data[0] if data else 0
    if kind < 0xC0:
        if kind not in (1, 2, 3):
            raise Malformed("type")
        data = data[1:]
    fields = decode_rlp(data)
    if not isinstance(fields, list) or len(fields) != 4 or not isinstance(fields[3], list):
        raise Malformed("receipt")
    status = number(fields[0])
    number(fields[1])
    fixed(fields[2], 256)
    if status > 1:
        raise Malformed("status")
    return status, [_log(item) for item in fields[3]]


def index_key(index) -> bytes:
    return encode_rlp(index.to_bytes((index.bit_length() + 7) // 8, "big"))


def read_event(event, address: bytes) -> tuple:
    """The header, and the log of the contract at `address`: SPEC.md 3.4, 2 to 4."""
    header = read_header(event["header"])
    try:
        value = walk_proof(header.receipts_root, index_key(event["receiptIndex"]), map(unhex, event["receiptProof"]))
        if value is None:
            raise Malformed("no receipt")
        status, logs = _read_receipt(value)
        log = logs[event["logIndex"]]
    except (Malformed, IndexError) as error:
        raise Fail("V_RECEIPT", str(error)) from error
    need(status == 1, "V_TX_FAILED")
    need(log.address == address, "V_EMITTER")
    return header, log


def words(log: Log, signature: str, topics: int, count: int):
    """The words of an event behind its signature."""
    need(len(log.topics) == topics and log.topics[0] == keccak256(signature.encode()), "V_EVENT")
    need(len(log.data) == 32 * count, "V_EVENT")
    return [*log.topics[1:], *(log.data[at : at + 32] for at in range(0, len(log.data), 32))]


def small(word: bytes, bits: int) -> int:
    value = int.from_bytes(word, "big")
    need(value < 1 << bits, "V_EVENT")
    return value


def read_account(root: bytes, address: bytes, nodes):
    """(storage root, code hash)."""
    value = walk_proof(root, keccak256(address), map(unhex, nodes))
    account = None if value is None else decode_rlp(value)
    if not isinstance(account, list) or len(account) != 4:
        raise Malformed("no account")
    number(account[0])
    number(account[1])
    return fixed(account[2], 32), fixed(account[3], 32)
