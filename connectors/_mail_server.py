"""A connection to a mail server: encrypted, its certificate verified."""

import smtplib
import socket
import ssl

import certifi

from catchlight.errors import ConfigError, OutsideError
from catchlight.loopback import is_here
from catchlight.policy import Mail


def name_of(mail: Mail) -> str:
    """Return how messages call the server."""
    return f"mail server {mail.host}:{mail.port}"


def connect(mail: Mail, timeout: float) -> smtplib.SMTP:
    """Return a connection over which letters may travel.

    Raises ConfigError when it would not be safe, OutsideError when the server cannot be reached.
    """
    if mail.security == "none" and not is_here(mail.host):
        message = (
            "mail.security: without encryption only a server on this machine is accepted; "
            f"for {mail.host} use starttls or tls"
        )
        raise ConfigError(message)
    trusted = _trusted(mail)
    try:
        return _open(mail, trusted, timeout)
    except ssl.SSLCertVerificationError as error:
        message = f"mail.ca_file: the certificate of {name_of(mail)} is not trusted: {error.verify_message}"
        raise ConfigError(message) from error
    except ssl.SSLError as error:
        message = (
            f"{name_of(mail)}: no encryption with it ({error.reason}); mail.security may be the wrong one"
        )
        raise OutsideError(message) from error
    except (smtplib.SMTPException, OSError) as error:
        message = f"{name_of(mail)}: cannot be reached: {error}"
        raise OutsideError(message) from error


def _open(mail: Mail, trusted: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    # Asked for its full name, a machine asks the name service; its own name is enough here.
    own = socket.gethostname()
    own = own if "." in own else "[127.0.0.1]"
    server = (
        smtplib.SMTP_SSL(mail.host, mail.port, own, timeout=timeout, context=trusted)
        if mail.security == "tls"
        else smtplib.SMTP(mail.host, mail.port, own, timeout=timeout)
    )
    server.ehlo_or_helo_if_needed()
    if mail.security == "starttls":
        if not server.has_extn("starttls"):
            server.close()
            message = f"mail.security: {name_of(mail)} offers no STARTTLS; ask for another port, or use tls"
            raise ConfigError(message)
        server.starttls(context=trusted)
        server.ehlo()
    return server


def _trusted(mail: Mail) -> ssl.SSLContext:
    try:
        trusted = ssl.create_default_context(cafile=mail.ca_file)
    except OSError as error:
        message = f"mail.ca_file: {mail.ca_file} cannot be used: {error}"
        raise ConfigError(message) from error
    if mail.ca_file is None:
        trusted.load_verify_locations(certifi.where())
    return trusted
