"""What goes wrong, as one sentence for whoever typed the command."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound

from order_relay.adapters.aws import error_code
from order_relay.core.ports import Missing, Unavailable

REFUSED = 1
USAGE = 2
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_FOREIGN = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"})


class Trouble(Exception):
    """The command cannot be carried out; the text says why and what to do, `code` is the exit code."""

    def __init__(self, text: str, code: int = REFUSED) -> None:
        super().__init__(text)
        self.code = code


@contextmanager
def plainly() -> Iterator[None]:
    """Turn every failure of the outside world into Trouble."""
    try:
        yield
    except (ClientError, BotoCoreError) as exc:
        raise Trouble(_of_aws(exc)) from None
    except requests.RequestException as exc:
        raise Trouble(
            f"The relay does not answer ({type(exc).__name__}). Is it running, and is the URL right?"
        ) from None
    except Unavailable as exc:
        raise Trouble(f"Not now: {exc}. Try again.") from None
    except Missing as exc:
        raise Trouble(f"{str(exc)[:1].upper()}{str(exc)[1:]}.") from None
    except OSError as exc:
        raise Trouble(f"{exc.filename or 'A file'} cannot be used: {exc.strerror or type(exc).__name__}.") from None


def unforeseen(exc: Exception) -> str:
    """Say where a mistake of ours is, without its values."""
    frame = traceback.extract_tb(exc.__traceback__)[-1]
    return (
        f"relayctl failed at {Path(frame.filename).name}:{frame.lineno} with {type(exc).__name__}; please report this."
    )


def _of_aws(exc: ClientError | BotoCoreError) -> str:
    if isinstance(exc, NoRegionError):
        return "No AWS region is set. Give --region, for example --region ap-northeast-1."
    if isinstance(exc, NoCredentialsError):
        return "There are no AWS credentials. Give --profile, or log in first."
    if isinstance(exc, ProfileNotFound):
        return "There is no such AWS profile. `aws configure list-profiles` shows those that exist."
    if isinstance(exc, BotoCoreError):
        return f"AWS cannot be reached ({type(exc).__name__}). Check the network and --region."
    return _refused(error_code(exc), exc.operation_name)


def _refused(code: str, operation: str) -> str:
    """Never the message of AWS itself: it may repeat what was sent."""
    if code in _DENIED:
        return f"AWS does not allow {operation} to these credentials. Use a --profile that may."
    if code in _EXPIRED:
        return "The AWS session has expired. Log in again."
    if code in _FOREIGN:
        return "AWS does not know these credentials. Check --profile."
    return f"AWS refused {operation} with {code}. Check --prefix, --stack and --region."
