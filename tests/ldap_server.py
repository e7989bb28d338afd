"""A real OpenLDAP for the tests: its own configuration and folder, on a free port of this machine, gone afterwards."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors._ldap_wire import ldap3  # quiet there about old names
from tests.certificates import Certificates

BASE = "dc=example,dc=org"
PEOPLE = f"ou=people,{BASE}"
GROUP = f"cn=with portraits,{BASE}"
ADMIN, WRITER, READER, LIMITED, FIFTY, BLIND = (
    f"cn={name},{BASE}" for name in ("admin", "writer", "reader", "limited", "fifty", "blind")
)
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that lives for one test run

# thumbnailPhoto as Active Directory has it, which no shipped schema brings; its id and its list of what an
# account may write are there too, so that the way of Active Directory can be walked; and what it has of people.
_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload auditlog
attributetype ( 2.16.840.1.113730.3.1.35 NAME 'thumbnailPhoto'
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40{{102400}} SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.914 NAME 'allowedAttributesEffective' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.35 NAME 'employeeID' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.141 NAME 'department' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.146 NAME 'company' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.99999.2 NAME 'employed' SUP top AUXILIARY
  MAY ( userAccountControl $ sAMAccountName $ employeeID $ department $ company $ c $ co ) )
objectclass ( 1.3.6.1.4.1.99999.1 NAME 'portrayed' SUP top AUXILIARY
  MAY ( thumbnailPhoto $ objectGUID $ allowedAttributesEffective ) )
pidfile {folder}/slapd.pid
sizelimit 500
sockbuf_max_incoming_auth 67108864
loglevel none
{tls}
database mdb
suffix {base}
rootdn {admin}
rootpw "{password}"
directory {folder}/data
maxsize 268435456
dbnosync
index entryUUID,objectGUID,mail,employeeNumber,objectClass eq
limits dn.exact="{writer}" size=500 size.prtotal=unlimited
limits dn.exact="{reader}" size=500 size.prtotal=unlimited
limits dn.exact="{limited}" size=100 size.prtotal=100
limits dn.exact="{fifty}" size=50 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to dn.base="cn=vip,{people}" by * read
access to attrs=jpegPhoto,thumbnailPhoto by dn.exact="{writer}" write by dn.exact="{blind}" none by * read
access to * by users read by * none
overlay memberof
{log}
"""
_LOG = """
overlay auditlog
auditlog {folder}/changes.ldif
"""
_TLS = """
TLSCACertificateFile {authority}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
"""


