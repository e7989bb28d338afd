"""The password of the private Prefect server that is at work in this process."""

from prefect.settings import PREFECT_API_AUTH_STRING


def password() -> str:
    """Return it as ``PREFECT_API_AUTH_STRING`` has it."""
    return str(PREFECT_API_AUTH_STRING.value())


def login() -> tuple[str, str]:
    """Return it as httpx wants it."""
    name, _, secret = password().partition(":")
    return name, secret
