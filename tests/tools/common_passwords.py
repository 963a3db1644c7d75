"""Prints the list of common passwords, one a line.

Its source is the frequency list of the Python package zxcvbn (MIT licence, Daniel Wolf): of its 30 000 most common
passwords those of at least 8 characters, in ASCII, in lower case, each once, sorted.
"""

import subprocess
import sys
import tempfile

VERSION = "4.5.0"
SHORTEST = 8


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        subprocess.run([*install, f"zxcvbn=={VERSION}"], check=True, stdout=sys.stderr)
        sys.path.insert(0, folder)
        from zxcvbn.frequency_lists import FREQUENCY_LISTS

        common = FREQUENCY_LISTS["passwords"]
    for password in sorted({entry.lower() for entry in common if len(entry) >= SHORTEST and entry.isascii()}):
        print(password)


main()
