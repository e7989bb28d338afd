"""Which app we are in Microsoft Entra, and in which cloud: what everything behind Graph have in common."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors._allowed_calls import address
from connectors._graph_clouds import CLOUDS, Cloud, Name

GUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def _one(tenant: str) -> str:
    if tenant.casefold() in {"common", "organizations", "consumers"}:
        message = f"{tenant!r} is every tenant; name yours, by its id or as example.onmicrosoft.com"
        raise ValueError(message)
    return tenant


class App(BaseModel):
    """The app registration that signs in for itself: with a certificate, or with a secret.

    The file of a certificate is PEM with the private key and the certificate in it, or PKCS #12 (.pfx, .p12).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: Annotated[str, AfterValidator(_one)] = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$",
        description="id of the tenant, or example.onmicrosoft.com",
    )
    client_id: str = Field(
        pattern=rf"^{GUID}$", description="Application (client) ID of the app registration"
    )
    certificate_file: Path | None = Field(None, description="PEM or .pfx, with the private key in it")
    certificate_password_file: Path | None = Field(
        None, description="file with the password of certificate_file"
    )
    secret_file: Path | None = Field(None, description="file with a client secret; a certificate is better")
    cloud: Name = Field("global", description="global, gcc-high, dod or china")
    url: Annotated[str, AfterValidator(address)] = Field("", description="another Graph, for a test")
    sign_in_url: Annotated[str, AfterValidator(address)] = Field(
        "", description="another sign-in, for a test"
    )
    ca_file: Path | None = Field(
        None, description="PEM file of the authority to trust, instead of the usual ones"
    )
    proxy: str = Field("", description="address of the proxy that calls go through")
    timeout: float = Field(30, gt=0, le=600, description="seconds to wait for an answer")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.certificate_file is None) == (self.secret_file is None):
            message = "certificate_file, secret_file: exactly one of them is needed"
            raise ValueError(message)
        if self.certificate_password_file and self.certificate_file is None:
            message = "certificate_password_file: there is no certificate_file that it would open"
            raise ValueError(message)
        return self

    @property
    def reached(self) -> tuple[str, ...]:
        """Graph and the sign-in, as they are really called."""
        return (self.there.graph, self.there.sign_in)

    @property
    def there(self) -> Cloud:
        """The addresses that are really called."""
        cloud = CLOUDS[self.cloud]
        return Cloud(self.url or cloud.graph, self.sign_in_url or cloud.sign_in, cloud.files)
