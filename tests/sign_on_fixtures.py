"""The stand-in provider running, and a company's settings for it; shared by the tests of single sign-on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catchlight.sign_on import SignOn
from tests import oidc_provider
from tests.certificates import Certificates, make_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return an authority of our own, and the certificate of a server on this machine."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def provider_server(certificates: Certificates) -> Iterator[oidc_provider.Provider]:
    """Run the provider."""
    with oidc_provider.running(oidc_provider.Provider(), certificates) as provider:
        yield provider


@pytest.fixture
def entra(provider_server: oidc_provider.Provider) -> oidc_provider.Provider:
    """Return the provider, which answers rightly unless a test says otherwise."""
    provider_server.reset()
    return provider_server


@pytest.fixture
def settings(entra: oidc_provider.Provider, certificates: Certificates, tmp_path: Path) -> SignOn:
    """Return the settings of our company for it."""
    return oidc_provider.settings_of(entra, certificates, tmp_path)
