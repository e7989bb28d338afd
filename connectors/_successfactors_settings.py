"""What SAP SuccessFactors needs to be told: which company, in whose name, and which of its users."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from catchlight.source import Field as PersonField
from connectors._allowed_calls import address

FIELDS: Mapping[PersonField, str] = {
    "employee_number": "empId", "given_name": "firstName", "family_name": "lastName",
    "display_name": "defaultFullName", "email": "email", "username": "username", "department": "department",
    "title": "title", "country": "country", "language": "defaultLocale", "started": "hireDate",
}  # fmt: skip
"""Properties of the entity User."""

_WAYS = ({"user", "client_id", "key_file"}, {"token_file"}, {"user", "password_file"})


def _property(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        message = (
            f"{name!r}: a property of the entity User, such as custom01; paths such as empInfo/… are not read"
        )
        raise ValueError(message)
    return name


class SourceSettings(BaseModel):
    """Which company, in whose name, and which of its users."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(address)] = Field(
        description="the address above /User, such as https://api4.successfactors.com/odata/v2"
    )
    user: str = Field(
        "",
        pattern=r"^(.+@[^@\s]+)?$",
        description="the API user's ID with its company's, such as CATCHLIGHT@example",
    )
    client_id: str = Field("", description="API key of an application in Manage OAuth2 Client Applications")
    key_file: Path | None = Field(
        None, description="file with the private key of its certificate, PEM, mode 600"
    )
    token_file: Path | None = Field(
        None, description="instead of these: file with a bearer token, kept fresh by you"
    )
    password_file: Path | None = Field(
        None, description="instead of client_id and key_file: the user's password, where SAP still takes it"
    )
    fields: dict[PersonField, Annotated[str, AfterValidator(_property)]] = Field(
        default_factory=dict, description="our field = the property of User that has it"
    )
    status: tuple[Literal["t", "T", "e"], ...] = Field(
        ("t",),
        min_length=1,
        description="who is listed: t active, T active external, e onboarding and learning",
    )
    paging: Literal["snapshot", "cursor"] = Field(
        "snapshot", description="how the server keeps its place in the list"
    )
    page: int = Field(500, ge=1, le=1000, description="users a page")
    photo_type: int = Field(1, ge=1, description="1 is the profile photo as it was uploaded")
    photo_as: Literal["value", "base64"] = Field(
        "value",
        description="base64 where the server gives no /photo/$value; then every photo is sent each time",
    )
    photo_list: bool = Field(
        default=False,
        description="true: one list tells when each photo changed, and the same ones are not asked for",
    )
    recheck_days: float = Field(1, ge=0, description="within how many days each photo is asked for again")
    a_minute: float = Field(600, ge=0, description="calls a minute, 0 for no limit")
    ca_file: Path | None = Field(None, description="PEM file of the authority to trust")
    proxy: str = Field("", description="address of the proxy, if the way out needs one")
    timeout: float = Field(60, gt=0, description="seconds to wait for an answer")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        given = {
            name
            for name in ("user", "client_id", "key_file", "token_file", "password_file")
            if getattr(self, name)
        }
        if given not in _WAYS:
            message = "give user, client_id and key_file; or token_file alone; or user and password_file"
            raise ValueError(message)
        return self

    @property
    def secret(self) -> str:
        """The key that names what we sign in with."""
        if self.key_file:
            return "client_id"
        return "token_file" if self.token_file else "password_file"
