"""Signing in at an SFTP server: its host key pinned, our key or password, nothing found by chance."""

import base64
import hashlib
import logging
import socket
from dataclasses import dataclass
from typing import Any, NoReturn

import paramiko  # type: ignore[import-untyped]
from paramiko.config import SSH_PORT  # type: ignore[import-untyped]

from catchlight.errors import ConfigError, OutsideError
from catchlight.policy import read_secret
from connectors._sftp_settings import Login

LOST = (paramiko.SSHException, EOFError, OSError)
_LOG = "catchlight.sftp"
_WEAK = {
    "ciphers": ["3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1", "hmac-sha1-96"],
}
_HUNG_UP = ("shut down", "EOF")
logging.getLogger(_LOG).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class HostKey:
    """A server's host key: the fingerprint that people compare, and the line for the known_hosts file."""

    fingerprint: str
    line: str


def pin(host: str, port: int = SSH_PORT, timeout: float = 30) -> HostKey:
    """Return the host key that a server shows now, without signing in; OutsideError when it cannot be reached.

    Whether it is the right one, only a person can say, who compares the fingerprint by another way.
    """
    try:
        with socket.create_connection((host, port), timeout) as line:
            transport = paramiko.Transport(line, disabled_algorithms=_WEAK)
            transport.set_log_channel(_LOG)
            transport.banner_timeout = timeout
            try:
                transport.start_client(timeout=timeout)
                key = transport.get_remote_server_key()
            finally:
                transport.close()
    except LOST as error:
        raise _unreachable(host, port, error) from error
    return HostKey(_fingerprint(key), f"{_known_as(host, port)} {key.get_name()} {key.get_base64()}")


def sign_in(settings: Login) -> paramiko.SSHClient:
    """Return a connection; ConfigError when we are not who we should be, or the server is not."""
    client = paramiko.SSHClient()
    client.set_log_channel(_LOG)
    client.set_missing_host_key_policy(_Pinned(settings))
    try:
        client.load_host_keys(str(settings.known_hosts))
    except OSError as error:
        message = f"known_hosts: {settings.known_hosts} cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    try:
        _connect(client, settings)
    except BaseException:
        client.close()
        raise
    return client


def _connect(client: paramiko.SSHClient, settings: Login) -> None:
    where, secrets = f"{settings.host}:{settings.port}", _secrets(settings)
    try:
        client.connect(
            settings.host, settings.port, settings.username, **secrets,
            allow_agent=False, look_for_keys=False, disabled_algorithms=_WEAK, timeout=settings.timeout,
            banner_timeout=settings.timeout, auth_timeout=settings.timeout, channel_timeout=settings.timeout,
        )  # fmt: skip
    except paramiko.BadHostKeyException as error:
        message = (
            f"known_hosts: {where} showed the key {_fingerprint(error.key)}, but {settings.known_hosts} has "
            f"{_fingerprint(error.expected_key)} for it. Nothing was sent. Ask the server's administrator "
            "whether the key was changed; pin the new one only when the fingerprints agree"
        )
        raise ConfigError(message) from error
    except paramiko.IncompatiblePeer as error:
        message = f"host: {where} speaks only ways of encryption that are no longer safe: {error}"
        raise ConfigError(message) from error
    except paramiko.AuthenticationException as error:
        raise _not_accepted(settings, where, error) from error
    except LOST as error:
        raise _unreachable(settings.host, settings.port, error) from error


def _secrets(settings: Login) -> dict[str, Any]:
    if settings.password_file:
        return {"password": read_secret(settings.password_file)}
    key = settings.key_file
    assert key is not None  # noqa: S101 (Settings has made sure)
    read_secret(key)
    password = read_secret(settings.key_password_file) if settings.key_password_file else None
    try:
        return {"pkey": paramiko.PKey.from_path(key, password and password.encode())}
    except (paramiko.PasswordRequiredException, TypeError) as error:
        message = f"key_password_file: {key} is locked; name the file with its password"
        raise ConfigError(message) from error
    except (paramiko.SSHException, paramiko.UnknownKeyType, ValueError, OSError) as error:
        message = f"key_file: {key} is no private key that can be used, or its password is another: {error}"
        raise ConfigError(message) from error


def _not_accepted(
    settings: Login, where: str, error: paramiko.AuthenticationException
) -> ConfigError | OutsideError:
    if any(hint in str(error) for hint in _HUNG_UP):
        user = settings.username
        return OutsideError(
            f"{where} hung up while {user} signed in. Where that stays so, this account may have expired, or may not "
            f"sign in: the server's administrator sees it in its log, and by chage -l {user}"
        )
    if "timeout" in str(error):
        return _unreachable(settings.host, settings.port, error)
    used = "password_file" if settings.password_file else "key_file"
    ways = ", ".join(getattr(error, "allowed_types", []))
    takes = f"; it takes: {ways}" if ways else ""
    return ConfigError(f"username, {used}: {where} does not let {settings.username} in with it{takes}")


class _Pinned(paramiko.RejectPolicy):  # type: ignore[misc]  # paramiko has no types
    """Refuses a server whose key is not in the file, and says which key it showed."""

    def __init__(self, settings: Login) -> None:
        self._settings = settings

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> NoReturn:
        """Refuse."""
        del client
        message = (
            f"known_hosts: {self._settings.known_hosts} has no key of {hostname}. It showed "
            f"{_fingerprint(key)} ({key.get_name()}). Nothing was sent. Compare the fingerprint with the "
            "server's administrator, then pin it"
        )
        raise ConfigError(message)


def _known_as(host: str, port: int) -> str:
    return host if port == SSH_PORT else f"[{host}]:{port}"


def _fingerprint(key: Any) -> str:
    """Return a key's fingerprint as ssh-keygen -l shows it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip('=')}"


def _unreachable(host: str, port: int, error: BaseException) -> OutsideError:
    return OutsideError(f"{host}:{port}: no SFTP connection: {str(error) or type(error).__name__}")
