#!/usr/bin/env python3
"""Somebody signs up by e-mail on what compose.yaml describes, without containers.

    compose_sign_up.py BINARY

The service gets the environment that compose.yaml gives it, in which only places are others: those of its socket, its
listeners and its mail server, which are this machine's. PostgreSQL has the user and the database that compose.yaml names, and
a socket instead of a network; a few lines here play Mailpit. Needs PyYAML.
"""

import contextlib
import email
import email.policy
import os
import re
import socketserver
import sys
import tempfile
import threading
import time
import urllib.parse

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "faults"))
from machine import Machine  # noqa: E402
from postgres import Postgres, free_port  # noqa: E402
from service import Service, wait_for  # noqa: E402

ADDRESS = "ann.lee@example.com"


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that collects, as Mailpit does."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Conversation(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 mail ESMTP")
        while line := self.rfile.readline().strip().upper():
            verb = line.split(b" ")[0].split(b":")[0]
            if verb == b"DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
            self.say("221 bye" if verb == b"QUIT" else "250 done")


def database(machine, described):
    """PostgreSQL as compose.yaml describes it: trusted users, a database, and a socket instead of a network."""
    assert described["network_mode"] == "none" and described["environment"]["POSTGRES_HOST_AUTH_METHOD"] == "trust"
    postgres = Postgres(machine, "database")
    postgres.settings["unix_socket_directories"] = postgres.folder
    postgres.create().start()
    user, name = described["environment"]["POSTGRES_USER"], described["environment"]["POSTGRES_DB"]
    postgres.sql(f"CREATE ROLE {user} LOGIN SUPERUSER")
    postgres.sql(f"ALTER DATABASE {name} OWNER TO {user}")
    return postgres


def settings(described, postgres, mailbox, folder):
    """The environment of the service; places are replaced, and nothing else."""
    told = dict(described["environment"])
    url = urllib.parse.urlsplit(told["AUTH__SMTP__URL"])
    assert (url.scheme, url.hostname) == ("smtp", "mail"), url
    told["AUTH__SMTP__URL"] = url._replace(netloc=f"127.0.0.1:{mailbox.server_address[1]}").geturl()
    assert "host=/run/postgresql&" in told["DATABASE_URL"], told
    told["DATABASE_URL"] = told["DATABASE_URL"].replace("/run/postgresql", postgres.folder) + f"&port={postgres.port}"
    public = free_port()
    told["AUTH__HTTP__LISTEN"] = f"127.0.0.1:{public}"  # the image says which
    told["AUTH__HTTP__PUBLIC_URL"] = f"http://127.0.0.1:{public}"
    assert told["AUTH__ADMIN__LISTEN"].startswith("0.0.0.0:"), told
    told["AUTH__ADMIN__LISTEN"] = "127.0.0.1:0"
    # The volume `keys`.
    told["AUTH__DATABASE__DATA_DIR"] = os.path.join(folder, "keys")
    return told


def code_of(mailbox):
    for mail in mailbox.mails:
        text = mail.get_body(("plain",)).get_content()
        if mail["to"] == ADDRESS and (code := re.search(r"\b\d{6}\b", text)):
            return code.group()
    return None


def sign_up(service, mailbox):
    def post(path, body):
        status, _, answer = service.call("POST", path, body)
        assert status == 200, f"{path}: {status} {answer}"
        return answer

    asked = post("/auth/v1/verification", {"email": ADDRESS})
    code = wait_for(lambda: code_of(mailbox), 20, lambda: f"no code in {mailbox.mails}")
    proof = {"verification_id": asked["verification_id"], "verification_code": code}
    token = post("/auth/v1/verification/verify", proof)["verification_token"]
    return post("/auth/v1/signup", {"email": ADDRESS, "verification_token": token})["sub"]


def main():
    with open(os.path.join(HERE, "../../compose.yaml"), encoding="utf-8") as file:
        described = yaml.safe_load(file)["services"]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ended, Mailbox() as mailbox:
        os.chmod(folder, 0o755)
        machine = Machine(folder, sys.argv[1])
        postgres = database(machine, described["database"])
        ended.callback(postgres.stop)
        service = Service(machine, "")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AUTH_", "DATABASE_URL"))}
        service.environment = {**inherited, **settings(described["auth"], postgres, mailbox, folder)}
        ended.callback(service.stop)
        user = sign_up(service.start(), mailbox)
        sender = mailbox.mails[0]["from"]
        assert sender == described["auth"]["environment"]["AUTH__SMTP__FROM"], sender
        mailbox.shutdown()
    took = time.monotonic() - began
    print(f"user {user} signed up by e-mail as compose.yaml says, {took:.1f} s after there was nothing, not even a database")


main()