@dataclass
class LdapServer:
    """A slapd that can be stopped and started again with what it holds."""

    folder: Path
    port: int
    secure_port: int
    authority: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its plain address."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def secure_url(self) -> str:
        """Its encrypted address."""
        return f"ldaps://127.0.0.1:{self.secure_port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        addresses = self.url
        if self.authority:
            addresses += f" {self.secure_url} ldaps://127.0.0.2:{self.secure_port}"
        command = [_program(), "-f", str(self.folder / "slapd.conf"), "-h", addresses, "-d", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not _answers(self.port):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"slapd does not start; see {self.folder}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop as in a power cut."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    @contextmanager
    def admin(self) -> Iterator[Any]:
        """Give a connection that may do everything."""
        connection = ldap3.Connection(
            ldap3.Server(self.url, get_info=ldap3.NONE), ADMIN, PASSWORD, auto_bind=True,
            raise_exceptions=True, check_names=False,
        )  # fmt: skip
        try:
            yield connection
        finally:
            connection.unbind()

    def add(self, uid: str, **attributes: str | bytes | Sequence[str | bytes]) -> str:
        """Add a person and return the entry's id, as ``entryUUID`` has it."""
        dn = f"cn={uid},{PEOPLE}"
        values = {"sn": uid, "objectGUID": _guid(uid), **attributes}
        with self.admin() as connection:
            connection.add(dn, ["inetOrgPerson", "portrayed", "employed"], values)
        return self.id_of(uid)

    def id_of(self, uid: str) -> str:
        """Return the id of a person's entry."""
        return self.values(uid, "entryUUID")[0].decode()

    def values(self, uid: str, name: str) -> list[bytes]:
        """Return what an attribute of a person's entry holds."""
        with self.admin() as connection:
            connection.search(f"cn={uid},{PEOPLE}", "(objectClass=*)", "BASE", attributes=[name])
            return list(connection.response[0]["raw_attributes"].get(name, []))

    def change(self, uid: str, **attributes: Sequence[str | bytes]) -> None:
        """Change a person's entry behind our back."""
        with self.admin() as connection:
            changes = {name: [("MODIFY_REPLACE", list(values))] for name, values in attributes.items()}
            connection.modify(f"cn={uid},{PEOPLE}", changes)

    def remove(self, uid: str) -> None:
        """Remove a person's entry."""
        with self.admin() as connection:
            connection.delete(f"cn={uid},{PEOPLE}")

    def load(self, ldif: str) -> None:
        """Put many entries in at once, as an administrator does with a stopped server."""
        self.stop()
        program = shutil.which("slapadd", path="/usr/sbin:/usr/libexec:/usr/bin") or ""
        command = [program, "-q", "-f", str(self.folder / "slapd.conf"), "-b", BASE]
        subprocess.run(command, input=ldif.encode(), check=True, capture_output=True)
        self.start()

    def rename(self, uid: str, new: str) -> None:
        """Give a person's entry another name."""
        with self.admin() as connection:
            connection.modify_dn(f"cn={uid},{PEOPLE}", f"cn={new}")

    def group(self, *uids: str) -> None:
        """Make a group of people."""
        with self.admin() as connection:
            with suppress(ldap3.core.exceptions.LDAPNoSuchObjectResult):
                connection.delete(GROUP)
            connection.add(GROUP, ["groupOfNames"], {"member": [f"cn={uid},{PEOPLE}" for uid in uids]})

    def clear(self) -> None:
        """Remove all people and groups."""
        with self.admin() as connection:
            connection.search(
                BASE, "(|(objectClass=inetOrgPerson)(objectClass=groupOfNames))", attributes=["1.1"]
            )
            for dn in [entry["dn"] for entry in connection.response]:
                connection.delete(dn)


def is_installed() -> bool:
    """Whether there is a slapd on this machine."""
    return _program() != ""


@contextmanager
def ldap_server(certificates: Certificates | None = None, *, log: bool = False) -> Iterator[LdapServer]:
    """Run a slapd with a base, an account that may write pictures, one that may only read, and nobody else.

    With a ``log`` each change is written to changes.ldif in its folder.
    """
    with tempfile.TemporaryDirectory(prefix="slapd", dir="/tmp") as name:
        server = LdapServer(Path(name), _free_port(), _free_port())
        (server.folder / "data").mkdir()
        (server.folder / "slapd.conf").write_text(
            _configuration(server.folder, certificates, log=log), encoding="utf-8"
        )
        server.authority = certificates.authority if certificates else None
        server.start()
        try:
            _fill(server)
            yield server
        finally:
            server.stop()


def _configuration(folder: Path, certificates: Certificates | None, *, log: bool) -> str:
    tls = _TLS.format(**vars(certificates)) if certificates else ""
    return _CONFIG.format(
        folder=folder, tls=tls, log=_LOG.format(folder=folder) if log else "", base=BASE, people=PEOPLE, admin=ADMIN, writer=WRITER, reader=READER,
        limited=LIMITED, fifty=FIFTY, blind=BLIND, password=PASSWORD,
    )  # fmt: skip


def _fill(server: LdapServer) -> None:
    with server.admin() as connection:
        connection.add(BASE, ["dcObject", "organization"], {"o": "Example"})
        connection.add(PEOPLE, ["organizationalUnit"], {})
        for dn in (WRITER, READER, LIMITED, FIFTY, BLIND):
            connection.add(dn, ["applicationProcess", "simpleSecurityObject"], {"userPassword": PASSWORD})


def _guid(uid: str) -> bytes:
    return (uid.encode() * 16)[:16]


def _program() -> str:
    return shutil.which("slapd", path="/usr/sbin:/usr/libexec:/usr/local/libexec:/usr/bin") or ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
