"""The questions but `entitled`: SPEC.md section 3."""

from dataclasses import dataclass

import notes
from blocks import Header, Log, read_account, read_event, small, words
from entitled import entitled
from finality import final_block
from keccak import keccak256
from records import erasure_in, instant, milliseconds, read_record, signer_of, unhex
from refused import Fail, Unknown, need
from trie import Malformed, decode_rlp, number, walk_proof

TEN_MINUTES = 600_000
STAGES = ["listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"]
STEPS = ["trade." + name for name in [*STAGES, "amendment", "filing", "termination", "distribution"]]


@dataclass(frozen=True)
class Logged:
    log: dict
    checkpoint: notes.Checkpoint


def unaltered(bundle, _policy, _now, _so_far):
    records = [read_record(made) for made in bundle["records"]]
    need(len({record.entry["subject"] for record in records}) == 1, "V_BINDING")
    sequences = [record.entry["sequence"] for record in records]
    need(sequences == sorted(sequences), "V_FORMAT")
    need(len({record.id for record in records}) == len(records), "V_FORMAT")
    return records


def _opened(note, policy) -> tuple:
    log = {one["origin"]: one for one in policy["logs"]}.get(note.split("\n")[0])
    need(log is not None, "V_UNTRUSTED_ANCHOR")
    text, signatures = notes.read_note(note)
    need(notes.signed_by(text, signatures, notes.vkey(log["key"])), "V_NOTE")
    keys = map(notes.witness_vkey, policy.get("witnesses", {}).get("keys", []))
    cosigned = sum([notes.signed_by(text, signatures, key) for key in keys])
    return Logged(log, notes.read_checkpoint(text)), cosigned


def logged(bundle, policy, _now, so_far):
    records = so_far["unaltered"]
    proofs = [notes.read_proof(made["proof"]) for made in bundle["records"]]
    first, cosigned = _opened(proofs[0].note, policy)
    for proof in proofs:
        if proof.note != proofs[0].note:
            other, _ = _opened(proof.note, policy)
            forked = other.log == first.log and other.checkpoint.size == first.checkpoint.size
            need(not (forked and other.checkpoint.root != first.checkpoint.root), "V_EQUIVOCATION")
            need(False, "V_BINDING")
    for record, proof in zip(records, proofs):
        root = notes.root_of(unhex(record.id), proof, first.checkpoint.size)
        need(root == first.checkpoint.root, "V_ROOT")
    if cosigned < policy.get("witnesses", {}).get("quorum", 0):
        raise Unknown("too few witnesses")
    return first


def _spans(policy, issuer):
    """The member's keys with their spans; None for a member that the policy does not know."""
    for member in policy["members"]:
        if member["uscc"] == issuer:
            return member["keys"]
    return None


def _covers(span, ms) -> bool:
    until = span["until"]
    return milliseconds(span["from"]) <= ms and (until is None or ms < milliseconds(until))


def _signed_one(record, policy, log, block_ms):
    """The trust that the record's signature has, or nothing where it is unknown."""
    entry = record.entry
    if "statement" not in entry:
        return "log-key" if log is not None and entry["issuer"] == log["owner"] else None
    members = unhex(policy["contracts"]["members"]["address"])
    key = entry["statement"]["key"]
    need(signer_of(entry, policy["chain"]["chainId"], members) == key, "V_MEMBER_SIGNATURE")
    keys = _spans(policy, entry["issuer"])
    if keys is None:
        return None
    spans = [span for span in keys if span["address"] == key]
    occurred, received = milliseconds(entry["occurredAt"]), milliseconds(entry["receivedAt"])
    need(any(_covers(span, occurred) for span in spans), "V_MEMBER_SIGNATURE")
    if not any(_covers(span, max(occurred, received)) for span in spans):
        return None
    if block_ms is None:
        return "log-key" if any(span["until"] for span in spans) else "member-key"
    return "member-key" if any(_covers(span, max(occurred, block_ms)) for span in spans) else "log-key"


