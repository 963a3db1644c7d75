#!/usr/bin/env python3
"""Replaces the server key of two instances under load, as docs/operation/keys.md says, and counts what failed and was lost.

    key_rotation.py BINARY

Callers use their sessions on both instances in turns. Beside them there are sessions and codes that nobody touches until
the new key makes everything. Needs nothing but Python.
"""

import http.client
import os
import re
import secrets
import signal
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "faults"))
from callers import CALLERS, Callers, call  # noqa: E402
from machine import Machine  # noqa: E402
from postgres import Postgres  # noqa: E402
from service import Service, wait_for  # noqa: E402

KEPT_SESSIONS = 100
KEPT_CODES = 10
# From one signal to the next, and from one step to the next, in seconds: long enough for each caller to come several times.
BETWEEN = 3


class Session:
    """A session of somebody who is known by a device only."""

    def __init__(self):
        self.device = {"x-device-id": secrets.token_hex(16)}
        self.tokens = None

    def begin(self):
        return "POST", "/auth/v1/signin/anonymously", {}, self.device

    def refresh(self):
        body = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        return "POST", "/auth/v1/token", body, self.device

    def look(self):
        return "GET", "/auth/v1/user/me", None, {**self.device, "authorization": f"Bearer {self.tokens['access_token']}"}

    def does(self, connection, request):
        """Sends a request, and keeps the tokens of its answer."""
        status, body = call(connection, *request[:3], **request[3])
        if status == 200 and "refresh_token" in body:
            self.tokens = body
        return status, body


class Load(Callers):
    """So many requests a second, by callers who go on with one session each, on both instances in turns."""

    def __init__(self, addresses):
        self.addresses = addresses
        self.answers, self.failed = 0, []
        self.lock = threading.Lock()
        super().__init__()

    def run(self, number):
        connections = [http.client.HTTPConnection(address, timeout=30) for address in self.addresses]
        session = Session()
        for step in self.steps(number):
            request = session.begin() if session.tokens is None else (session.refresh, session.look)[step % 2]()
            # What one instance made in one step, the other one is given in the next.
            status, body = session.does(connections[(step // 2 + number) % len(connections)], request)
            with self.lock:
                self.answers += 1
                if status != 200:
                    self.failed.append((time.monotonic() - self.began, request[1], status, body))


class Kept:
    """Sessions and codes that nobody uses while the key is replaced."""

    def __init__(self, services):
        self.services = services
        self.sessions = [Session() for _ in range(KEPT_SESSIONS)]
        for number, session in enumerate(self.sessions):
            status, body = session.does(self.to(number), session.begin())
            assert status == 200, body
        self.codes = [self.code(f"+86 1300000{number:04}") for number in range(800, 800 + KEPT_CODES)]

    def to(self, number):
        return http.client.HTTPConnection(self.services[number % len(self.services)].address, timeout=30)

    def code(self, phone):
        """A code that is under way. Whichever instance delivers a message prints it."""
        status, asked = call(self.to(0), "POST", "/auth/v1/verification", {"phone_number": phone, "target": "ANY"})
        assert status == 200, asked
        code = wait_for(lambda: next(filter(None, (s.code(phone) for s in self.services)), None), 20, lambda: "no code")
        return {"verification_id": asked["verification_id"], "verification_code": code}

    def lost_sessions(self):
        """Those that neither instance refreshes any more; the others go on, from the instance where they did not begin."""
        answers = [session.does(self.to(number + 1), session.refresh()) for number, session in enumerate(self.sessions)]
        return [answer for answer in answers if answer[0] != 200]

    def lost_codes(self):
        answers = [call(self.to(1), "POST", "/auth/v1/verification/verify", code) for code in self.codes]
        return [answer for answer in answers if answer[0] != 200]


class Keys:
    """The two files that both instances read."""

    def __init__(self, machine, url):
        self.folder = machine.folder
        self.maker = Service(machine, url)
        self.old, self.new = self.made("old"), self.made("new")
        self.place(self.old, self.old)

    def path(self, name):
        return os.path.join(self.folder, name)

    def made(self, name):
        status, said = self.maker.run("keys", "server-key", self.path(name))
        assert status == 0, said
        with open(self.path(name), encoding="utf-8") as made:
            return made.read()

    def settings(self):
        return {
            "AUTH__SECRETS__SERVER_KEY_FILE": self.path("server_key"),
            "AUTH__SECRETS__SERVER_KEY_PREVIOUS_FILE": self.path("server_key_previous"),
        }

    def place(self, makes, also):
        for name, key in [("server_key", makes), ("server_key_previous", also)]:
            with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(key)


def reload(service):
    """Sends SIGHUP, and waits until the instance has said that its key has changed."""

    def said():
        lines = [line for line in list(service.err) if "server.reloaded" in line]
        return sum(bool(re.search(r"server_key\W+true", line)) for line in lines)

    before = said()
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: said() > before, 20, lambda: f"the key has not changed: {service.err[-5:]}")


def rotate(keys, services, kept):
    """The three steps of docs/operation/keys.md; what was lost meanwhile: sessions and codes."""
    lost_sessions, lost_codes = [], []
    for step, (makes, also) in enumerate([(keys.old, keys.new), (keys.new, keys.old), (keys.new, keys.new)], start=1):
        keys.place(makes, also)
        for service in services:
            reload(service)
            time.sleep(BETWEEN)
        if step == 2:
            lost_codes = kept.lost_codes()
        if step >= 2:
            lost_sessions += kept.lost_sessions()
    return lost_sessions, lost_codes


def try_with(machine, postgres):
    keys = Keys(machine, postgres.url())
    settings = {**keys.settings(), "AUTH__LOGGING__LEVEL": "info", "AUTH__TOKENS__ISSUER": "https://id.example.com"}
    services = [Service(machine, postgres.url(), **settings) for _ in range(2)]
    try:
        for service in services:
            service.start()
        kept = Kept(services)
        load = Load([service.address for service in services])
        time.sleep(BETWEEN)
        lost_sessions, lost_codes = rotate(keys, services, kept)
        load.stop()
    finally:
        for service in services:
            service.stop()
    lost = f"{len(lost_sessions)} sessions lost" if lost_sessions else "no session lost"
    print(
        f"{len(load.failed)} failed, {lost}: of {load.answers} requests by {CALLERS} callers, and of {KEPT_SESSIONS} idle "
        f"sessions; {len(lost_codes)} of {KEPT_CODES} codes under way lost",
        flush=True,
    )
    for second, path, status, body in load.failed[:10]:
        print(f"    at {second:.1f} s: {path} {status} {body}")
    for status, body in (lost_sessions + lost_codes)[:10]:
        print(f"    lost: {status} {body}")
    return load.answers > 0 and not load.failed and not lost_sessions and not lost_codes


def main():
    with tempfile.TemporaryDirectory(prefix="auth-keys-") as folder:
        os.chmod(folder, 0o755)
        machine = Machine(folder, sys.argv[1])
        postgres = Postgres(machine, "primary").create().start()
        try:
            good = try_with(machine, postgres)
        finally:
            postgres.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
