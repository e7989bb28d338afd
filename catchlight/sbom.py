"""What an installation is made of, as a CycloneDX 1.6 file: packages with what they need, and model files."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

from catchlight import __version__
from catchlight.licences import Part, needed

_SPDX = re.compile(r"[\w.+-]+( (AND|OR|WITH) [\w.+-]+)*")


def sbom(parts: list[Part]) -> dict[str, Any]:
    """Return the bill of materials of these parts; https://cyclonedx.org/docs/1.6/json/."""
    own = _reference("catchlight", __version__)
    versions = {part.name: part.version for part in parts if not part.model}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {
                "type": "application", "bom-ref": own, "name": "catchlight", "version": __version__, "purl": own,
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": [_component(part) for part in parts if part.name != "catchlight"],
        "dependencies": [
            {"ref": _reference(name, versions[name]), "dependsOn": [_reference(n, versions[n]) for n in needs]}
            for name, needs in sorted(needed().items())
        ],
    }  # fmt: skip


def _component(part: Part) -> dict[str, Any]:
    if part.model:
        return {
            "type": "machine-learning-model", "bom-ref": f"model:{part.model.sha256}", "name": part.name,
            "version": part.version, "licenses": _licences(part.licence),
            "hashes": [{"alg": "SHA-256", "content": part.model.sha256}],
            "description": f"{part.model.job}; from {part.model.container}",
        }  # fmt: skip
    purl = _reference(part.name, part.version)
    return {
        "type": "library", "bom-ref": purl, "name": part.name, "version": part.version, "purl": purl,
        "licenses": _licences(part.licence),
    }  # fmt: skip


def _licences(licence: str) -> list[dict[str, Any]]:
    """Return a licence as an SPDX expression where it is one, else by its name."""
    spdx = _SPDX.fullmatch(licence) and ("-" in licence or licence in ("MIT", "ISC", "Zlib"))
    return [{"expression": licence}] if spdx else [{"license": {"name": licence or "not stated"}}]


def _reference(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"