def signed(_bundle, policy, _now, so_far):
    block_ms = so_far["time"] if "time" in so_far else None
    log = so_far["logged"].log if "logged" in so_far else None
    trusts = [_signed_one(record, policy, log, block_ms) for record in so_far["unaltered"]]
    contents = [
        (entry["type"], entry["issuer"], entry["occurredAt"], *entry["commitments"])
        for entry in (record.entry for record in so_far["unaltered"])
        if "statement" in entry
    ]
    if None in trusts or len(set(contents)) < len(contents):
        raise Unknown("not shown who signed")
    return True


def _trusted_chain(bundle, policy):
    anchor, chain = bundle["anchor"], policy["chain"]
    need(anchor["chainId"] == chain["chainId"] and anchor["genesis"] == chain["genesis"], "V_UNTRUSTED_ANCHOR")


def anchored(bundle, policy, _now, so_far):
    _trusted_chain(bundle, policy)
    anchor, contract = bundle["anchor"], policy["contracts"]["evidenceLogs"]
    need(anchor["event"]["contract"] == contract["address"], "V_UNTRUSTED_ANCHOR")
    address = unhex(contract["address"])
    header, log = read_event(anchor["event"], address)
    log_id, size, root, before = words(log, "CheckpointPublished(bytes32,uint64,bytes32,uint64)", 3, 2)
    size, _ = small(size, 64), small(before, 64)
    if "account" in anchor:
        try:
            _, code = read_account(header.state_root, address, anchor["account"])
        except Malformed as error:
            raise Fail("V_EMITTER", str(error)) from error
        need(code == unhex(contract["codeHash"]), "V_EMITTER")
    found = so_far["logged"]
    need(anchor["logId"] == found.log["logId"], "V_UNTRUSTED_ANCHOR")
    need(log_id == unhex(anchor["logId"]) and size == found.checkpoint.size, "V_BINDING")
    need(root == found.checkpoint.root, "V_BINDING")
    return header


def final(bundle, policy, _now, _so_far):
    from blocks import read_header

    _trusted_chain(bundle, policy)
    return final_block(read_header(bundle["anchor"]["event"]["header"]), bundle["anchor"], policy)


def time(_bundle, _policy, now, so_far):
    so_far["anchored"]
    at = so_far["final"].header.time * 1000
    need(at <= now + TEN_MINUTES, "V_TIME")
    for record in so_far["unaltered"]:
        for name in ("receivedAt", "occurredAt"):
            need(milliseconds(record.entry[name]) <= at + TEN_MINUTES, "V_TIME")
    return at


def _sequence(records):
    for one, next_ in zip(records, records[1:]):
        gap = next_.entry["sequence"] - one.entry["sequence"]
        need(gap != 0, "V_EQUIVOCATION")
        need(gap == 1, "V_INCOMPLETE")
        need(next_.entry["previous"] == one.id, "V_EQUIVOCATION")


@dataclass(frozen=True)
class Counted:
    count: int
    head: bytes


def _counted(bundle, policy, trade_id, anchor_block):
    """What the newest event says, None if nothing: SPEC.md 3.8, 3."""
    event, contract = bundle["law"]["trade"], policy["contracts"]["trades"]
    need(event["contract"] == contract["address"], "V_UNTRUSTED_ANCHOR")
    header, log = read_event(event, unhex(contract["address"]))
    shown, count, stage, _, head = words(log, "StageRecorded(bytes32,uint64,uint8,bytes32,bytes32)", 3, 3)
    count, _ = small(count, 64), small(stage, 8)
    try:
        block = final_block(header, bundle["anchor"], policy, is_anchor=header == anchor_block.header)
    except Unknown:
        block = None
    need(shown == trade_id and header.number <= anchor_block.header.number, "V_BINDING")
    need(header.time <= anchor_block.header.time, "V_TIME")
    if block is None:
        return None
    need(header.number < anchor_block.header.number or block.hash == anchor_block.hash, "V_EQUIVOCATION")
    return Counted(count, head)


def _head_in_state(bundle, policy, trade_id, header: Header) -> bytes:
    state, contract = bundle["law"]["state"], policy["contracts"]["trades"]
    try:
        root, code = read_account(header.state_root, unhex(contract["address"]), state["account"])
        need(code == unhex(contract["codeHash"]), "V_EMITTER")
        slot = int.from_bytes(keccak256(trade_id + (2).to_bytes(32, "big")), "big") + 6
        key = keccak256((slot % 2**256).to_bytes(32, "big"))
        value = walk_proof(root, key, map(unhex, state["storage"]))
        if value is None:
            return bytes(32)
        head = number(decode_rlp(value))
        if head == 0:
            raise Malformed("zero is not stored")
        return head.to_bytes(32, "big")
    except Malformed as error:
        raise Fail("V_TRIE", str(error)) from error


