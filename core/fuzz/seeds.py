"""Moves inputs between a fuzzer's corpus, a folder with a file for each, and `seeds`.

There, a line of one file is an input in Base64: so it is one file to review and to merge, and a test reads it as it is.
`seeds.py unpack TARGET FOLDER` puts the seeds and the first inputs of a target into a folder;
`seeds.py pack TARGET FOLDER` makes the folder's inputs the seeds.
"""

import base64
import hashlib
import sys
from pathlib import Path

from first import first_inputs

SEEDS = Path(__file__).parent / "seeds"
# What all seeds of a target may have together, the shortest ones first. A search tries thousands of constructions.
LARGEST = 120_000
LARGEST_OF = {"detect": 8_000}


def unpack(target: str, folder: Path) -> None:
    """Add to a corpus what is known to be worth keeping."""
    seeds = SEEDS / target
    kept = [base64.b64decode(line) for line in seeds.read_text().splitlines()] if seeds.exists() else []
    folder.mkdir(parents=True, exist_ok=True)
    for made in kept + first_inputs(target):
        (folder / hashlib.sha256(made).hexdigest()).write_bytes(made)


def pack(target: str, folder: Path) -> None:
    """Keep a corpus."""
    lines, size = [], 0
    for made in sorted((file.read_bytes() for file in folder.iterdir()), key=lambda made: (len(made), made)):
        line = base64.b64encode(made).decode()
        size += len(line) + 1
        if size > LARGEST_OF.get(target, LARGEST):
            break
        lines.append(line)
    SEEDS.mkdir(exist_ok=True)
    (SEEDS / target).write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    {"unpack": unpack, "pack": pack}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
