"""A relay between the service and its database that loses packets, or leads somewhere else."""

import contextlib
import socket
import threading


class Relay:
    """Relays connections to a port of this machine."""

    def __init__(self, target):
        self.target = target
        self.swallows_new = False
        self.number = self.swallowed = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.held = []
        threading.Thread(target=self.accept, daemon=True).start()

    def swallow(self):
        """From now on nothing passes on the connections that are open, and nobody is told so."""
        self.swallowed = self.number

    def lead_to(self, target):
        """New connections go to another server; those that are open stay where they are."""
        self.target = target

    def stop(self):
        self.listener.close()
        for held in self.held:
            with contextlib.suppress(OSError):
                held.close()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            self.number += 1
            self.held.append(client)
            if self.swallows_new:
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            self.held.append(server)
            for one, other in [(client, server), (server, client)]:
                threading.Thread(target=self.carry, args=(one, other, self.number), daemon=True).start()

    def carry(self, one, other, number):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if number > self.swallowed:
                    other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
