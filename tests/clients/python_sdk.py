"""An application with the Python SDK: argument 1 is the server, 2 the project token, 3 a project secret key.

Ends with an error when the SDK logs a warning or reports that something failed.
"""

import datetime
import logging
import sys
import warnings

from posthog import Posthog

host, token, secret = sys.argv[1:4]
complaints = []


class Complaints(logging.Handler):
    def emit(self, record):
        complaints.append(record.getMessage())


logging.getLogger().addHandler(Complaints(level=logging.WARNING))
client = Posthog(token, host=host, secret_key=secret, on_error=lambda error, batch: complaints.append(repr(error)))

client.capture(
    "py signed up",
    distinct_id="py-1",
    properties={"py_plan": "pro", "py_seats": 5, "py_trial": True, "py_started_at": datetime.datetime(2026, 1, 2, 3, 4, 5)},
    groups={"company": "acme"},
)
client.set(distinct_id="py-1", properties={"py_name": "Ada"})
client.set_once(distinct_id="py-1", properties={"py_first_visit": "2026-01-02"})
client.group_identify("company", "acme", {"py_employees": 11})
client.alias("py-anonymous", "py-1")
client.capture("py anonymous event", properties={"py_anonymous": 1})
try:
    raise ValueError("an exception worth telling")
except ValueError as error:
    client.capture_exception(error, distinct_id="py-1")
client.capture_ai(
    "$ai_generation",
    distinct_id="py-1",
    properties={"$ai_model": "small-1", "$ai_input_tokens": 12, "py_prompt": "p" * 2_000_000},
)
client.metrics.count("py.jobs", 1, attributes={"queue": "default"})
client.load_feature_flags()
client.evaluate_flags("py-1").get_flag("no-such-flag")
with warnings.catch_warnings():  # what older applications call
    warnings.simplefilter("ignore", DeprecationWarning)
    client.get_feature_flag("no-such-flag", "py-1")
    client.get_all_flags("py-1")
client.flush()
client.shutdown()

zipped = Posthog(token, host=host, gzip=True, on_error=lambda error, batch: complaints.append(repr(error)))
zipped.capture("py zipped", distinct_id="py-2", properties={"py_zipped": 1.5})
zipped.shutdown()

newer = Posthog(token, host=host, capture_mode="v1", on_error=lambda error, batch: complaints.append(repr(error)))
newer.capture("py newer", distinct_id="py-3", properties={"py_newer": False})
newer.set(distinct_id="py-3", properties={"py_newer_name": "Bob"})
newer.shutdown()

if complaints:
    sys.exit("the SDK complained:\n" + "\n".join(complaints))
