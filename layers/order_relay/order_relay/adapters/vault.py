"""Secrets Manager through Powertools Parameters: cached for 300 s, always the current version."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError

from order_relay.adapters.aws import error_code
from order_relay.core.ports import Missing, Unavailable

CACHE_S = 300
_GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException", "ValidationException"})
"""No such secret, one marked for deletion, a name that no secret can have: waiting does not help."""


class SecretsVault:
    """The routes and account secrets below one prefix, others by name; every value read is shown to `learn` first."""

    def __init__(self, client: Any, prefix: str, learn: Callable[[Mapping[str, Any]], None]) -> None:
        self._provider = SecretsProvider(boto3_client=client)
        self._prefix = prefix
        self._learn = learn

    def routes(self, *, fresh: bool = False) -> Mapping[str, Any]:
        routes = self._read("routes", fresh=fresh).get("routes")
        if not isinstance(routes, dict):
            raise Missing("the routes secret holds no 'routes' object")
        return routes

    def account(self, name: str, *, fresh: bool = False) -> Mapping[str, Any]:
        secret = self._read(f"accounts/{name}", fresh=fresh)
        self._learn(secret)
        return secret

    def urls(self, name: str) -> list[str]:
        """Where notifications go: the secret of this full name, `{"urls": [...]}`."""
        urls = self._document(name, name, fresh=False).get("urls")
        if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
            raise Missing(f"the secret {name!a} holds no list 'urls' of texts")
        for url in urls:
            self._learn({"secret": url})
        return urls

    def _read(self, name: str, *, fresh: bool) -> Mapping[str, Any]:
        return self._document(f"{self._prefix}/{name}", name, fresh=fresh)

    def _document(self, path: str, name: str, *, fresh: bool) -> Mapping[str, Any]:
        try:
            text = self._provider.get(path, max_age=CACHE_S, force_fetch=fresh, VersionStage="AWSCURRENT")
            value = json.loads(str(text))
        except GetParameterError as exc:
            if _code(exc) in _GONE:
                raise Missing(f"there is no secret {name!a}") from None
            raise Unavailable(f"secret {name!a} cannot be read") from None
        except ValueError:
            raise Missing(f"the secret {name!a} is not JSON") from None
        if not isinstance(value, dict):
            raise Missing(f"the secret {name!a} is not a JSON object")
        return value


def _code(exc: GetParameterError) -> str:
    """The AWS error code behind Powertools' own error; its text would also hold names from the request."""
    return error_code(exc.__context__) if isinstance(exc.__context__, ClientError) else ""
