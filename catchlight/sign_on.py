"""How a company's single sign-on is reached, and what its claims mean here: ``[sso]`` in ``review.toml``."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Role = Literal["employee", "reviewer", "brand", "hr", "auditor"]
_TENANT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"  # all personal Microsoft accounts
_CHANGEABLE = ("email", "preferred_username", "upn", "unique_name", "name")


class SignOn(BaseModel):
    """Single sign-on by OpenID Connect. For Microsoft Entra ID give ``tenant`` and leave ``issuer`` empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field("", description="https://login.example.com/realms/company")
    tenant: str = Field("", description="Entra tenant id; people of another one are refused")
    authority: str = Field("https://login.microsoftonline.com", description="Entra's cloud")
    client_id: str
    client_secret_file: Path
    subject: str = Field(
        "", description='claim that the directory\'s subject holds ("oid" for Entra, else "sub")'
    )
    employee: str = Field(
        "", description="claim that holds the employee id, where the directory has no subject"
    )
    scopes: tuple[str, ...] = Field((), description='beyond openid and profile, such as "groups" for Okta')
    roles_claim: str = "roles"
    roles: dict[str, Role] = Field(default_factory=dict, description="value of the claim = role here")
    ca_file: Path | None = Field(None, description="certificates of the company's own authority")

    @model_validator(mode="after")
    def _one_provider(self) -> "SignOn":
        if bool(self.issuer) == bool(self.tenant):
            message = "give tenant for Microsoft Entra ID, or issuer for any other provider"
            raise ValueError(message)
        return self

    @field_validator("issuer", "authority")
    @classmethod
    def _secure(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment):
            message = f"{url!r} must be an https address without ? and #"
            raise ValueError(message)
        return url

    @field_validator("tenant")
    @classmethod
    def _own_tenant(cls, tenant: str) -> str:
        if tenant and (not _TENANT.fullmatch(tenant) or tenant.casefold() == _PERSONAL):
            message = "must be the id of your own tenant, written as 01234567-89ab-cdef-0123-456789abcdef"
            raise ValueError(message)
        return tenant.casefold()

    @field_validator("subject", "employee")
    @classmethod
    def _lasting(cls, claim: str) -> str:
        if claim in _CHANGEABLE:
            message = f"{claim} can be given to somebody else; name a claim that stays with one person"
            raise ValueError(message)
        return claim

    @field_validator("client_id", "client_secret_file")
    @classmethod
    def _there(cls, value: str | Path) -> str | Path:
        if not str(value).strip():
            message = "must not be empty"
            raise ValueError(message)
        return value
