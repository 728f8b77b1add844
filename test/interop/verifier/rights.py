"""Members, rights and consents at a time: SPEC.md 3.7, 3 and 4. Times are seconds."""

from refused import need
from state import at, member, word

MOST_RIGHTS = 256


def id_of(number: int) -> bytes:
    return word(number)


def as_member(number: int) -> bytes:
    return number.to_bytes(18, "big").ljust(32, b"\0")


def is_active(state, who: bytes, t) -> bool:
    members = state["members"]
    if (members.trace(at(who, 4), t) or 0) != 1:
        return False
    return t >= (members.trace(at(who, 6), t) or 0)


def is_acting(state, entry, t) -> bool:
    if not is_active(state, member(entry["issuer"]), t):
        return False
    if "statement" not in entry:
        return True
    members, life = state["members"], at(word(int(entry["statement"]["key"], 16)), 8)
    if as_member(members.field(life, 0, 18)) != member(entry["issuer"]):
        return False
    is_live = members.field(life, 18, 6) <= t < members.field(life, 24, 6)
    return is_live and members.field(life, 30, 1) >> 2 & 1 == 1


class Right:
    def __init__(self, state, id_: bytes):
        self.state, self.id = state, id_
        self._field = state["rights"].struct(at(id_, 2), range(6))

    kind = property(lambda self: self._field(0, 18, 1))
    depth = property(lambda self: self._field(0, 19, 1))
    start = property(lambda self: self._field(0, 20, 6))
    until = property(lambda self: self._field(0, 26, 6))
    revoked_at = property(lambda self: self._field(1, 24, 6))
    reach = property(lambda self: self._field(1, 30, 2))
    granter = property(lambda self: as_member(self._field(2, 0, 18)))
    granted_at = property(lambda self: self._field(2, 18, 6))
    accepted_at = property(lambda self: self._field(2, 24, 6))
    subject = property(lambda self: id_of(self._field(3)))
    base = property(lambda self: id_of(self._field(4)))
    consent = property(lambda self: id_of(self._field(5)))
    first_holder = property(lambda self: as_member(self._field(0, 0, 18)))

    def holder(self, t):
        if self.kind == 0 or t < self.granted_at:
            return None
        traced = self.state["rights"].trace(at(self.id, 4), t)
        return self.first_holder if traced is None else as_member(traced & (1 << 144) - 1)

    def leans_on(self):
        if self.base != bytes(32):
            return [self.base]
        if self.reach <= 1:
            return []
        rights = self.state["rights"]
        length, first = rights.array(at(self.id, 3))
        need(length <= 16, "V_TRIE", "lineage")
        return [id_of(found) for found in rights.words([first + place for place in range(length)])]

    def counts(self, t) -> bool:
        """By itself, without what it leans on."""
        if self.revoked_at and self.revoked_at <= t:
            return False
        if not (0 < self.accepted_at <= t and self.start <= t < self.until):
            return False
        if self.base == bytes(32) and not is_in_force(self.state, self.subject, t):
            return False
        if self.consent != bytes(32) and not consent_counts(self.state, self.consent, t):
            return False
        return not is_frozen(self.state, self.id, t)

    def is_valid(self, t) -> bool:
        holder = self.holder(t)
        if holder is None or not is_active(self.state, holder, t):
            return False
        open_, looked_at = [self.id], 0
        while open_:
            id_ = open_.pop()
            need(looked_at < MOST_RIGHTS, "V_TRIE", "too many rights")
            looked_at += 1
            right = Right(self.state, id_)
            if not right.counts(t):
                return False
            open_ += right.leans_on()
        return True


def is_frozen(state, id_: bytes, t) -> bool:
    return t < (state["emergency"].trace(at(id_, 6), t) or 0)


def consent_counts(state, id_: bytes, t) -> bool:
    consents = state["consents"]
    given = consents.struct(at(id_, 2), (0, 2, 3, 5, 6, 7))
    person, mandate, withdrawn = id_of(given(0)), id_of(given(7)), given(6, 6, 6)
    if given(5, 7, 1) != 1 or given(6, 0, 6) > t or not given(2, 26, 6) <= t < given(3, 0, 6):
        return False
    if 0 < withdrawn <= t:
        return False
    if mandate == bytes(32):
        return True
    ended = consents.field(at(mandate, 3) + 5, 6, 6)
    left = consents.field(at(person, at(mandate, 4)), 0, 6)
    return all(end == 0 or t < end for end in (ended, left))


def is_in_force(state, subject: bytes, t) -> bool:
    row = registration(state, subject)
    if not 0 < row(0, 22, 6) <= t:
        return False
    return row(0, 21, 1) == 2 or t < row(1, 0, 6)


def registration(state, subject: bytes):
    return state["registry"].struct(at(subject, 2), (0, 1, 3))
