"""Write contacts.csv: 10 000 made-up contacts, the same ones each time.

The numbers cannot belong to anybody: after the country code they begin with 000, which no country assigns.
"""

from __future__ import annotations

import csv
import datetime
import random
import sys

COUNT = 10_000
COUNTRIES = [
    ("Indonesia", "+62", ["Ayu", "Budi", "Citra", "Dewi", "Eko", "Putri", "Rizky"]),
    ("Philippines", "+63", ["Ana", "Jose", "Liza", "Marco", "Paolo", "Rosa"]),
    ("India", "+91", ["Aarav", "Diya", "Ishaan", "Kavya", "Rohan", "Meera"]),
    ("Mexico", "+52", ["Camila", "Diego", "Mateo", "Sofía", "Valeria", "José"]),
    ("Vietnam", "+84", ["Anh", "Bình", "Hương", "Minh", "Thảo"]),
    ("Thailand", "+66", ["Anong", "Kanya", "Niran", "Somchai", "สมชาย"]),
    ("Brazil", "+55", ["Ana", "João", "Luiza", "Pedro", "Thaís"]),
    ("Nigeria", "+234", ["Ada", "Chidi", "Emeka", "Ngozi", "Tunde"]),
]
WEIGHTS = [30, 18, 15, 12, 9, 6, 6, 4]


def main() -> None:
    """Print the file to standard output."""
    choice = random.Random(20260701)  # noqa: S311 - made-up data, not a secret
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["caseid", "callee", "country", "customer_name", "borrow_total_money", "due_date"])
    for number in range(1, COUNT + 1):
        country, code, names = choice.choices(COUNTRIES, WEIGHTS)[0]
        due = datetime.date(2026, 12, 1) + datetime.timedelta(days=choice.randrange(60))
        owed = choice.randrange(20, 2000) * 5
        rows.writerow([f"case-{number:05}", f"{code}000{number:07}", country, choice.choice(names), owed, due])


if __name__ == "__main__":
    main()
