"""The form of a bundle: SPEC.md section 2, formats.md section 8."""

from records import is_count, is_hex
from refused import Fail, need
from strict_json import NotJson, parse

STATES = ("members", "trades", "rights", "registry", "emergency", "consents", "attestations")


def _object(value, names, optional=()):
    need(isinstance(value, dict), "V_FORMAT")
    need(set(names) <= value.keys() <= set(names) | set(optional), "V_FORMAT", str(list(value)))


def _list(value, check, least, most):
    need(isinstance(value, list) and least <= len(value) <= most, "V_FORMAT")
    for item in value:
        check(item)


def _hex(length=None):
    return lambda value: need(is_hex(value, length), "V_FORMAT")


def _text(value):
    need(isinstance(value, str), "V_FORMAT")


def _count(value, least=0):
    need(is_count(value, least), "V_FORMAT")


def _nodes(value):
    _list(value, _hex(), 1, 65)


def _record(value):
    _object(value, ("entry", "disclosures", "proof"))
    _text(value["entry"])
    _list(value["disclosures"], _text, 0, 258)
    _text(value["proof"])


def _event(value):
    _object(value, ("contract", "transaction", "header", "receiptIndex", "receiptProof", "logIndex"))
    _hex(20)(value["contract"])
    _hex(32)(value["transaction"])
    _hex()(value["header"])
    _count(value["receiptIndex"])
    _nodes(value["receiptProof"])
    _count(value["logIndex"])


def _anchor(value):
    _object(value, ("chainId", "genesis", "logId", "event"), ("account", "headers"))
    _count(value["chainId"], 1)
    _hex(32)(value["genesis"])
    _hex(32)(value["logId"])
    _event(value["event"])
    if "account" in value:
        _nodes(value["account"])
    if "headers" in value:
        _list(value["headers"], _hex(), 1, 64)


def _state(most):
    def check(value):
        _object(value, ("account", "storage"))
        _nodes(value["account"])
        _list(value["storage"], _hex(), 0, most)

    return check


def _step(value):
    _object(value, ("stage", "evidence"))
    _count(value["stage"], 1)
    need(value["stage"] <= 11, "V_FORMAT")
    _hex(32)(value["evidence"])


def _law(value):
    _object(value, (), ("trade", "state", "steps", *STATES))
    if "trade" in value:
        _event(value["trade"])
    if "state" in value:
        _state(65)(value["state"])
    for name in STATES:
        if name in value:
            _state(10_000)(value[name])
    if "steps" in value:
        _list(value["steps"], _step, 1, 3_000)


def _elements(value) -> int:
    """How many elements all arrays have together."""
    if isinstance(value, dict):
        return sum(map(_elements, value.values()))
    return len(value) + sum(map(_elements, value)) if isinstance(value, list) else 0


def read_bundle(data: bytes) -> dict:
    need(len(data) <= 16 * 2**20, "V_FORMAT", "too long")
    try:
        bundle = parse(data)
    except NotJson as error:
        raise Fail("V_FORMAT", str(error)) from error
    need(_elements(bundle) <= 1_000_000, "V_FORMAT", "elements of arrays")
    need(isinstance(bundle, dict) and bundle.get("format") == "lianzheng-evidence", "V_FORMAT", "format")
    version = bundle.get("version")
    need(is_count(version) and version == 1, "V_VERSION")
    _object(bundle, ("format", "version", "records", "anchor", "law"), ("timestamps",))
    _list(bundle["records"], _record, 1, 3_000)
    _anchor(bundle["anchor"])
    _law(bundle["law"])
    if "timestamps" in bundle:
        _list(bundle["timestamps"], _text, 1, 16)
    return bundle
