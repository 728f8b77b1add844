"""Had the issuer the right to it: SPEC.md 3.7."""

from keccak import keccak256
from records import is_hex, milliseconds, unhex
from refused import Fail, Unknown, need
from rights import Right, as_member, id_of, is_acting, is_frozen
from state import State, at, member, word

STATES = ("members", "trades", "rights", "registry", "emergency", "consents", "attestations")
OWN = {"record.erasure", "record.refusal", "monitor.warning", "monitor.handling"}
AUTHORIZATIONS = {"authorization." + name for name in ("grant", "use", "acceptance", "revocation")}
REGISTRATIONS = {"resource.registration", "product.registration"}
CHANGES = {"registration." + name for name in ("alteration", "transfer", "cancellation", "move")}
OF_A_TRADE = {"delivery.receipt", "settlement.split"}
KINDS = ["compliance", "security", "algorithm", "certification", "valuation"]
KINDS += ["insurance", "custody", "cross-border", "risk-assessment"]
SUBJECT_KINDS = {"product": 1, "resource": 2, "right": 3, "trade": 4}
STAGES = ["listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"]
STEPS = ["trade." + name for name in [*STAGES, "amendment", "filing", "termination", "distribution"]]


def entitled(bundle, policy, _now, so_far):
    if not any(name in bundle["law"] for name in STATES):
        raise Unknown("no state")
    log = so_far["logged"].log
    so_far["anchored"]
    header = so_far["final"].header
    case = Case(bundle, log, State(bundle, policy, header), header.time, so_far["unaltered"])
    unknown, failure = 0, None
    for record in so_far["unaltered"]:
        try:
            rule_of(case, record)
        except Unknown:
            unknown += 1
        except Fail as fail:
            failure = failure or fail
    if failure is not None:
        raise failure
    if unknown:
        raise Unknown("records without an answer")
    return True


class Case:
    def __init__(self, bundle, log, state, block_time, records):
        self.bundle, self.log, self.state, self.block_time = bundle, log, state, block_time
        self.records = records


