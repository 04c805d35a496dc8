"""Calls the 18 operations of the published API page with the client that openapi-python-client made.

Arguments: the server, a personal key. What it could not call or did not expect is an error.
"""

import sys
import uuid

from hoglet_client import AuthenticatedClient
from hoglet_client.api.insights import insights_sharing_refresh_create
from hoglet_client.api.notebooks import (
    notebooks_sharing_list,
    notebooks_sharing_partial_update,
    notebooks_sharing_passwords_create,
    notebooks_sharing_passwords_destroy,
    notebooks_sharing_refresh_create,
)
from hoglet_client.api.project_secret_api_keys import (
    project_secret_api_keys_create,
    project_secret_api_keys_destroy,
    project_secret_api_keys_list,
    project_secret_api_keys_partial_update,
    project_secret_api_keys_retrieve,
    project_secret_api_keys_roll_create,
)
from hoglet_client.api.property_definitions import (
    property_definitions_bulk_update_tags_create,
    property_definitions_destroy,
    property_definitions_list,
    property_definitions_partial_update,
    property_definitions_retrieve,
    property_definitions_seen_together_retrieve,
)
from hoglet_client.api.session_recordings import session_recordings_sharing_list
from hoglet_client.models import (
    BulkUpdateTagsRequest,
    BulkUpdateTagsRequestAction,
    PatchedEnterprisePropertyDefinition,
    PatchedProjectSecretAPIKey,
    PatchedSharingConfiguration,
    ProjectSecretAPIKeyCreate,
    ProjectSecretAPIKeyCreateScopesItem,
    PropertyType,
    SharePasswordCreate,
)

url, key = sys.argv[1:3]
client = AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True)
calls = 0


def call(status, operation, *path, **named):
    global calls
    answer = operation.sync_detailed("1", *path, client=client, **named)
    assert answer.status_code == status, (operation.__name__, answer)
    calls += 1
    return answer.parsed


# Sharing
assert call(200, insights_sharing_refresh_create, 1).access_token
assert call(200, notebooks_sharing_list, "NoteMain1").enabled is False
protected = PatchedSharingConfiguration(enabled=True, password_required=True)
call(200, notebooks_sharing_partial_update, "NoteMain1", body=protected)
made = call(200, notebooks_sharing_passwords_create, "NoteMain1", body=SharePasswordCreate(raw_password="open sesame", note="Board"))
call(204, notebooks_sharing_passwords_destroy, "NoteMain1", str(made.share_passwords[0].id))
assert call(200, notebooks_sharing_refresh_create, "NoteMain1").share_passwords == []
assert call(200, session_recordings_sharing_list, "rec-main").password_required is False

# Keys
scopes = [ProjectSecretAPIKeyCreateScopesItem("feature_flag:read")]
created = call(201, project_secret_api_keys_create, body=ProjectSecretAPIKeyCreate(label="Generated", scopes=scopes))
assert created.value.startswith("phs_")
page = call(200, project_secret_api_keys_list, limit=100)
assert created.id in [one.id for one in page.results] and page.count == len(page.results)
assert call(200, project_secret_api_keys_retrieve, created.id).value is None
relabelled = call(200, project_secret_api_keys_partial_update, created.id, body=PatchedProjectSecretAPIKey(label="Renamed"))
assert (relabelled.label, relabelled.created_by.first_name) == ("Renamed", "Ada")
assert call(200, project_secret_api_keys_roll_create, created.id).value != created.value
call(204, project_secret_api_keys_destroy, created.id)

# Property definitions
page = call(200, property_definitions_list, search="plan", exclude_hidden=True)
plan = next(one for one in page.results if one.name == "plan")
assert plan.property_type == PropertyType.STRING and isinstance(plan.id, uuid.UUID)
assert call(200, property_definitions_retrieve, plan.id).name == "plan"
change = PatchedEnterprisePropertyDefinition(verified=True, tags=["billing"], property_type=PropertyType.NUMERIC)
changed = call(200, property_definitions_partial_update, plan.id, body=change)
assert (changed.verified, changed.tags, changed.is_numerical) == (True, ["billing"], True)
more = BulkUpdateTagsRequest(ids=[plan.id], action=BulkUpdateTagsRequestAction.ADD, tags=["core"])
assert call(200, property_definitions_bulk_update_tags_create, body=more).updated[0].tags == ["billing", "core"]
seen = call(200, property_definitions_seen_together_retrieve, event_names=["a", "b"], property_name="plan")
assert seen.to_dict() == {"a": False, "b": False}
call(204, property_definitions_destroy, plan.id)

# An error is typed too.
assert call(404, property_definitions_retrieve, plan.id).type_ == "invalid_request"
assert calls == 20  # the 18, the PATCH that lets a share have passwords, and the error
