"""The Slack app that people allow to set their own picture."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connectors._allowed_calls import address
from connectors.slack_photos import Hosts

LAG = 20.0


def _exact(url: str) -> str:
    address(url)  # and as it was written: Slack compares it letter by letter
    return url


class Settings(BaseModel):
    """The Slack app that people allow: its id and secret, and where Slack sends them back to.

    Under User Token Scopes it has ``users.profile:read`` and ``users.profile:write`` and no other; it needs no bot.
    Token rotation stays off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(pattern=r"^[0-9]+\.[0-9]+$", description="such as 1234567890.1234567890123")
    client_secret_file: Path
    redirect_uri: Annotated[str, AfterValidator(_exact)] = Field(description="one of the app's Redirect URLs")
    team: str = Field(
        "", pattern=r"^([TE][A-Z0-9]{2,30})?$", description="the company's workspace: no other is taken"
    )
    authorize_url: Annotated[str, AfterValidator(address)] = "https://slack.com/oauth/v2/authorize"
    web_url: Annotated[str, AfterValidator(address)] = "https://slack.com/api"
    image_hosts: Hosts = ("slack-edge.com",)
    lag: float = Field(LAG, ge=0, description="seconds for which Slack may still show the old picture")
    ca_file: Path | None = None
    proxy: str = ""
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")
