"""Content Credentials: signed files are trusted, stay so, and show every change; without a signature nothing goes out."""

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from catchlight import pixels, signing_keys
from catchlight.credentials import ROOM, Credentials, credentials_of
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, PhotoError
from catchlight.inspection import Finding, inspect
from catchlight.intranet import must_be_inside
from catchlight.publish_planning import draw
from catchlight.publish_policy import Marking
from catchlight.rollback import rollback
from catchlight.signing_keys import Place
from catchlight.source_type import SourceType, marked
from catchlight.time_stamp import TimeAuthority
from tests.published_company import SIZES, Company, apply, codes, make_company

NOW = datetime.now(UTC)


def keys(home: Path, at: datetime = NOW) -> Place:
    """Make keys in a home folder."""
    signing_keys.make(home, "Example AG", home.parent / f"{home.name}-stick" / "root.key", None, at)
    return Place(home)


def look(place: Place, data: bytes) -> Finding:
    """Inspect a file by the root of a home folder."""
    return inspect(data, place.public("root").read_text())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a home with keys."""
    home = tmp_path_factory.mktemp("signed") / "home"
    home.mkdir()
    return keys(home)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with keys."""
    company = make_company(tmp_path)
    keys(company.home)
    return company


def picture(seed: int = 1) -> pixels.Picture:
    """Return a small picture."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    return np.asarray(small.repeat(16, 0).repeat(16, 1))


@pytest.mark.parametrize("encode", [pixels.jpeg, pixels.png, pixels.webp])
def test_a_signed_file_is_trusted_and_small(place: Place, encode: Callable[..., bytes]) -> None:
    """JPEG, PNG and WebP say who signed and when, are trusted by the company's root alone, and grow by 20 kB at most."""
    plain = encode(picture())
    signed = Credentials(place, Marking()).signed(plain, "background")
    assert len(signed) - len(plain) <= ROOM
    found = look(place, signed)
    assert (found.state, found.company) == ("trusted", "Example AG")
    assert found.at
    assert abs((found.at - datetime.now(UTC)).total_seconds()) < 300
    assert "background was replaced" in found.done[0]


def test_somebody_elses_root_does_not_trust_it(place: Place, tmp_path: Path) -> None:
    """A file that another company signed is told as signed by somebody unknown."""
    (tmp_path / "other").mkdir()
    signed = Credentials(place, Marking()).signed(pixels.jpeg(picture()), "crop")
    assert look(keys(tmp_path / "other"), signed).state == "unknown"


def test_a_changed_byte_of_picture_or_statement_shows(place: Place) -> None:
    """Whatever byte of the pixels, of the XMP or of what was said is changed, the file is not trusted any more."""
    signed = Credentials(place, Marking()).signed(
        marked(pixels.jpeg(picture()), SourceType.COMPOSITE), "background"
    )
    said = signed.index(b"background was replaced")
    for at in (
        signed.index(b"digitalsourcetype") + 20,
        said,
        *range(len(signed) - 2000, len(signed) - 2, 97),
    ):
        changed = bytearray(signed)
        changed[at] ^= 1
        assert look(place, bytes(changed)).state in {"changed", "none"}, at


def test_nothing_of_the_photo_or_the_person_is_in_it(place: Place) -> None:
    """There is no thumbnail, no second picture, and no place of this machine in a signed file."""
    signed = Credentials(place, Marking()).signed(pixels.jpeg(picture()), "relight")
    assert signed.count(b"\xff\xd8\xff") == 1
    for leak in (b"thumbnail", b"Exif", b"GPS", str(place.home).encode()):
        assert leak not in signed


def test_a_signature_outlives_its_certificate_by_its_time_stamp(tmp_path: Path) -> None:
    """Once the certificate has ended, a stamped file is trusted still, and one without a stamp is not."""
    (tmp_path / "home").mkdir()
    ends = timedelta(days=signing_keys.SIGNER_DAYS) - timedelta(seconds=5)
    place = keys(tmp_path / "home", datetime.now(UTC) - ends)
    stamped, bare = (
        Credentials(place, Marking(time_stamps=how)).signed(pixels.jpeg(picture()), "crop")
        for how in ("own", "none")
    )
    assert [look(place, data).state for data in (stamped, bare)] == ["trusted"] * 2
    until = place.certificates().signer.not_valid_after_utc
    time.sleep(max(0, (until - datetime.now(UTC)).total_seconds()) + 1.1)
    assert [look(place, data).state for data in (stamped, bare)] == ["trusted", "expired"]
    with pytest.raises(PhotoError, match="renew"):
        Credentials(place, Marking()).signed(pixels.jpeg(picture()), "crop")


def test_openssl_believes_the_time_stamp(place: Place, tmp_path: Path) -> None:
    """The answer of the company's own authority is one by RFC 3161, and junk is refused."""
    asked, answered, root = tmp_path / "q.tsq", tmp_path / "a.tsr", place.public("root")
    (tmp_path / "data").write_bytes(b"something")
    query = [
        "openssl",
        "ts",
        "-query",
        "-data",
        str(tmp_path / "data"),
        "-sha256",
        "-cert",
        "-out",
        str(asked),
    ]
    subprocess.run(query, check=True, capture_output=True)
    known = place.certificates()
    assert known.time
    authority = TimeAuthority(known.time, place.key("time"), (known.root,))
    answered.write_bytes(authority.answer(asked.read_bytes(), datetime.now(UTC)))
    check = ["openssl", "ts", "-verify", "-queryfile", str(asked), "-in", str(answered), "-CAfile", str(root)]
    told = subprocess.run(check, check=False, capture_output=True, text=True)
    assert "Verification: OK" in told.stdout, told.stderr
    assert len(authority.answer(b"junk", datetime.now(UTC))) < 10


