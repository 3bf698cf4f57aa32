"""What detect finds, in Python and on the command line: it agrees with unwrap, tells what it did, and takes no long."""

import json
import shlex
import subprocess
import warnings
from datetime import UTC, datetime

import pytest
from conftest import KEY, airudder

from airudder import AirudderError, Webhooks, crypto

SECRET = "fake-webhook-secret"
BODY = b'{"task_id":"t","details":[],"note":"a b"}'
URL = "https://hooks.test/events?id=7"
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SCHEMES = [
    "hmac-sha256:hex:body",
    "hmac-sha512:base64url:body;in=header(X-Other)",
    "hmac-sha256:hex:body;in=header(X-Hub-Signature-256);prefix='sha256='",
    "hmac-sha256:hex:time(header(X-Time))+'.'+body",
    "hmac-sha1:base64:url+body",
    "hmac-sha256:hex:method+path+body",
    "md5:hex:body+secret",
    "sha256:hex:secret+body;weak",
    "slack",
    "stripe",
]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.filterwarnings("ignore::airudder.WeakSchemeWarning")
def test_it_agrees_with_unwrap(scheme):
    hooks = Webhooks(secret=SECRET, scheme=scheme)
    headers = hooks.sign(BODY, url=URL, signed_at=NOW)
    found = crypto.detect(headers, BODY, secret=SECRET, url=URL)
    assert found.scheme is not None, found.notes
    assert found.tried > 0
    assert found.scheme in found.notes[0]
    again = Webhooks(secret=SECRET, scheme=found.scheme)
    assert again.unwrap(BODY, headers, url=URL, received_at=NOW).verified
    assert found.weakness == again.weakness == hooks.weakness
    assert (";weak" in found.scheme) == (found.weakness is not None)
    with pytest.raises(AirudderError, match="E5002"):
        again.unwrap(BODY[:-1] + b" }", headers, url=URL, received_at=NOW)


def test_what_is_not_given_is_not_tried():
    hooks = Webhooks(secret=SECRET, scheme="hmac-sha256:hex:url+body")
    headers = hooks.sign(BODY, url=URL)
    found = crypto.detect(headers, BODY, secret=SECRET)
    assert (found.scheme, found.weakness) == (None, None)
    assert any("URL" in note for note in found.notes)
    assert any(str(found.tried) in note for note in found.notes)
    assert crypto.detect(headers, BODY, secret=SECRET, url=URL).scheme == "hmac-sha256:hex:url+body"
    assert crypto.detect(headers, BODY, url=URL).scheme is None


def test_the_sign_key_can_be_given():
    key, scheme = "fake-sign-key-of-32-hex-digits00", "hmac-sha256:hex:key+body"
    signature = crypto.sign(BODY, SECRET, scheme=scheme, key=key)
    given = {"headers": {"X-AIRudder-Sign": signature}, "body": BODY, "secret": SECRET}
    assert crypto.detect(**given).scheme is None
    found = crypto.detect(**given, sign_key=key).scheme
    hooks = Webhooks(secret=SECRET, scheme=found, sign_key=key)
    assert hooks.unwrap(BODY, given["headers"]).verified


def test_a_method_can_be_given():
    scheme = "hmac-sha256:hex:method+body"
    headers = {"X-AIRudder-Sign": crypto.sign(BODY, SECRET, scheme=scheme, method="PUT")}
    assert crypto.detect(headers, BODY, secret=SECRET).scheme is None
    assert crypto.detect(headers, BODY, secret=SECRET, method="PUT").scheme == scheme


def test_the_search_in_the_largest_delivery_is_bounded():
    body = json.dumps({"task_id": "t", "details": [{"n": n} for n in range(4000)], "pad": ""}).encode()
    body = body.replace(b'"pad": ""', b'"pad": "' + b"x" * (64 * 1024 - len(body)) + b'"')
    assert len(body) == 64 * 1024
    headers = {f"X-Field-{number}": str(number) for number in range(20)}
    headers |= {"X-AIRudder-Sign": crypto.sign(body, "fake-other-secret")}
    found = crypto.detect(headers, body, secret=SECRET, encryption_key=KEY, url=URL)
    assert found.scheme is None
    assert 1000 < found.tried < 20_000, "each is computed over 64 KiB"


