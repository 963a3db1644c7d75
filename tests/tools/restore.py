#!/usr/bin/env python3
"""Backs a running service up and restores it on another server, as docs/operation/backup.md says.

    restore.py BINARY

Looks at what is still valid afterwards: with the keys, without the server key, and without the signing keys.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "faults"))
from machine import Machine, NotRun  # noqa: E402
from postgres import Postgres  # noqa: E402
from service import Service, wait_for  # noqa: E402

PHONES = {name: f"+86 1300000{number:04}" for number, name in enumerate(["ann", "bob", "late"], start=700)}
PASSWORD = "correct horse battery staple"


def run(machine, *command):
    done = subprocess.run(command, env=machine.packages.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stderr}"


def service_on(machine, postgres, folder, **settings):
    """A service with keys in files of this folder."""
    return Service(
        machine,
        postgres.url(),
        AUTH__DATABASE__DATA_DIR=folder,
        AUTH__TOKENS__ISSUER="https://id.example.com",
        AUTH__VERIFICATION__RESEND_AFTER_SECONDS="0",
        **settings,
    )


def begin(service):
    """What people have before the backup: a session, a password, and a code that is under way."""
    status, _, ann = service.sign_up(PHONES["ann"])
    assert status == 200, ann
    status, _, asked = service.call("POST", "/auth/v1/verification", {"phone_number": PHONES["bob"], "target": "ANY"})
    assert status == 200, asked
    code = wait_for(lambda: service.code(PHONES["bob"]), 20, lambda: "no code")
    # A session of a month has begun for less than 15 minutes, so that it may set a first password.
    bearer = {"authorization": f"Bearer {ann['access_token']}"}
    status, _, said = service.call("PATCH", "/auth/v1/user/password", {"new_password": PASSWORD}, **bearer)
    assert status in (200, 204), said
    return ann, {"verification_id": asked["verification_id"], "verification_code": code}


def looked_at(service, ann, code):
    """What is still valid, by name."""
    bearer = {"authorization": f"Bearer {ann['access_token']}"}
    refresh = {"grant_type": "refresh_token", "refresh_token": ann["refresh_token"]}
    sign_in = {"username": PHONES["ann"], "password": PASSWORD}
    calls = {
        "the access token": ("GET", "/auth/v1/user/me", None, bearer),
        "the session": ("POST", "/auth/v1/token", refresh, {}),
        "the code under way": ("POST", "/auth/v1/verification/verify", code, {}),
        "the password": ("POST", "/auth/v1/signin", sign_in, {}),
    }
    answers = {name: service.call(*call[:3], **call[3]) for name, call in calls.items()}
    broken = [(name, answer) for name, answer in answers.items() if answer[0] == 0 or answer[0] >= 500]
    assert not broken, broken
    return {name for name, answer in answers.items() if answer[0] == 200}


def restored(machine, name, dump):
    """Another server with what was dumped."""
    postgres = Postgres(machine, name).create().start()
    restore = machine.program("pg_restore", f"postgresql-client-{machine.major}")
    run(machine, restore, "--no-owner", "--exit-on-error", "--single-transaction", "-d", postgres.url(), dump)
    return postgres


def main():
    everything = {"the access token", "the session", "the code under way", "the password"}
    with tempfile.TemporaryDirectory(prefix="auth-restore-") as folder:
        os.chmod(folder, 0o755)
        machine, things = Machine(folder, sys.argv[1]), []
        try:
            dump_program = machine.program("pg_dump", f"postgresql-client-{machine.major}")
            postgres = Postgres(machine, "before").create().start()
            things.append(postgres)
            keys = os.path.join(folder, "keys")
            service = service_on(machine, postgres, keys).start()
            things.append(service)
            ann, code = begin(service)
            dump = os.path.join(folder, "dump")
            run(machine, dump_program, "--format=custom", "--file", dump, postgres.url())
            status, _, late = service.sign_up(PHONES["late"])
            assert status == 200, late
            service.stop()
            postgres.stop()
            for name, without, lost in [
                ("everything", None, set()),
                ("without the server key", "server.key", {"the session", "the code under way"}),
                ("without the signing keys", "keys", {"the access token"}),
            ]:
                place = name.replace(" ", "-")
                own = os.path.join(folder, place + "-keys")
                shutil.copytree(keys, own)
                if without:
                    path = os.path.join(own, without)
                    shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
                postgres = restored(machine, place, dump)
                things.append(postgres)
                service = service_on(machine, postgres, own)
                things.append(service)
                status, said = service.run("doctor")
                assert status == 0, said
                service.start()
                valid = looked_at(service, ann, code)
                assert valid == everything - lost, f"{name}: valid are {valid}"
                assert service.sign_up(PHONES["late"])[0] == 200, "whoever came after the backup signs up once more"
                print(f"{name}: valid are {', '.join(sorted(valid))}", flush=True)
                service.stop()
                postgres.stop()
        except NotRun as why:
            print(f"NOT RUN: {why}")
            return 1
        finally:
            for thing in reversed(things):
                thing.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
