"""What Okta needs to be told: which organisation, in whose name, and which attribute names the photo."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from catchlight.source import Field as PersonField
from connectors._allowed_calls import address
from connectors._photo_url import PhotoHosts

FIELDS: Mapping[PersonField, str] = {
    "employee_number": "employeeNumber", "given_name": "firstName", "family_name": "lastName",
    "display_name": "displayName", "email": "email", "username": "login", "department": "department",
    "title": "title", "country": "countryCode", "entity": "organization", "language": "preferredLanguage",
    "employee_type": "userType", "subject": "id",
}  # fmt: skip

_ROLE = "the role Read-only Administrator, or a custom role with View users and their details"


class SourceSettings(BaseModel):
    """In whose name, and which attribute names the photo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(address)] = Field(description="such as https://example.okta.com")
    client_id: str = Field(
        "", description="client ID of a service app (API Services) with the scope okta.users.read"
    )
    key_file: Path | None = Field(
        None, description="file with that app's private key, as JWK or PEM, mode 600"
    )
    key_id: str = Field("", description="KID of a key in PEM, where the app has several; a JWK has its own")
    token_file: Path | None = Field(
        None, description="instead of both: file with an API token, of an administrator who may only read"
    )
    photo_attribute: str = Field(
        "photoUrl", description="variable name of the profile attribute that holds a photo's address"
    )
    photo_hosts: PhotoHosts = Field(PhotoHosts(), description="where those photos may be downloaded from")
    fields: dict[PersonField, str] = Field(
        default_factory=dict, description="our field = variable name of the profile attribute"
    )
    recheck_days: float = Field(
        1, ge=0, description="days within which each photo is asked for again, if it changed"
    )
    page: int = Field(200, ge=1, le=200, description="people a call")
    ca_file: Path | None = Field(None, description="an authority to trust instead of the usual ones")
    proxy: str = Field("", description="a proxy on the way to Okta")
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if bool(self.client_id) != bool(self.key_file) or bool(self.key_file) == bool(self.token_file):
            message = "give client_id and key_file of a service app, or token_file alone"
            raise ValueError(message)
        return self

    @property
    def secret(self) -> str:
        """The key that names what we sign in with."""
        return "token_file" if self.token_file else "client_id"

    @property
    def way(self) -> str:
        """What Okta calls it."""
        return "API token" if self.token_file else "service app's token"

    @property
    def right(self) -> str:
        """What it needs to see users."""
        if self.token_file:
            return f"the administrator whose token this is needs {_ROLE}"
        return f"the service app needs the scope okta.users.read (Okta API Scopes), and under Admin roles {_ROLE}"
