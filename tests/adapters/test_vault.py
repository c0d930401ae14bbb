"""The vault against a Secrets Manager stand-in: cached, the current version, and errors that name no value."""

import json
import traceback
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from order_relay.adapters import aws
from order_relay.adapters.vault import SecretsVault
from order_relay.core.ports import Missing, Unavailable
from tests.adapters.cloud import environment
from tests.adapters.loopback import NOTHING_THEN_CLOSE, Step, loopback, reply

OLD = {"exchange": "okx", "key": "fake-key-old", "secret": "fake-secret-old", "passphrase": "fake-pass"}
NEW = {**OLD, "key": "fake-key-new", "secret": "fake-secret-new"}
ROUTES = {"chart": {"token_sha256": ["00"], "accounts": ["main"]}}


class Learner:
    """Keeps what the vault shows to the redactor."""

    def __init__(self) -> None:
        self.learned: list[Mapping[str, Any]] = []

    def __call__(self, secret: Mapping[str, Any]) -> None:
        self.learned.append(secret)


@pytest.fixture
def prefix(cloud: None) -> str:
    return f"relay-{uuid4().hex}"


@pytest.fixture
def learner() -> Learner:
    return Learner()


@pytest.fixture
def vault(prefix: str, learner: Learner) -> SecretsVault:
    return SecretsVault(aws.client("secretsmanager"), prefix, learner)


def store(name: str, value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    aws.client("secretsmanager").create_secret(Name=name, SecretString=text)


def replace(name: str, value: object) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps(value))


def test_an_account_is_read_below_the_prefix(vault: SecretsVault, prefix: str) -> None:
    store(f"{prefix}/accounts/main", OLD)
    assert vault.account("main") == OLD


def test_routes_are_read_from_their_own_secret(vault: SecretsVault, prefix: str) -> None:
    store(f"{prefix}/routes", {"routes": ROUTES})
    assert vault.routes() == ROUTES


def test_a_secret_is_remembered_until_a_fresh_one_is_asked_for(vault: SecretsVault, prefix: str) -> None:
    store(f"{prefix}/accounts/main", OLD)
    assert vault.account("main") == OLD
    replace(f"{prefix}/accounts/main", NEW)
    assert vault.account("main") == OLD
    assert vault.account("main", fresh=True) == NEW
    assert vault.account("main") == NEW


def test_routes_are_remembered_and_fetched_afresh_alike(vault: SecretsVault, prefix: str) -> None:
    store(f"{prefix}/routes", {"routes": {}})
    assert vault.routes() == {}
    replace(f"{prefix}/routes", {"routes": ROUTES})
    assert vault.routes() == {}
    assert vault.routes(fresh=True) == ROUTES


def test_one_call_fetches_and_the_next_300_s_need_none(learner: Learner) -> None:
    secret = Step(reply(json.dumps({"SecretString": json.dumps(OLD)}).encode()))
    with loopback(secret) as server, environment(server.url):
        vault = SecretsVault(aws.client("secretsmanager"), "relay", learner)
        for _ in range(3):
            vault.account("main")
        (request,) = server.requests
    asked = json.loads(request.partition(b"\r\n\r\n")[2])
    assert asked == {"SecretId": "relay/accounts/main", "VersionStage": "AWSCURRENT"}


def test_after_a_rotation_the_current_version_is_read(vault: SecretsVault, prefix: str) -> None:
    """Like the last step of a rotation: a pending version becomes the current one."""
    client, name = aws.client("secretsmanager"), f"{prefix}/accounts/main"
    first = client.create_secret(Name=name, SecretString=json.dumps(OLD))["VersionId"]
    pending = client.put_secret_value(
        SecretId=name, SecretString=json.dumps(NEW), VersionStages=["AWSPENDING"], ClientRequestToken=str(uuid4())
    )["VersionId"]
    assert vault.account("main") == OLD
    client.update_secret_version_stage(
        SecretId=name, VersionStage="AWSCURRENT", MoveToVersionId=pending, RemoveFromVersionId=first
    )
    assert vault.account("main", fresh=True) == NEW


def test_every_account_is_shown_to_the_redactor_before_it_is_used(
    vault: SecretsVault, prefix: str, learner: Learner
) -> None:
    store(f"{prefix}/accounts/main", OLD)
    vault.account("main")
    replace(f"{prefix}/accounts/main", NEW)
    vault.account("main", fresh=True)
    assert learner.learned == [OLD, NEW]


# Missing: waiting does not help


def test_a_secret_that_is_not_there_is_missing(vault: SecretsVault) -> None:
    with pytest.raises(Missing, match="there is no secret 'accounts/main'"):
        vault.account("main")
    with pytest.raises(Missing, match="there is no secret 'routes'"):
        vault.routes()