def test_openssl_believes_the_chain_and_keys_are_private(place: Place) -> None:
    """The chain leads to the root, no key is open to others, and the root's key is not in the home folder."""
    chain, root = str(place.public("chain")), str(place.public("root"))
    check = ["openssl", "verify", "-CAfile", root, "-untrusted", chain, chain]
    told = subprocess.run(check, check=False, capture_output=True, text=True)
    assert told.stdout.strip().endswith("OK"), told.stderr
    found = list((place.home / "secrets" / "provenance").iterdir())
    assert {path.name for path in found} == {"signer.key", "issuer.key", "time.key"}
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}


def test_renewing_keeps_what_was_signed(tmp_path: Path) -> None:
    """After a renewal, with or without the root's key, files of both keys are trusted."""
    (tmp_path / "home").mkdir()
    place = keys(tmp_path / "home")
    files = [Credentials(place, Marking()).signed(pixels.jpeg(picture()), "crop")]
    for stick in (None, tmp_path / "home-stick" / "root.key"):
        signing_keys.renew(place.home, NOW, stick)
        files.append(Credentials(place, Marking()).signed(pixels.jpeg(picture()), "crop"))
    assert [look(place, data).state for data in files] == ["trusted"] * 3


@pytest.mark.parametrize(
    "fault", ["expired", "no key", "open key", "another's key", "no authority", "damaged root"]
)
def test_what_cannot_be_signed_is_not_published(company: Company, fault: str) -> None:
    """Each fault leaves everybody out with a sentence, no file is written, and who withdrew is taken off all the same."""
    old = company.run("r1", {"a": "1", "gone": "2"})
    company.answer(old)
    company.publish()
    company.answer({"a": company.run("r2", {"a": "3", "gone": "2"})["a"]})
    company.answer({"gone": old["gone"]}, "refuse")
    place, before = Place(company.home), company.files()
    if fault == "expired":
        for path in [*place.public("root").parent.iterdir()]:
            path.unlink()
        signing_keys.make(
            company.home, "Example AG", company.home.parent / "second.key", None, NOW - timedelta(days=500)
        )
    elif fault == "no key":
        place.private("signer").unlink()
    elif fault == "open key":
        place.private("signer").chmod(0o644)
    elif fault == "another's key":
        place.private("signer").write_bytes(place.private("issuer").read_bytes())
    elif fault == "no authority":
        (company.home / "publish.toml").write_text('[marking]\ntime_stamps = "http://127.0.0.1:9/"\n')
        for path in (company.home / "ledger" / "prints").rglob("*"):
            path.unlink() if path.is_file() else None
    else:
        place.public("root").write_text("no certificate")
    plan = draw(company.desk(), "latest", SIZES)
    assert {skip.employee: skip.reason for skip in plan.skipped} == {"a": "signature.failed"}
    assert [removal.employee for removal in plan.removals] == ["gone"]
    apply(company.desk(), plan)
    assert company.files() == {target: data for target, data in before.items() if "gone" not in target}


def test_published_files_are_signed_once(company: Company) -> None:
    """What is published is trusted; planning, publishing and verifying again sign nothing anew; rollback takes it back."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    assert codes(company.publish()) == {"sent": 4, "listed": 1}
    files = company.files()
    place = Place(company.home)
    assert {look(place, data).state for data in files.values()} == {"trusted"}
    signing_keys.renew(company.home, NOW)
    assert codes(company.publish()) == {"unchanged": 4}
    assert company.files() == files
    assert find_drift(company.desk()) == []
    assert codes(rollback(company.desk(), "r1")) == {"removed": 5}


def test_keys_made_later_sign_what_is_already_published(tmp_path: Path) -> None:
    """Without keys files go out unsigned; once there are some, the next publication replaces them; "off" never signs."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1"}))
    company.publish()
    (company.home / "publish.toml").write_text('[marking]\ncredentials = "required"\n')
    assert {skip.reason for skip in draw(company.desk(), "latest", SIZES).skipped} == {"signature.failed"}
    place = keys(company.home)
    assert codes(company.publish()) == {"sent": 2, "listed": 1}
    assert {look(place, data).state for data in company.files().values()} == {"trusted"}
    (company.home / "publish.toml").write_text('[marking]\ncredentials = "off"\n')
    assert credentials_of(company.home) is None


def test_time_is_stamped_inside_the_company_alone() -> None:
    """An address outside loopback and private networks is refused before anything is sent there."""
    must_be_inside("http://127.0.0.1:3161/")
    must_be_inside("http://10.1.2.3/tsa")
    for outside in ("http://8.8.8.8/", "https://[2606:4700::1111]/"):
        with pytest.raises(ConfigError, match="outside"):
            must_be_inside(outside)
