"""What must be in the database after the migration."""

# Few enough rows that a batch takes a moment; what is compared is found by the keys of the contracted schema.
BATCH = 10_000


class Table:
    """A table of claims or of rows, and where the other one of the two holds the same."""

    def __init__(self, name, key, held, other):
        self.name, self.key = name, key
        # What of a row the other table says as well, and the query that finds it there by the other table's key.
        self.held, self.other = held, other


TABLES = [
    Table("identifiers", ("user_id", "kind"), "user_id",
          "SELECT c.user_id FROM identifier_claims c WHERE c.kind = t.kind AND c.value = t.value"),
    Table("identifier_claims", ("kind", "value"), "value",
          "SELECT i.value FROM identifiers i WHERE i.user_id = t.user_id AND i.kind = t.kind"),
    Table("external_identities", ("user_id", "provider"), "user_id",
          "SELECT c.user_id FROM identity_claims c WHERE c.provider = t.provider AND c.subject = t.subject"),
    Table("identity_claims", ("provider", "subject"), "subject",
          "SELECT i.subject FROM external_identities i WHERE i.user_id = t.user_id AND i.provider = t.provider"),
]


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def batch_of(table, after):
    """The number of the next rows after a key, how many of them the other table does not say, and the last of their keys.

    The other table is asked in a sub-query that has one value, because PostgreSQL looks that up row by row along the key. Of a
    join it might make a pass through the whole table for each batch.
    """
    first, second = table.key
    where = f"WHERE ({first}, {second}) > ({literal(after[0])}, {literal(after[1])})" if after else ""
    return (
        f"WITH batch AS MATERIALIZED (SELECT {first}, {second}, ({table.other}) IS DISTINCT FROM t.{table.held} AS is_alone "
        f"FROM {table.name} t {where} ORDER BY {first}, {second} LIMIT {BATCH}) "
        f"SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM batch WHERE is_alone), {first}, {second} "
        f"FROM batch ORDER BY {first} DESC, {second} DESC LIMIT 1"
    )


def look_through(postgres, table):
    """How many rows a table has, and how many of them the other one does not say."""
    rows = alone = 0
    after = None
    while True:
        batch = postgres.sql(batch_of(table, after), timeout=None)
        if not batch:
            return rows, alone
        count, of_them, *after = batch[0]
        rows, alone = rows + int(count), alone + int(of_them)


def unmatched(postgres, users):
    """Claims without a row, rows without a claim, and tables that do not have all users from before."""
    problems = []
    for table in TABLES:
        rows, alone = look_through(postgres, table)
        print(f"{rows} {table.name} were looked through", flush=True)
        if alone:
            problems.append(f"{alone} of {rows} {table.name} are not what the other table says")
        least = users if table.name in ("external_identities", "identity_claims") else 2 * users
        if rows < least:
            problems.append(f"there are {rows} {table.name}, and at least {least} were inserted")
    return problems


def unstored(postgres, made):
    """Sign-ups that were acknowledged, and that are not stored or belong to another account than the answer said."""
    problems = []
    for first in range(0, len(made), BATCH):
        batch = {phone.replace(" ", ""): sub for phone, sub in made[first : first + BATCH]}
        values = ", ".join(map(literal, batch))
        found = postgres.sql(
            f"SELECT value, user_id FROM identifier_claims WHERE kind = 'phone_number' AND value IN ({values})", timeout=None
        )
        stored = {value: user for value, user in found}
        for value, sub in batch.items():
            if stored.get(value) != sub:
                problems.append(f"{value} was acknowledged as {sub}, and is stored as {stored.get(value, 'nobody')}")
    return problems
