#!/usr/bin/env python3
"""Restarts two instances, one after the other, behind a proxy and under load, and counts the requests that failed.

    rolling_restart.py BINARY [nginx] [haproxy]

The proxies are Debian's, downloaded and unpacked where they are not installed; their configuration is that of
docs/operation, with addresses of this machine and without TLS. The second instance is stopped four seconds after the
first is ready again.
"""

import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "faults"))
from callers import PER_SECOND, Callers, call  # noqa: E402
from machine import Machine, give_to_nobody  # noqa: E402
from postgres import Postgres, free_port  # noqa: E402
from service import Service, wait_for  # noqa: E402

OPERATION = os.path.join(HERE, "../../docs/operation")
LEAST_REQUESTS = 5000
# From the moment in which an instance is ready again to the stop of the other, in seconds.
BETWEEN = 4


def changed(text, *changes):
    """The text after replacements, each of which must have something to replace."""
    for pattern, replacement in changes:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count, f"nothing looks like {pattern}"
    return text


class Proxy:
    """A proxy with the configuration of docs/operation."""

    def __init__(self, machine, ports):
        self.machine, self.ports, self.port = machine, ports, free_port()
        self.folder = os.path.join(machine.folder, self.name)
        os.makedirs(self.folder)
        give_to_nobody(self.folder)
        with open(os.path.join(OPERATION, self.file), encoding="utf-8") as given:
            self.configuration = given.read()
        for n, port in enumerate(ports, start=11):
            self.configuration = changed(self.configuration, (rf"10\.0\.0\.{n}:8080", f"127.0.0.1:{port}"))

    def start(self):
        program = self.machine.installed(self.name, *self.packages)
        path = os.path.join(self.folder, self.file)
        with open(path, "w", encoding="utf-8") as given:
            given.write(self.adapted())
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program, *self.arguments(path)], env=self.machine.packages.environment(), stdout=log, stderr=log
            )
        wait_for(self.answers, 20, self.said)
        return self

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return f"{self.name} does not start: {log.read()[-2000:]}"

    def answers(self):
        return call(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5), "GET", "/healthz")[0] == 200

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


class Nginx(Proxy):
    name, file, packages = "nginx", "nginx.conf", ("nginx", "nginx-common")

    def adapted(self):
        kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        places = "".join(f"\n    {kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        return changed(
            self.configuration,
            (r"^http \{", f"http {{{places}\n    access_log off;"),
            (r"listen 443 ssl http2;", f"listen 127.0.0.1:{self.port};"),
            (r"^ *ssl_.*$", ""),
        )

    def arguments(self, path):
        return ["-p", self.folder, "-c", path, "-e", "stderr", "-g", f"daemon off; pid {self.folder}/pid;"]


class HaProxy(Proxy):
    name, file = "haproxy", "haproxy.cfg"
    packages = ("haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1")

    def adapted(self):
        return changed(
            self.configuration,
            (r"^    bind .*$", f"    bind 127.0.0.1:{self.port}"),
            # A machine may allow fewer open files than HAProxy needs for all of them.
            (r"^    maxconn .*$", "    maxconn 1000"),
        )

    def arguments(self, path):
        return ["-db", "-f", path]


class Load(Callers):
    """So many requests a second, by callers who sign in, look themselves up and refresh, each on a connection of its own."""

    def __init__(self, port):
        self.port = port
        self.outcomes = []  # (second, what, status, body, seconds)
        super().__init__()

    def run(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        tokens = None
        for step in self.steps(number):
            what, request = self.request(step, tokens)
            began = time.monotonic()
            status, body = call(connection, *request[:3], **request[3])
            self.outcomes.append((began - self.began, what, status, body, time.monotonic() - began))
            if status == 200 and "refresh_token" in body:
                tokens = body

    @staticmethod
    def request(step, tokens):
        if tokens is None or step % 5 == 0:
            return "sign-in", ("POST", "/auth/v1/signin/anonymously", {}, {"x-device-id": secrets.token_hex(16)})
        if step % 5 == 2:
            body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
            return "refresh", ("POST", "/auth/v1/token", body, {})
        return "look", ("GET", "/auth/v1/user/me", None, {"authorization": f"Bearer {tokens['access_token']}"})

    def failed(self):
        return [outcome for outcome in self.outcomes if outcome[2] != 200]


def restart(service):
    """Stops an instance and waits until it is ready again."""
    took = service.stop()
    assert service.process.returncode == 0, f"{service.process.returncode}: {service.err[-5:]}"
    service.out.clear()
    service.start()
    wait_for(lambda: service.ready()[0] == 200, 30, lambda: f"{service.ready()}")
    return took


def try_behind(kind, machine, postgres):
    ports = [free_port(), free_port()]
    proxy = kind(machine, ports)
    settings = {
        "AUTH__HTTP__DRAIN_SECONDS": "10",
        "AUTH__HTTP__TRUSTED_PROXIES": "127.0.0.1",
        # By default it is the instance's own address, and neither takes the tokens of the other.
        "AUTH__HTTP__PUBLIC_URL": f"http://127.0.0.1:{proxy.port}",
    }
    services = [Service(machine, postgres.url(), AUTH__HTTP__LISTEN=f"127.0.0.1:{port}", **settings) for port in ports]
    try:
        for service in services:
            service.start()
        proxy.start()
        load = Load(proxy.port)
        time.sleep(3)
        stops = [restart(services[0])]
        time.sleep(BETWEEN)
        stops.append(restart(services[1]))
        time.sleep(max(3.0, LEAST_REQUESTS / PER_SECOND + 1 - (time.monotonic() - load.began)))
        load.stop()
    finally:
        for thing in [proxy, *services]:
            thing.stop()
    failed, slowest = load.failed(), max(seconds for *_, seconds in load.outcomes)
    print(
        f"{kind.name}: {len(failed)} of {len(load.outcomes)} requests failed; the slowest took {slowest:.2f} s; "
        f"the stops took {stops[0]:.1f} s and {stops[1]:.1f} s",
        flush=True,
    )
    for second, what, status, body, seconds in failed[:10]:
        print(f"    at {second:.1f} s after {seconds:.2f} s: {what} {status} {body}")
    return not failed and len(load.outcomes) >= LEAST_REQUESTS


def main():
    binary, *names = sys.argv[1:]
    kinds = [kind for kind in (Nginx, HaProxy) if not names or kind.name in names]
    with tempfile.TemporaryDirectory(prefix="auth-rolling-") as folder:
        os.chmod(folder, 0o755)
        machine = Machine(folder, binary)
        postgres = Postgres(machine, "primary").create().start()
        try:
            outcomes = [try_behind(kind, machine, postgres) for kind in kinds]
        finally:
            postgres.stop()
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
