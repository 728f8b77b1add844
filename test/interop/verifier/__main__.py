"""A second verifier of evidence bundles, written from SPEC.md and formats.md, of Python's standard library alone.

Standard input: a line of JSON `{"policy": {...}}` sets the policy; a line `{"now": <ms>, "length": <bytes>}` is followed by
that many bytes of a bundle, and answered by one line `{"result", "code", "facts", "answers"}`.
"""

import json
import sys
import traceback

from bundle import read_bundle
from questions import ASKED, record_facts
from records import instant
from refused import Fail, Unknown

ORDER = ["unaltered", "logged", "signed", "anchored", "final", "time", "entitled", "complete"]


class Shown(dict):
    """What passed; to ask for anything else is unknown."""

    def __missing__(self, question):
        raise Unknown(question)


def ask(bundle, policy, now):
    shown, answers = Shown(), {}
    for question, check in ASKED:
        try:
            shown[question] = check(bundle, policy, now, shown)
            answers[question] = ["pass", None]
        except Unknown:
            answers[question] = ["unknown", None]
        except Fail as failure:
            answers[question] = ["fail", failure.code]
    return shown, answers


def facts_of(shown, policy):
    facts = {"records": []}
    if "logged" in shown:
        log = shown["logged"].log
        facts["records"] = record_facts(shown["unaltered"], log["owner"])
        facts["log"] = {"origin": log["origin"], "owner": log["owner"], "size": shown["logged"].checkpoint.size}
    if "anchored" in shown and "final" in shown:
        block = shown["final"]
        chain_id = policy["chain"]["chainId"]
        facts["block"] = {"chainId": chain_id, "number": block.header.number, "hash": "0x" + block.hash.hex()}
    if "time" in shown:
        facts["anchoredAt"] = instant(shown["time"])
    if "complete" in shown:
        facts["trade"] = shown["complete"]
    return facts


def judge(data, policy, now):
    try:
        bundle = read_bundle(data)
    except Fail as failure:
        answers = {question: ["unknown", None] for question in ORDER} | {"unaltered": ["fail", failure.code]}
        shown = Shown()
    else:
        shown, answers = ask(bundle, policy, now)
    codes = [answers[question][1] for question in ORDER if answers[question][0] == "fail"]
    open_ = [question for question in policy["required"] if answers[question][0] == "unknown"]
    result = "failed" if codes else "undetermined" if open_ else "verified"
    return {
        "result": result,
        "code": codes[0] if codes else None,
        "facts": facts_of(shown, policy),
        "answers": [answers[question] for question in ORDER],
    }


def main():
    policy = None
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        if "policy" in asked:
            policy = asked["policy"]
            continue
        data = sys.stdin.buffer.read(asked["length"])
        try:
            answer = judge(data, policy, asked["now"])
        except Exception:  # a fault of this program: told to who compares, which counts it as a disagreement
            answer = {"fault": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