def test_a_deleted_secret_is_missing(vault: SecretsVault, prefix: str) -> None:
    store(f"{prefix}/accounts/main", OLD)
    aws.client("secretsmanager").delete_secret(SecretId=f"{prefix}/accounts/main")
    with pytest.raises(Missing, match="there is no secret 'accounts/main'"):
        vault.account("main")


def test_a_name_that_no_secret_can_have_is_missing(learner: Learner) -> None:
    with loopback(refused("ValidationException")) as server, environment(server.url):
        vault = SecretsVault(aws.client("secretsmanager", attempts=1), "relay", learner)
        with pytest.raises(Missing, match="there is no secret 'accounts/a b'"):
            vault.account("a b")


@pytest.mark.parametrize("text", ["fake-secret", " ", "{'key': 'fake-secret'}", '{"key": "fake-secret"'])
def test_a_secret_that_is_not_json_is_missing_and_not_shown(vault: SecretsVault, prefix: str, text: str) -> None:
    store(f"{prefix}/accounts/main", text)
    with pytest.raises(Missing, match="the secret 'accounts/main' is not JSON") as caught:
        vault.account("main")
    assert "fake-secret" not in shown(caught.value)


@pytest.mark.parametrize("text", ['["fake-secret"]', '"fake-secret"', "17", "null"])
def test_a_secret_that_is_no_object_is_missing_and_not_shown(vault: SecretsVault, prefix: str, text: str) -> None:
    store(f"{prefix}/accounts/main", text)
    with pytest.raises(Missing, match="the secret 'accounts/main' is not a JSON object") as caught:
        vault.account("main")
    assert "fake-secret" not in shown(caught.value)


@pytest.mark.parametrize("value", [{}, {"routes": []}, {"routes": "fake-secret"}, {"route": ROUTES}])
def test_a_routes_secret_without_routes_is_missing(vault: SecretsVault, prefix: str, value: object) -> None:
    store(f"{prefix}/routes", value)
    with pytest.raises(Missing, match="holds no 'routes' object") as caught:
        vault.routes()
    assert "fake-secret" not in shown(caught.value)


def test_a_binary_secret_is_missing_and_not_shown(vault: SecretsVault, prefix: str) -> None:
    aws.client("secretsmanager").create_secret(Name=f"{prefix}/accounts/main", SecretBinary=b"fake-secret")
    with pytest.raises(Missing) as caught:
        vault.account("main")
    assert "fake-secret" not in shown(caught.value)


def test_an_unreadable_secret_may_be_mended_at_once(vault: SecretsVault, prefix: str) -> None:
    store(f"{prefix}/accounts/main", "not json")
    with pytest.raises(Missing):
        vault.account("main")
    replace(f"{prefix}/accounts/main", OLD)
    assert vault.account("main", fresh=True) == OLD


# Unavailable: waiting may help


def refused(code: str) -> Step:
    message = "User is not allowed; fake-value ResourceNotFoundException"
    return Step(reply(json.dumps({"__type": code, "message": message}).encode(), "400 Bad Request"))


@pytest.mark.parametrize(
    "step",
    [
        refused("ThrottlingException"),
        refused("AccessDeniedException"),
        refused("DecryptionFailure"),
        refused("InternalServiceError"),
        Step(reply(b"<html>", "503 Down")),
        NOTHING_THEN_CLOSE,
    ],
)
def test_whatever_else_goes_wrong_is_unavailable_and_tells_no_values(step: Step, learner: Learner) -> None:
    with loopback(step) as server, environment(server.url):
        vault = SecretsVault(aws.client("secretsmanager", attempts=1), "relay", learner)
        with pytest.raises(Unavailable, match="secret 'accounts/main' cannot be read") as caught:
            vault.account("main")
        with pytest.raises(Unavailable, match="secret 'routes' cannot be read"):
            vault.routes()
    assert "fake-value" not in shown(caught.value)


def test_a_failed_fresh_fetch_leaves_the_remembered_secret(learner: Learner) -> None:
    secret = Step(reply(json.dumps({"SecretString": json.dumps(OLD)}).encode()))
    with loopback(secret, refused("ThrottlingException")) as server, environment(server.url):
        vault = SecretsVault(aws.client("secretsmanager", attempts=1), "relay", learner)
        vault.account("main")
        with pytest.raises(Unavailable):
            vault.account("main", fresh=True)
        assert vault.account("main") == OLD


def shown(exc: BaseException) -> str:
    """Everything that a traceback of the exception prints."""
    return "".join(traceback.format_exception(exc))
