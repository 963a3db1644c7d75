#!/usr/bin/env python3
"""Migrates a database with many users while clients call, and checks that no call failed and none waited long for a lock.

    migration.py BEFORE AFTER [USERS]

BEFORE and AFTER are the programs of two releases. Two instances of BEFORE serve; AFTER migrates; instances of AFTER take
over one by one, those of BEFORE come back, and those of AFTER take over again; then AFTER contracts the schema. The migration
is killed after some seconds, while it copies rows, and while it contracts, and goes on each time. Clients sign up by phone,
refresh, ask who they are, and sign in as users from before, all the time. No answer but 200 counts as good, and no statement
of the service may wait longer than 200 ms for a lock, of which PostgreSQL tells in its log. Needs nothing but Python and
PostgreSQL.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))

from callers import PASSWORD, Clients, Codes, Fleet, Instance  # noqa: E402
from machine import Machine  # noqa: E402
from postgres import Postgres  # noqa: E402
from stored import unmatched, unstored  # noqa: E402

FIRST_USER = 2_000_000_000_000_000_000
# How long the clients call between two steps, in seconds.
BETWEEN = 10
# How long the migration works before it is killed for the first time, in seconds.
KILLED_AFTER = 3
LONGEST_WAIT = "200ms"
BATCH = 250_000
# What a user takes: about 1.5 kB in tables and indexes (three names, a hash, a claim of each name), the indexes of before and
# after for a while beside each other, and the log of changes, of which there are at most about 4 GB.
BYTES_A_USER = 3_000

USERS = [
    "users (id, status, created_at, updated_at) SELECT USER, 'ACTIVE', now(), now()",
    "identifiers (kind, value, shown, user_id, created_at) SELECT 'username', 'old_' || n, 'old_' || n, USER, now()",
    "identifiers (kind, value, shown, user_id, verified_at, created_at)"
    " SELECT 'email', 'old' || n || '@example.com', 'old' || n || '@example.com', USER, now(), now()",
    "external_identities (provider, subject, user_id, bound_at) SELECT 'github', 'old' || n, USER, now()",
    "credentials (user_id, password_hash, updated_at) SELECT USER, 'HASH', now()",
]


class Waits:
    """What PostgreSQL says of those that wait for locks."""

    def __init__(self, postgres):
        self.path = os.path.join(postgres.folder, "log")
        self.read = os.path.getsize(self.path)

    def more(self):
        """Those of the service, and how many there were of the migration."""
        with open(self.path, encoding="utf-8", errors="replace") as log:
            log.seek(self.read)
            lines = [line.strip() for line in log if " still waiting for " in line]
        return [line for line in lines if "[service]" in line], sum("[migrate]" in line for line in lines)


def fill(postgres, service, users):
    """Users as the program before stores them."""
    status, _, answer = service.call("GET", "/healthz")
    assert status == 200, answer
    made = service.run("users", "create", "--username", "somebody", "--password-stdin", given=f"{PASSWORD}\n", timeout=None)
    assert made[0] == 0, made
    password_hash = postgres.sql("SELECT password_hash FROM credentials")[0][0]
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), password_hash
    for first in range(0, users, BATCH):
        last = min(first + BATCH, users) - 1
        for insert in USERS:
            insert = insert.replace("USER", f"{FIRST_USER} + n").replace("HASH", password_hash)
            postgres.sql(f"INSERT INTO {insert} FROM generate_series({first}, {last}) n", timeout=None)
    postgres.sql("VACUUM ANALYZE", timeout=None)


def check(postgres, clients, waits, users):
    problems = list(clients.bad)
    of_service, of_migration = waits.more()
    problems += of_service + unmatched(postgres, users) + unstored(postgres, clients.made)
    if not clients.made:
        problems.append("nobody has signed up, so nothing was tried")
    answers = sorted(clients.answers)
    if not answers:
        return [*problems, "no client got an answer"]
    print(
        f"{len(answers)} calls, {len(clients.bad)} not good, {len(clients.made)} sign-ups; p99 "
        f"{answers[len(answers) * 99 // 100] * 1000:.0f} ms, slowest {answers[-1] * 1000:.0f} ms; "
        f"{len(of_service)} waits of the service for a lock over {LONGEST_WAIT}, {of_migration} of the migration"
    )
    return problems


def step(what, work):
    began = time.monotonic()
    result = work()
    print(f"{what}: {time.monotonic() - began:.1f} s", flush=True)
    return result


def migrating(machine, binary, url):
    return Instance(machine, binary, url, Codes(), "migrate")


def migrate(machine, binary, url, *arguments):
    status, said = migrating(machine, binary, url).run("migrate", *arguments, given="", timeout=None)
    assert status == 0, said


def kill_while_migrating(machine, binary, url, *arguments, reached):
    """Kills the migration as soon as `reached` says so of the seconds that have passed and of what it has said. What it has
    done stays, and the next one goes on."""
    instance, silent = migrating(machine, binary, url), subprocess.DEVNULL
    path = os.path.join(machine.folder, "migrate.err")
    with open(path, "w", encoding="utf-8") as told:
        command = [binary, "migrate", *arguments]
        process = subprocess.Popen(
            command, env=instance.environment, cwd=machine.folder, stdin=silent, stdout=silent, stderr=told
        )
    began = time.monotonic()
    while True:
        ended = process.poll()
        with open(path, encoding="utf-8", errors="replace") as told:
            said = told.read()
        if ended is not None:
            why = "there are too few users" if ended == 0 else said[-500:]
            raise AssertionError(f"it ended by itself, with {ended}, before it could be killed: {why}")
        if reached(time.monotonic() - began, said):
            break
        time.sleep(0.05)
    process.kill()
    # What is found here ended in between, which is not what was to be tried.
    if process.wait() != -signal.SIGKILL:
        raise AssertionError(f"it ended by itself, with {process.returncode}, just before it was killed")
    print(f"killed after {time.monotonic() - began:.1f} s and {copied(said)} copied rows", flush=True)


def copied(said):
    """The rows that a migration says it has copied so far."""
    rows = re.findall(r"^copied (\d+) rows$", said, re.MULTILINE)
    return int(rows[-1]) if rows else 0


def is_building_an_index(postgres):
    """Whether a migration is at an index: what a killed one leaves there is of no use."""
    return bool(postgres.sql("SELECT 1 FROM pg_stat_progress_create_index"))


def replace(fleet, instances, machine, binary, url):
    """An instance of this program takes over from each of these, one after the other."""
    made = []
    for instance in instances:
        made.append(Instance(machine, binary, url, fleet.codes).start())
        fleet.add(made[-1])
        time.sleep(BETWEEN)
        fleet.retire(instance)
    time.sleep(BETWEEN)
    return made


def run(machine, before, after, users, postgres):
    url = postgres.url()
    migrate(machine, before, url)
    fleet = Fleet(Codes())
    old = [Instance(machine, before, url, fleet.codes).start() for _ in range(2)]
    step(f"inserting {users} users", lambda: fill(postgres, old[0], users))
    for instance in old:
        fleet.add(instance)
    waits, clients = Waits(postgres), Clients(fleet, users)
    try:
        time.sleep(BETWEEN)
        early = lambda seconds, _: seconds >= KILLED_AFTER
        step("migrate, killed early", lambda: kill_while_migrating(machine, after, url, reached=early))
        # The indexes come first. The rows are copied after them, and a migration that is killed there goes on there.
        copying = lambda _, said: copied(said) > users // 5
        step("migrate, killed while it copies", lambda: kill_while_migrating(machine, after, url, reached=copying))
        step("migrate", lambda: migrate(machine, after, url))
        time.sleep(BETWEEN)
        new = step("to the new program", lambda: replace(fleet, old, machine, after, url))
        again = step("back to the program before", lambda: replace(fleet, new, machine, before, url))
        step("to the new program", lambda: replace(fleet, again, machine, after, url))
        indexing = lambda *_: is_building_an_index(postgres)
        step("migrate --contract, killed", lambda: kill_while_migrating(machine, after, url, "--contract", reached=indexing))
        step("migrate --contract", lambda: migrate(machine, after, url, "--contract"))
        time.sleep(BETWEEN)
    finally:
        clients.stop()
        for instance in list(fleet.instances):
            fleet.retire(instance)
    return step("looking through what is stored", lambda: check(postgres, clients, waits, users))


def refuse_without_room(folder, users):
    free, needed = shutil.disk_usage(folder).free, users * BYTES_A_USER
    if free < needed:
        sys.exit(
            f"{users} users need about {needed / 1e9:.1f} GB, and {folder} has {free / 1e9:.1f} GB: ask for fewer, or set TMPDIR "
            "to a folder with more"
        )


def main():
    before, after = (os.path.abspath(path) for path in sys.argv[1:3])
    users = int(sys.argv[3]) if len(sys.argv) > 3 else 5_000_000
    with tempfile.TemporaryDirectory(prefix="auth-migration-") as folder:
        refuse_without_room(folder, users)
        os.chmod(folder, 0o711)
        machine = Machine(folder, after)
        postgres = Postgres(
            machine, "migrated", fsync="on", log_lock_waits="on", deadlock_timeout=LONGEST_WAIT,
            log_line_prefix="%m [%p] [%a] ", max_wal_size="4GB",
        )
        try:
            problems = run(machine, before, after, users, postgres.create().start())
        finally:
            postgres.stop()
    if problems:
        sys.exit("\n".join(problems[:20]))
    print("nothing failed, and nothing waited")


if __name__ == "__main__":
    main()
