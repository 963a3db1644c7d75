"""Callers at an even rate, for tools that do something to a service meanwhile."""

import http.client
import itertools
import json
import threading
import time

CALLERS = 30
PER_SECOND = 150


def call(connection, method, path, body=None, **headers):
    """Status and body of an answer; status 0 stands for none."""
    try:
        text = json.dumps(body) if body is not None else None
        connection.request(method, path, text, {"content-type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        return 0, {"error_description": repr(error)}


class Callers:
    """So many requests a second, by callers who go on side by side: each does `run`, which takes its number."""

    def __init__(self):
        self.stopping, self.began = False, time.monotonic()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def steps(self, number):
        """The steps of this caller, each when it is due, until all are stopped."""
        for step in itertools.count():
            due = self.began + (step * CALLERS + number) / PER_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            if self.stopping:
                return
            yield step

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(timeout=60)
