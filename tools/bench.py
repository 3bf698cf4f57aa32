"""Runs all benchmarks one after the other, and writes docs/benchmarks.md and docs/benchmarks.svg: `make bench`."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "airudder"
from matplotlib import pyplot as plt  # noqa: E402 - once the backend is chosen

ROOT = Path(__file__).parents[1]
Figures = dict[str, Any]

TARGETS = {
    ("Python", "W1", "orjson and cryptography"): 1.0,
    ("Python", "W2", "orjson and cryptography"): 1.0,
    ("Python", "W3", "hmac, orjson and SHA-256"): 1.3,
    ("Python", "W3", "hmac, orjson and a canonical key"): 0.85,
    ("Node", "W1", "JSON and node:crypto"): 1.0,
    ("Node", "W1", "ajv, JSON and node:crypto (checks, too)"): 1.5,
    ("Node", "W2", "JSON and node:crypto"): 1.0,
    ("Node", "W3", "hmac and JSON.parse"): 1.0,
    ("Node", "W3", "hmac, JSON.parse and SHA-256"): 0.65,
    ("Node", "W4", "JSON and node:crypto"): 1.0,
    ("C", "W3", "OpenSSL and yyjson"): 1.0,
    ("C", "W4", "OpenSSL and yyjson"): 1.0,
}
"""What each ratio is meant to reach."""

CONTACTS = ("100000", "1000000")
"""The contacts of campaigns against a transport that answers at once."""

LOOPBACK_CONTACTS = "200000"
"""The contacts of a campaign against the sandbox."""

YYJSON = "yyjson==4.0.6"
"""Where the source of yyjson comes from: a Python package that holds it."""

CORE_TARGETS = {"W1": 1.3, "W2": 1.3, "W3 event": 1.7, "W3 8 MB": 3.5, "W3 1 MB": 3.5}
"""How many times the floor the core may take."""


def lines(command: list[str], folder: str = ".") -> list[Figures]:
    """Run a benchmark that prints a line of JSON for each figure."""
    print("+", *command, file=sys.stderr)
    text = subprocess.run(command, cwd=ROOT / folder, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def measure() -> tuple[list[Figures], list[Figures]]:
    """Run all of them; gives the figures of the core, and of the languages."""
    core = lines(["cargo", "bench", "--quiet", "--package", "airudder-core", "--bench", "core"])
    figures = lines([sys.executable, "bench.py"], "bindings-python/benches")
    figures += lines(["node", "bench.mjs"], "bindings-wasm/benches")
    figures += in_c()
    campaigns = {
        "bindings-python/benches": [sys.executable, "campaign.py"],
        "bindings-wasm/benches": ["node", "campaign.mjs"],
    }
    for folder, command in campaigns.items():
        figures += sent_at_once(command, folder)
        figures += sent_to_sandbox(command, folder)
    return core, figures


def in_c() -> list[Figures]:
    """Build and run the benchmark in C, with yyjson."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", name, YYJSON], check=True)
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
        yyjson = next(folder.glob("*/yyjson/yyjson.c"))
        sources = [ROOT / "bindings-c/benches/bench.c", ROOT / "bindings-c/benches/by_hand.c", yyjson]
        flags = ["-O3", "-I", ROOT / "bindings-c/include", "-isystem", yyjson.parent, "-o", folder / "bench"]
        libraries = [ROOT / "target/release/libairudder.a", "-lcrypto", "-lpthread", "-ldl", "-lm"]
        subprocess.run(["gcc", *flags, *sources, *libraries], check=True)
        return lines([str(folder / "bench"), "core/vectors/examples/call.finished.event.json"])


def sent_at_once(command: list[str], folder: str) -> list[Figures]:
    """Run campaigns of several sizes, and resume the largest one, which has all been sent."""
    figures = []
    for contacts in CONTACTS:
        with tempfile.TemporaryDirectory() as name:
            journal = str(Path(name) / "journal")
            figures += lines([*command, contacts, journal], folder)
            if contacts == CONTACTS[-1]:
                figures += lines([*command, contacts, journal], folder)
    return figures


