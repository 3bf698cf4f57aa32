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
# The size of all seeds of a target together, in bytes, at most: more is thinned out evenly, from the shortest to the
# longest. A search tries thousands of constructions, which takes time.
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
    inputs = sorted((file.read_bytes() for file in folder.iterdir()), key=lambda made: (len(made), made))
    lines = [base64.b64encode(made).decode() + "\n" for made in inputs]
    thinned = -(-sum(map(len, lines)) // LARGEST_OF.get(target, LARGEST))
    SEEDS.mkdir(exist_ok=True)
    (SEEDS / target).write_text("".join(lines[:: max(thinned, 1)]))


if __name__ == "__main__":
    {"unpack": unpack, "pack": pack}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
