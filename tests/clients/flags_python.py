"""Evaluates the flags of a project with the Python SDK: argument 1 is the server, 2 the project token, 3 a project secret key,
4 a file with people, 5 the file for their values and payloads.
"""

import json
import sys
import warnings

from posthog import Posthog

host, token, secret, source, output = sys.argv[1:6]
warnings.simplefilter("ignore", DeprecationWarning)
client = Posthog(token, host=host, secret_key=secret)
client.load_feature_flags()
found = []
with open(source, encoding="utf-8") as people:
    for person in json.load(people):
        both = client.get_all_flags_and_payloads(
            person["distinct_id"],
            groups=person["groups"],
            person_properties=person["person_properties"],
            group_properties=person["group_properties"],
            only_evaluate_locally=True,
        )
        found.append([both["featureFlags"], both["featureFlagPayloads"]])
with open(output, "w", encoding="utf-8") as file:
    json.dump(found, file)
client.shutdown()