def is_ordered(steps) -> bool:
    """formats.md section 11, Order; `steps` are numbers from 1."""
    stage, filed = 0, False
    for at, step in enumerate(steps):
        if step <= 7:
            if not (step == stage + 1 or (step == stage and step in (2, 4))):
                return False
            stage = step
        elif step == 8 and not 3 <= stage < 6:
            return False
        elif step == 9:
            if filed or stage < 3:
                return False
            filed = True
        elif step == 10:
            return stage < 6 and at == len(steps) - 1
        elif step == 11 and stage < 6:
            return False
    return not (filed and stage == 7)


def heads_of(steps):
    heads = [bytes(32)]
    for stage, evidence in steps:
        heads.append(keccak256(heads[-1] + stage.to_bytes(32, "big") + evidence))
    return heads


def complete(bundle, policy, _now, so_far):
    records, law = so_far["unaltered"], bundle["law"]
    so_far["logged"]
    _sequence(records)
    if "trade" not in law and "state" not in law:
        raise Unknown("nothing counts these records")
    so_far["anchored"]
    block, subject = so_far["final"], records[0].entry["subject"]
    from records import is_hex

    need(subject.startswith("trade:") and is_hex(subject[6:], 32), "V_BINDING")
    trade_id = unhex(subject[6:])
    event = _counted(bundle, policy, trade_id, block) if "trade" in law else None
    state = _head_in_state(bundle, policy, trade_id, block.header) if "state" in law else None
    steps = [
        (STEPS.index(record.entry["type"]) + 1, unhex(record.id))
        for record in records
        if record.entry["type"] in STEPS
    ]
    _decide(event, state, steps, records)
    stages = [stage for stage, _ in steps]
    return {
        "tradeId": subject[6:],
        "stages": len(stages),
        "terminated": stages[-1:] == [10],
        "block": block.header.number,
        "at": instant(block.header.time * 1000),
    }


def _decide(event, state, steps, records):
    """The table of SPEC.md 3.8, 5."""
    heads, k = heads_of(steps), len(steps)
    m = heads.index(state) if state in heads else None
    fits = event is None or (event.count <= k and heads[event.count] == event.head)
    is_whole = records[0].entry["sequence"] == 0
    if state is not None and m is not None and event is not None:
        need(event.count <= m and fits, "V_INCOMPLETE", "event and state contradict each other")
    if not fits or (state is not None and m is None):
        few = event is not None and event.count <= k
        need(not (is_whole and (len(records) > 1 or few)), "V_INCOMPLETE")
        raise Unknown("an excerpt")
    if state == bytes(32):
        raise Unknown("no step of this trade")
    if not is_whole:
        raise Unknown("records before the first are not here")
    if (state is not None and m < k) or (state is None and event is not None and event.count < k):
        raise Unknown("the log is ahead")
    if state is None:
        raise Unknown("later steps are not excluded")
    need(is_ordered([stage for stage, _ in steps]), "V_INCOMPLETE")


def record_facts(records, owner):
    erased = {}
    for record in records:
        entry = record.entry
        told = erasure_in(record.disclosed)
        if told is not None and entry["type"] == "record.erasure" and entry["issuer"] == owner:
            erased[told[0]] = {"by": record.id, "ground": told[1], "at": entry["receivedAt"]}
    names = ("type", "subject", "sequence", "issuer", "occurredAt", "receivedAt")
    return [
        {"id": record.id}
        | {name: record.entry[name] for name in names}
        | {"disclosed": record.disclosed}
        | ({"erased": erased[record.id]} if record.id in erased else {})
        for record in records
    ]


# `signed` needs what `time` shows, so `time` is asked before it.
ASKED = [
    ("unaltered", unaltered),
    ("logged", logged),
    ("anchored", anchored),
    ("final", final),
    ("time", time),
    ("signed", signed),
    ("entitled", entitled),
    ("complete", complete),
]
