"""Prints the numbering plans of all countries, one region a line, as crates/domain reads them.

Their source is the Python package phonenumbers (Apache-2.0), which carries the metadata of Google's libphonenumber.
Fields are separated by tabs; an empty one means that there is none:

    region, calling code, what is dialled before a foreign number, the trunk prefix as a pattern, what replaces it,
    how numbers of the region begin (where several share a calling code), prefixes of three digits that only kinds
    have which are never mobile and cost money, lengths and pattern of all numbers, the first digits of mobile ones,
    and then for each kind in KINDS its lengths and pattern.

The main region of a calling code comes first among those that share it.
"""

import subprocess
import sys
import tempfile

VERSION = "9.0.43"
KINDS = [
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
    "fixed_line",
    "mobile",
]
COSTLY = ["premium_rate", "shared_cost", "personal_number", "pager", "uan", "voicemail"]


def pattern_of(desc) -> str:
    return (desc.national_number_pattern or "") if desc is not None else ""


def field(desc, general) -> str:
    if not pattern_of(desc):
        return ""
    lengths = [n for n in (desc.possible_length or general.possible_length) if n > 0]
    return ",".join(map(str, lengths)) + ":" + pattern_of(desc)


def prefixes(matcher, desc) -> set[str]:
    pattern = pattern_of(desc)
    if not pattern:
        return set()
    compiled = matcher.compile(pattern)
    return {p for p in (f"{n:03}" for n in range(1000)) if compiled.fullmatch(p, partial=True)}


def starts(matcher, desc) -> str:
    return "".join(sorted({prefix[0] for prefix in prefixes(matcher, desc)}))


def taken(matcher, region) -> str:
    costly = set().union(*(prefixes(matcher, getattr(region, kind)) for kind in COSTLY))
    ordinary = prefixes(matcher, region.mobile) | prefixes(matcher, region.fixed_line)
    return ",".join(sorted(costly - ordinary))


def line(matcher, region) -> str:
    trunk = region.national_prefix_for_parsing or region.national_prefix or ""
    rule = (region.national_prefix_transform_rule or "").replace("\\", "$")
    fields = [
        region.id,
        str(region.country_code),
        region.international_prefix or "",
        trunk,
        rule,
        region.leading_digits or "",
        taken(matcher, region),
    ]
    fields += [field(region.general_desc, region.general_desc), starts(matcher, region.mobile)]
    fields += [field(getattr(region, kind), region.general_desc) for kind in KINDS]
    return "\t".join(fields)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder]
        subprocess.run([*install, f"phonenumbers=={VERSION}", "regex"], check=True, stdout=sys.stderr)
        sys.path.insert(0, folder)
        import phonenumbers
        import regex

        for code, ids in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
            for region_id in ids:
                find = phonenumbers.PhoneMetadata
                region = (
                    find.metadata_for_nongeo_region(code)
                    if region_id == "001"
                    else find.metadata_for_region(region_id)
                )
                print(line(regex, region))


main()
