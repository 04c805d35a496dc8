"""An application with the oldest Python SDK: argument 1 is the server, 2 the project token.

Ends with an error when the SDK logs a warning or reports that something failed.
"""

import logging
import sys

import posthog

host, token = sys.argv[1:3]
complaints = []


class Complaints(logging.Handler):
    def emit(self, record):
        complaints.append(record.getMessage())


logging.getLogger().addHandler(Complaints(level=logging.WARNING))
posthog.api_key = token
posthog.host = host
posthog.on_error = lambda error, batch: complaints.append(repr(error))

posthog.capture("py-1", "py signed up", {"py_plan": "pro", "py_seats": 5, "py_trial": True})
posthog.identify("py-1", {"py_name": "Ada"})
posthog.alias("py-anonymous", "py-1")
posthog.flush()
posthog.shutdown()

if complaints:
    sys.exit("the SDK complained:\n" + "\n".join(complaints))
