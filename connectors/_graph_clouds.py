"""Where Microsoft 365 is: each national cloud has its own addresses, and a token of one is worth nothing in another."""

from dataclasses import dataclass
from typing import Literal

Name = Literal["global", "gcc-high", "dod", "china"]


@dataclass(frozen=True, slots=True)
class Cloud:
    """The addresses of Graph and of the sign-in, and what the hosts end in that files are downloaded from."""

    graph: str
    sign_in: str
    files: str


CLOUDS: dict[Name, Cloud] = {
    "global": Cloud("https://graph.microsoft.com", "https://login.microsoftonline.com", "sharepoint.com"),
    "gcc-high": Cloud("https://graph.microsoft.us", "https://login.microsoftonline.us", "sharepoint.us"),
    "dod": Cloud("https://dod-graph.microsoft.us", "https://login.microsoftonline.us", "sharepoint-mil.us"),
    "china": Cloud(
        "https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn", "sharepoint.cn"
    ),
}