def over_time(case, entry, holds, shown_by=None):
    """SPEC.md 3.7, 5."""
    end = case.block_time if shown_by is None else shown_by
    occurred, received = (milliseconds(entry[name]) // 1000 for name in ("occurredAt", "receivedAt"))
    o = min(occurred, end)
    r = min(end, max(o, received))
    first, last = holds(o), holds(r)
    if not first and not last:
        if holds(max(0, o - 600)) or holds(min(r + 600, end)):
            raise Unknown("near the edge")
        raise Fail("V_NOT_ENTITLED")
    if first != last:
        raise Unknown("at one of the two only")


def acting(case, entry):
    return lambda t: is_acting(case.state, entry, t)


def _id_in(subject, *words):
    kind, _, id_ = subject.partition(":")
    return unhex(id_) if kind in words and is_hex(id_, 32) else None


def _disclosed_id(record, name):
    value = record.disclosed.get(name)
    return unhex(value) if is_hex(value, 32) else None


def rule_of(case, record):
    type_, subject = record.entry["type"], record.entry["subject"]
    registered = _id_in(subject, "resource", "product")
    if type_ in OWN:
        need(record.entry["issuer"] == case.log["owner"], "V_NOT_ENTITLED")
        return over_time(case, record.entry, acting(case, record.entry))
    if type_ in AUTHORIZATIONS:
        return _authorization(case, record)
    if registered is not None and type_ in REGISTRATIONS | CHANGES:
        return _registration(case, record, registered)
    kind = type_.removeprefix("attestation.")
    if type_ != kind and kind in KINDS and _id_in(subject, *SUBJECT_KINDS) is not None:
        return _attestation(case, record, KINDS.index(kind) + 1)
    trade = _id_in(subject, "trade") if not type_.startswith("case.") else None
    if trade is None and type_ in OF_A_TRADE:
        trade = _disclosed_id(record, "trade")
    if trade is not None:
        return _trade(case, record, trade)
    over_time(case, record.entry, acting(case, record.entry))
    raise Unknown("no rule is known for it")


def _authorization(case, record):
    entry, issuer = record.entry, member(record.entry["issuer"])
    id_ = _id_in(entry["subject"], "right") or _disclosed_id(record, "right")
    if id_ is None:
        over_time(case, entry, acting(case, entry))
        raise Unknown("of no right")
    right = Right(case.state, id_)
    if right.kind == 0:
        raise Unknown("no such right")

    def holds(t):
        if not is_acting(case.state, entry, t):
            return False
        if entry["type"] == "authorization.acceptance":
            is_open = right.granted_at <= t < right.until and not 0 < right.revoked_at <= t
            return right.first_holder == issuer and is_open
        if entry["type"] == "authorization.revocation":
            return right.holder(t) == issuer or (
                right.base != bytes(32) and Right(case.state, right.base).holder(t) == issuer
            )
        if entry["type"] == "authorization.grant" and right.depth == 0:
            return False
        return right.holder(t) == issuer and right.is_valid(t)

    over_time(case, entry, holds)


def _registration(case, record, id_):
    entry, registry = record.entry, case.state["registry"]
    slot, issuer = at(id_, 2), member(record.entry["issuer"])
    if registry.field(slot, 22, 6) == 0:
        raise Unknown("no such registration")
    right = Right(case.state, id_of(registry.slot(slot + 3)))
    if entry["type"] in REGISTRATIONS:
        need(right.granter == issuer, "V_NOT_ENTITLED")
        return over_time(case, entry, acting(case, entry))
    return over_time(
        case, entry, lambda t: is_acting(case.state, entry, t) and right.holder(t) == issuer
    )


def _attestation(case, record, kind):
    entry, attestations = record.entry, case.state["attestations"]
    word_, _, id_ = entry["subject"].partition(":")
    line = keccak256(word(kind) + word(SUBJECT_KINDS[word_]) + unhex(id_))
    issuer = member(entry["issuer"])
    next_ = id_of(attestations.slot(at(issuer, at(line, 6))))
    for _ in range(64):
        if next_ == bytes(32):
            break
        slot = at(next_, 4)
        attester = as_member(attestations.field(slot, 0, 18))
        if id_of(attestations.slot(slot + 5)) == unhex(record.id) and attester == issuer:
            recorded = min(attestations.field(slot, 18, 6), case.block_time)
            return over_time(case, entry, acting(case, entry), recorded)
        next_ = id_of(attestations.slot(slot + 8))
    raise Unknown("no such statement")


def _chained(steps, head):
    """The first steps that chain to the head; None where they do not."""
    sum_ = bytes(32)
    for count in range(len(steps) + 1):
        if sum_ == head:
            return steps[:count]
        if count < len(steps):
            stage, evidence = steps[count]
            sum_ = keccak256(sum_ + word(stage) + evidence)
    return None


def _steps(case, head):
    shown = case.bundle["law"].get("steps")
    if shown is not None:
        steps = [(step["stage"], unhex(step["evidence"])) for step in shown]
        chained = _chained(steps, head)
        need(chained is not None and len(chained) == len(steps), "V_BINDING")
        return steps
    made = [
        (STEPS.index(record.entry["type"]) + 1, unhex(record.id))
        for record in case.records
        if record.entry["type"] in STEPS
    ]
    return _chained(made, head) or []


def _trade(case, record, id_):
    entry, trades, slot = record.entry, case.state["trades"], at(id_, 2)
    issuer = member(entry["issuer"])
    sides = {
        name: as_member(trades.field(slot + offset, 0, 18))
        for name, offset in (("seller", 0), ("buyer", 1), ("venue", 2), ("filedBy", 7))
    }
    if sides["seller"] == bytes(32):
        raise Unknown("no such trade")
    need(issuer in sides.values(), "V_NOT_ENTITLED")
    if entry["type"] not in STEPS:
        return over_time(case, entry, acting(case, entry))
    step = STEPS.index(entry["type"]) + 1
    steps = _steps(case, word(trades.slot(slot + 6)))
    if (step, unhex(record.id)) not in steps:
        return _no_step(case, entry, step, sides, slot)
    return _step(case, entry, step, sides, at(word(steps.index((step, unhex(record.id))) + 1), at(id_, 3)))


def _step(case, entry, step, sides, facts):
    trades, issuer = case.state["trades"], member(entry["issuer"])
    need(trades.field(facts, 6, 1) == step, "V_BINDING")
    offsets = {"seller": 8, "buyer": 9, "venue": 10}
    side = next((name for name in offsets if sides[name] == issuer), None)
    if side is None:
        if step != 9:
            raise Unknown("filed by it, and another step")
        side = "venue"
    mask = trades.field(facts, offsets[side], 1)
    need(mask & 1, "V_NOT_ENTITLED")
    need(step > 4 or (not mask & 2 and trades.field(facts, 7, 1) == 0), "V_NOT_ENTITLED")
    return over_time(case, entry, acting(case, entry), trades.field(facts, 0, 6))


def _no_step(case, entry, step, sides, slot):
    trades = case.state["trades"]
    subject, right = id_of(trades.slot(slot + 3)), Right(case.state, id_of(trades.slot(slot + 4)))

    def holds(t):
        if not is_acting(case.state, entry, t):
            return False
        if step > 4:
            return True
        if case.state["registry"].field(at(subject, 2), 18, 1) == 2 or is_frozen(case.state, subject, t):
            return False
        return right.holder(t) == sides["seller"] and right.is_valid(t)

    over_time(case, entry, holds)
    raise Unknown("none of the steps")