def sent_to_sandbox(command: list[str], folder: str) -> list[Figures]:
    """Run a campaign over loopback, and see whose core is full."""
    sandbox = [str(ROOT / "target/release/airudder-sandbox"), "--listen", "127.0.0.1:0"]
    with tempfile.TemporaryDirectory() as name, subprocess.Popen(sandbox, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = (server.stdout.readline() if server.stdout else "").split()[-1]
            figures = lines([*command, LOOPBACK_CONTACTS, str(Path(name) / "journal"), url], folder)
            user, system = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        finally:
            server.terminate()
    spent = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    (figure,) = figures
    seconds = figure["contacts"] / figure["per_second"]
    return [figure | {"about": "over loopback", "sandbox_busy": spent / seconds}]


def duration(microseconds: float) -> str:
    """Write a time with its unit."""
    return f"{microseconds / 1000:.1f} ms" if microseconds >= 1000 else f"{microseconds:.1f} µs"


def page(core: list[Figures], figures: list[Figures]) -> str:
    """Write the page."""
    out = [
        "<!-- Written by `make bench`; do not edit. -->",
        "# Benchmarks",
        "",
        "A ratio is the time of what people write by hand through the time of this library: above 1 this library is "
        "faster. Each is the median of the ratios of measurements next to each other, in one run. A ratio in bold "
        "misses its target.",
        "",
        "![The ratios as bars, and the growth as lines](benchmarks.svg)",
        "",
        "| | work | by hand | ratio | target | airudder | by hand |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in compared(figures):
        target = TARGETS.get((one["language"], one["work"], one["peer"]))
        ratio = f"{one['ratio']:.2f}"
        if target is not None and one["ratio"] < target:
            ratio = f"**{ratio}**"
        about = f"{one['work']} {one['about']}"
        times = f"{duration(one['ours_us'])} | {duration(one['peer_us'])}"
        out.append(f"| {one['language']} | {about} | {one['peer']} | {ratio} | {target or ''} | {times} |")
    out += ["", *core_table(core), "", *campaign_table(figures), "", *machine()]
    return "\n".join(out) + "\n"


def compared(figures: list[Figures]) -> list[Figures]:
    """Give the figures that have a peer."""
    return [one for one in figures if "ratio" in one]


def core_table(core: list[Figures]) -> list[str]:
    """Write what the core takes above its floor."""
    out = [
        "The core itself, as a multiple of its floor: the cryptography alone and one pass of `serde_json` that keeps "
        "nothing. Lower is better.",
        "",
        "| work | times the floor | target | airudder | floor |",
        "|---|---|---|---|---|",
    ]
    for one in core:
        target = next((most for start, most in CORE_TARGETS.items() if one["work"].startswith(start)), None)
        ratio = f"{one['ratio']:.2f}"
        if target is not None and one["ratio"] > target:
            ratio = f"**{ratio}**"
        times = f"{duration(one['ours_us'])} | {duration(one['floor_us'])}"
        out.append(f"| {one['work']} | {ratio} | {target or ''} | {times} |")
    return out


def campaign_table(figures: list[Figures]) -> list[str]:
    """Write what a campaign and a start take."""
    out = [
        "Campaigns against a transport that answers at once, resumed ones of which all has been sent, and ones against "
        "the sandbox over loopback. The memory is what the process grew by at its peak. 100 % busy is one full core.",
        "",
        "| | contacts | contacts a second | memory a contact | the process is busy | the sandbox is busy |",
        "|---|---|---|---|---|---|",
    ]
    for one in figures:
        if one["work"] == "W5":
            rate = f"{one['per_second']:,.0f}".replace(",", " ")
            count = f"{one['contacts']:,}".replace(",", " ")
            sandbox = f"{one['sandbox_busy']:.0%}" if "sandbox_busy" in one else ""
            memory = f"{one['bytes_each']:.0f} B"
            out.append(
                f"| {one['language']}, {one['about']} | {count} | {rate} | {memory} | {one['busy']:.0%} | {sandbox} |"
            )
    alone = [one for one in figures if one["work"] == "W6" and "ratio" not in one]
    out += ["", *(f"{one['language']}, {one['about']}: {duration(one['ours_us'])}." for one in alone)]
    return out


def machine() -> list[str]:
    """Write where and with what this was measured."""
    commands = (["rustc", "--version"], ["node", "--version"])
    versions = [subprocess.run(one, check=True, capture_output=True, text=True).stdout.strip() for one in commands]
    cpu = next(
        (line.split(": ")[1] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    cores = subprocess.run(["nproc"], check=True, capture_output=True, text=True).stdout.strip()
    today = datetime.datetime.now(tz=datetime.UTC).date()
    requirements = (ROOT / "bindings-python/benches/requirements.txt").read_text().splitlines()
    peers = [line.replace("==", " ") for line in requirements if "==" in line and "matplotlib" not in line]
    ajv = json.loads((ROOT / "bindings-wasm/benches/package.json").read_text())["dependencies"]["ajv"]
    openssl = subprocess.run(["openssl", "version"], check=True, capture_output=True, text=True).stdout.split()[1]
    more = [f"ajv {ajv}", f"OpenSSL {openssl}", f"the yyjson of {YYJSON.replace('==', ' ')}"]
    text = ", ".join([*versions, f"Python {platform.python_version()}", *peers, *more])
    return [f"Measured on {today} on {cores} cores of {cpu or platform.machine()}, with {text}."]


def picture(figures: list[Figures]) -> None:
    """Draw the ratios as bars, and the growth as lines."""
    bars = compared(figures)
    figure, (left, right) = plt.subplots(1, 2, figsize=(15, 0.36 * len(bars) + 1), layout="constrained")
    names = [f"{one['language']}: {one['about']} / {one['peer']}" for one in bars]
    colors = ["tab:green" if one["ratio"] >= 1 else "tab:orange" for one in bars]
    drawn = left.barh(names, [one["ratio"] for one in bars], color=colors)
    left.bar_label(drawn, fmt="%.2f", padding=3)
    left.axvline(1, color="black", linewidth=0.8)
    left.invert_yaxis()
    left.set_xlabel("ratio: above 1 airudder is faster")
    lines_of: dict[str, list[tuple[float, float]]] = {}
    for one in figures:
        if "size" in one:
            lines_of.setdefault(f"{one['language']}: {one['about']}", []).append((one["size"], one["ours_us"]))
    for name, points in lines_of.items():
        right.loglog(*zip(*points, strict=True), marker="o", label=name)
    right.set_xlabel("size")
    right.set_ylabel("µs")
    right.legend()
    figure.savefig(ROOT / "docs/benchmarks.svg", metadata={"Date": None})


if __name__ == "__main__":
    core, figures = measure()
    (ROOT / "docs/benchmarks.md").write_text(page(core, figures))
    picture(figures)
    print("docs/benchmarks.md and docs/benchmarks.svg are written")
