"""The command line of the gateway."""

from __future__ import annotations

import argparse
import ssl
import sys
import threading
from urllib.parse import urlsplit

from gateway.server import NAMES, Gateway

ABOUT = """\
Stands between the SDK and the API, such as the sandbox, and strikes requests with one of its behaviors.

Requests to /_gateway/ are for the gateway itself: POST arm {"behavior": "502-after", "path": "/uploaddetails",
"times": 1}; POST open opens another gateway, on a port of its own; GET stats tells what came.
"""


def main() -> None:
    """Run until it is stopped."""
    parser = argparse.ArgumentParser("gateway", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", default="127.0.0.1:0", help="an address of this machine; port 0 takes a free one")
    parser.add_argument("--upstream", required=True, help="the API, such as http://127.0.0.1:8460")
    parser.add_argument("--certificate", metavar="PEM", help="a key and its certificates: TLS is then understood, too")
    parser.add_argument("--behavior", choices=NAMES, metavar="NAME", help="arm it at once; a wrong name lists all")
    parser.add_argument("--path", default="*", help="only requests whose path ends so")
    parser.add_argument("--times", type=int, default=1, help="so many requests")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when the standard input does")
    given = parser.parse_args()
    host, _, port = given.listen.rpartition(":")
    api = urlsplit(given.upstream)
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if given.certificate else None
    if certificate:
        certificate.load_cert_chain(given.certificate)
    gateway = Gateway((host, int(port)), (api.hostname or "", api.port or 80), certificate)
    if given.behavior:
        gateway.arm(given.behavior, given.path, given.times)
    sys.stdout.write(f"listening on {gateway.url}\n")
    sys.stdout.flush()
    if given.exit_with_stdin:
        sys.stdin.read()
    else:
        threading.Event().wait()


if __name__ == "__main__":
    main()
