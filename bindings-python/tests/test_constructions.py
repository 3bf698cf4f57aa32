"""How services sign, one delivery of each, as every language verifies it; see core/vectors/README.md."""

import json
import warnings
from datetime import UTC, datetime

import pytest
from conftest import ROOT

from airudder import WeakSchemeWarning, WebhookError, Webhooks

FILE = json.loads((ROOT / "core/vectors/constructions.json").read_text())


def verifies(hooks, case):
    """Say whether a delivery verifies; a body that is no JSON object is refused behind that."""
    body = case["body"].encode()
    came = datetime.fromtimestamp(case["received_ms"] / 1000, tz=UTC)
    try:
        return hooks.unwrap(body, case["headers"], method=case["method"], url=case["url"], received_at=came).verified
    except WebhookError as error:
        if error.code == "E5002":
            return False
        if error.code == "E5005" and not body.startswith(b"{"):
            return True
        raise


def changed(secret):
    """Give another secret, which is hex or Base64 where the right one is."""
    at = len(secret) // 2
    return secret[:at] + ("1" if secret[at] == "0" else "0") + secret[at + 1 :]


def receiver(case, change=str):
    key = case["key"] and change(case["key"])
    with warnings.catch_warnings(record=True, action="always") as told:
        hooks = Webhooks(
            secret=change(case["secret"]), sign_key=key, scheme=case["scheme"], encryption_key=case["encryption_key"]
        )
    assert [warning.category for warning in told] == [WeakSchemeWarning] * case["weak"]
    return hooks


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: f"{case['id']} {case['vendor']}")
def test_construction(case):
    case = {"encryption_key": None} | case
    if case["scheme"] is not None:
        assert verifies(receiver(case), case)
        assert not verifies(receiver(case, changed), case)
        return

    def asked(body, headers):
        return body == case["body"].encode() and all(headers[name] == value for name, value in case["headers"])

    assert verifies(Webhooks(verify=asked), case)
    assert not verifies(Webhooks(verify=lambda *given: not asked(*given)), case)


def test_as_many_cases_as_in_every_language():
    assert len(FILE["cases"]) == FILE["count"] > 0
