"""Had the issuer the right to it: SPEC.md 3.7."""

from keccak import keccak256
from records import is_hex, milliseconds, unhex
from refused import Fail, Unknown, need
from rights import Right, as_member, id_of, is_acting, is_frozen, registration
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
    holds(end)  # decides how far it is trusted, which this program does not tell; that it can be asked does count


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
    if type_ in OWN:
        need(record.entry["issuer"] == case.log["owner"], "V_NOT_ENTITLED")
        return over_time(case, record.entry, acting(case, record.entry))
    if type_ in AUTHORIZATIONS:
        return _authorization(case, record)
    if type_ in REGISTRATIONS | CHANGES:
        return _registration(case, record)
    kind = type_.removeprefix("attestation.")
    if type_ != kind and kind in KINDS:
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
            above = right if right.base == bytes(32) else Right(case.state, right.base)
            return issuer in [right.holder(t), above.holder(t)]
        if entry["type"] == "authorization.grant" and right.depth == 0:
            return False
        return right.holder(t) == issuer and right.is_valid(t)

    over_time(case, entry, holds)


def _registration(case, record):
    entry, id_ = record.entry, _id_in(record.entry["subject"], "resource", "product")
    if id_ is None:
        raise Unknown("nothing that could be registered")
    row, issuer = registration(case.state, id_), member(entry["issuer"])
    if row(0, 21, 1) == 0:
        raise Unknown("no such registration")
    if entry["type"] in REGISTRATIONS:
        need(Right(case.state, id_of(row(3))).granter == issuer, "V_NOT_ENTITLED")
        if row(0, 22, 6) == 0:
            raise Unknown("not in force yet")
        return over_time(case, entry, acting(case, entry))

    def holds(t):
        is_owner = Right(case.state, id_of(row(3))).holder(t) == issuer
        return is_acting(case.state, entry, t) and is_owner

    over_time(case, entry, holds)


def _attestation(case, record, kind):
    entry = record.entry
    if _id_in(entry["subject"], *SUBJECT_KINDS) is None:
        raise Unknown("a subject of no kind")
    attestations = case.state["attestations"]
    word_, _, id_ = entry["subject"].partition(":")
    line = keccak256(word(kind) + word(SUBJECT_KINDS[word_]) + unhex(id_))
    issuer = member(entry["issuer"])
    next_ = id_of(attestations.slot(at(issuer, at(line, 6))))
    for _ in range(64):
        if next_ == bytes(32):
            break
        row = attestations.struct(at(next_, 4), (0, 5, 8))
        if id_of(row(5)) == unhex(record.id) and as_member(row(0, 0, 18)) == issuer:
            return over_time(case, entry, acting(case, entry), min(row(0, 18, 6), case.block_time))
        next_ = id_of(row(8))
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


def _steps(case, head, is_trade):
    shown = case.bundle["law"].get("steps")
    if shown is not None:
        need(is_trade, "V_BINDING")
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
    entry, issuer = record.entry, member(record.entry["issuer"])
    row = case.state["trades"].struct(at(id_, 2), (0, 1, 2, 3, 4, 6, 7))
    places = (("seller", 0), ("buyer", 1), ("venue", 2), ("filedBy", 7))
    sides = {name: as_member(row(place, 0, 18)) for name, place in places}
    steps = _steps(case, word(row(6)), sides["seller"] != bytes(32))
    if sides["seller"] == bytes(32):
        raise Unknown("no such trade")
    need(issuer in sides.values(), "V_NOT_ENTITLED")
    if entry["type"] not in STEPS:
        return over_time(case, entry, acting(case, entry))
    step = STEPS.index(entry["type"]) + 1
    if (step, unhex(record.id)) not in steps:
        return _no_step(case, entry, step, sides, row)
    return _step(case, entry, step, sides, at(word(steps.index((step, unhex(record.id))) + 1), at(id_, 3)))


def _step(case, entry, step, sides, facts):
    trades, issuer = case.state["trades"], member(entry["issuer"])
    need(trades.field(facts, 6, 1) == step, "V_BINDING")
    offsets = {"seller": 8, "buyer": 9, "venue": 10}
    side = next((name for name in offsets if sides[name] == issuer), "venue" if step == 9 else None)
    if side is not None:
        mask = trades.field(facts, offsets[side], 1)
        need(mask & 1, "V_NOT_ENTITLED")
        need(step > 4 or (not mask & 2 and trades.field(facts, 7, 1) == 0), "V_NOT_ENTITLED")
    over_time(case, entry, acting(case, entry), min(trades.field(facts, 0, 6), case.block_time))
    if side is None:
        raise Unknown("filed by it, and another step")


def _no_step(case, entry, step, sides, row):
    subject = id_of(row(3))

    def holds(t):
        if not is_acting(case.state, entry, t):
            return False
        if step > 4:
            return True
        if registration(case.state, subject)(0, 18, 1) == 2 or is_frozen(case.state, subject, t):
            return False
        right = Right(case.state, id_of(row(4)))
        return right.holder(t) == sides["seller"] and right.is_valid(t)

    over_time(case, entry, holds)
    raise Unknown("none of the steps")
