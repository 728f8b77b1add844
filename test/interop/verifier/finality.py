"""Who sealed a block: SPEC.md 3.5, formats.md section 12."""

from dataclasses import dataclass

from blocks import Header, read_header
from records import unhex
from refused import Fail, Unknown, need
from secp256k1 import N, recover
from trie import Malformed, decode_rlp, encode_rlp, fixed


VANITY = b"lianzheng embedded".ljust(32, b"\0")


@dataclass(frozen=True)
class Block:
    header: Header
    hash: bytes
    trust: str


def _sealer(seal: bytes, digest: bytes) -> bytes:
    """The address whose key made it; `V_SEAL` where it is no signature."""
    r, s, v = int.from_bytes(seal[:32], "big"), int.from_bytes(seal[32:64], "big"), seal[64]
    need(0 < s <= N // 2 and v < 2 and 0 < r < N, "V_SEAL")
    address = recover(digest, r, s, v)
    need(address is not None, "V_SEAL")
    return address


def _last_65(header: Header, is_exact: bool) -> bytes:
    extra = header.extra
    need(len(extra) == 97 and extra[:32] == VANITY if is_exact else len(extra) >= 97, "V_SEAL")
    return _sealer(extra[-65:], header.with_extra(extra[:-65]))


def _newest(epochs, height):
    past = [epoch for epoch in epochs if epoch["from"] <= height]
    if not past:
        raise Unknown("no epoch")
    return past[-1]


def _addresses(texts):
    return [unhex(text) for text in texts]


@dataclass(frozen=True)
class Qbft:
    header: Header
    validators: list
    seals: list
    digest: bytes
    hash: bytes


def _read_qbft(header: Header) -> Qbft:
    try:
        extra = decode_rlp(header.extra)
        if not isinstance(extra, list) or len(extra) != 5:
            raise Malformed("extra data")
        vanity, validators, vote, round_, seals = extra
        fixed(vanity, 32)
        if not all(isinstance(part, list) for part in (validators, vote, seals)) or len(vote) not in (0, 2):
            raise Malformed("lists")
        if vote and (fixed(vote[0], 20) is None or vote[1] not in (b"", b"\xff")):
            raise Malformed("vote")
        validators = [fixed(one, 20) for one in validators]
        seals = [fixed(one, 65) for one in seals]
        if not isinstance(round_, bytes) or len(round_) > 4:
            raise Malformed("round")
    except Malformed as error:
        raise Fail("V_SEAL", str(error)) from error
    unsealed = [vanity, validators, vote, round_, []]
    first = [vanity, validators, vote, b"", []]
    return Qbft(
        header, validators, seals, header.with_extra(encode_rlp(unsealed)), header.with_extra(encode_rlp(first))
    )


def _check_sealed(block: Qbft, validators):
    need(len(block.seals) <= len(validators), "V_SEAL")
    sealers = [_sealer(seal, block.digest) for seal in block.seals]
    need(len(set(sealers)) == len(sealers), "V_SEAL")
    need(set(sealers) <= set(validators), "V_SEAL_SIGNER")
    need(3 * len(sealers) >= 2 * len(validators), "V_QUORUM")


def _named(block: Qbft, known):
    named = set(block.validators)
    need(named and len(named) == len(block.validators), "V_SEAL")
    need(len(named ^ set(known)) <= 1, "V_SEAL_SIGNER")
    return named


def _qbft(header: Header, rule, headers, is_anchor) -> Block:
    epoch = _newest(rule["epochs"], header.number)
    known = set(_addresses(epoch["validators"]))
    if rule["selection"] == "headers":
        for one in headers:
            if epoch["from"] <= one.number < header.number:
                changed = _read_qbft(one)
                named = _named(changed, known)
                if named != known:
                    _check_sealed(changed, named)
                    known = named
        block = _read_qbft(header)
        known = _named(block, known)
    else:
        block = _read_qbft(header)
        need(not block.validators, "V_SEAL")
    _check_sealed(block, known)
    return Block(header, block.hash, "single-operator" if len(known) == 1 else "validators")


def _clique(header: Header, rule, headers, is_anchor) -> Block:
    if not is_anchor:
        raise Unknown("only the anchor has blocks behind it")
    parent = header
    for one in headers:
        need(one.number == parent.number + 1 and one.parent == parent.hash, "V_HEADER")
        parent = one
    newest, signers = _newest(rule["epochs"], header.number), []
    for one in [header, *headers]:
        signers.append(_last_65(one, False))
        need(signers[-1] in _addresses(_newest(rule["epochs"], one.number)["validators"]), "V_SEAL_SIGNER")
    count = len(newest["validators"])
    if len(set(signers) & set(_addresses(newest["validators"]))) < count // 2 + 1:
        raise Unknown("too few")
    return Block(header, header.hash, "single-operator" if count == 1 else "validators")


def final_block(header: Header, anchor, policy, is_anchor=True) -> Block:
    rule, headers = policy["chain"]["finality"], [read_header(text) for text in anchor.get("headers", [])]
    if rule["engine"] == "single-operator":
        need(_last_65(header, True) in _addresses(rule["sealers"]), "V_SEAL_SIGNER")
        return Block(header, header.hash, "single-operator")
    if rule["engine"] == "qbft":
        numbers = [one.number for one in headers]
        if is_anchor:
            need(all(a < b for a, b in zip(numbers, [*numbers[1:], header.number])), "V_HEADER")
        return _qbft(header, rule, headers, is_anchor)
    if rule["engine"] == "clique":
        return _clique(header, rule, headers, is_anchor)
    raise Unknown("nobody asked the endpoint")