def captured(folder, headers, body):
    (folder / "headers").write_text("".join(f"{name}: {value}\n" for name, value in headers.items()))
    (folder / "body").write_bytes(body)
    return "--headers", folder / "headers", folder / "body"


@pytest.mark.filterwarnings("ignore::airudder.WeakSchemeWarning")
def test_the_command_tells_the_lines_that_set_it(environment, tmp_path):
    scheme, cipher = (
        "sha256:hex:time(header(X-Time))+'\\n'+secret+'\\n'+body;in=header(X-Sign);weak",
        "aes-cbc:pkcs7:hex:iv=key",
    )
    hooks = Webhooks(secret=SECRET, scheme=scheme, encryption_key=KEY, cipher=cipher)
    headers, body = hooks.seal(BODY.decode(), signed_at=NOW)
    secrets = {"AIRUDDER_WEBHOOK_SECRET": SECRET, "AIRUDDER_ENCRYPTION_KEY": KEY}
    files = captured(tmp_path, headers, body)
    done = airudder(environment, "detect", *files, **secrets)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert "This scheme is weak" in done.stdout
    assert int(lines["Signatures tried"].rstrip(".")) > 0
    with warnings.catch_warnings(record=True):
        made = eval(lines["Python"].replace("Webhooks(", f"Webhooks(secret={SECRET!r}, encryption_key={KEY!r}, "))
    assert made.unwrap(body, headers, received_at=NOW).verified
    script = f"class Webhooks {{ constructor(given) {{ console.log(JSON.stringify(given)) }} }}\n{lines['JavaScript']}"
    ran = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=60)
    given = json.loads(ran.stdout)
    assert Webhooks(secret=SECRET, encryption_key=KEY, **given).unwrap(body, headers, received_at=NOW).verified
    assert lines["C"] == " ".join(f"config.{name} = {json.dumps(value)};" for name, value in given.items())
    variables = dict(word.split("=", 1) for line in done.stdout.splitlines()[-2:] for word in shlex.split(line))
    assert variables == {"AIRUDDER_WEBHOOK_SCHEME": given["scheme"], "AIRUDDER_WEBHOOK_CIPHER": given["cipher"]}

    as_json = json.loads(airudder(environment, "detect", *files, "--json", **secrets).stdout)
    assert as_json.keys() == {"scheme", "cipher", "weakness", "tried", "notes"}
    assert (as_json["scheme"], as_json["cipher"]) == (given["scheme"], given["cipher"])
    assert as_json["weakness"] in done.stdout


def test_the_command_takes_method_url_and_sign_key(environment, tmp_path):
    key, scheme = "fake-sign-key-of-32-hex-digits00", "hmac-sha256:hex:method+url+body"
    headers = {"X-AIRudder-Sign": crypto.sign(BODY, SECRET, scheme=scheme, method="PUT", url=URL)}
    files, secrets = captured(tmp_path, headers, BODY), {"AIRUDDER_WEBHOOK_SECRET": SECRET}
    assert airudder(environment, "detect", *files, **secrets).returncode == 1
    done = airudder(environment, "detect", *files, "--method", "PUT", "--url", URL, **secrets)
    assert (done.returncode, f'scheme="{scheme}"' in done.stdout) == (0, True), done.stdout
    headers = {"X-AIRudder-Sign": crypto.sign(BODY, SECRET, scheme="hmac-sha256:hex:key+body", key=key)}
    files = captured(tmp_path, headers, BODY)
    assert airudder(environment, "detect", *files, **secrets).returncode == 1
    assert airudder(environment, "detect", *files, AIRUDDER_SIGN_KEY=key, **secrets).returncode == 0


def test_no_secret_is_shown(environment, tmp_path):
    files = captured(tmp_path, {"X-AIRudder-Sign": "00" * 32}, BODY)
    secrets = {"AIRUDDER_WEBHOOK_SECRET": SECRET, "AIRUDDER_ENCRYPTION_KEY": KEY, "AIRUDDER_SIGN_KEY": "fake-sign-key"}
    done = airudder(environment, "detect", *files, **secrets)
    assert not any(secret in done.stdout + done.stderr for secret in secrets.values())
