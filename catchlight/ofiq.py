"""How the measures of ISO/IEC 29794-5:2025 become 0–100, as its reference software OFIQ maps them.

All 28 mappings reproduce OFIQ's published table of raw and mapped values. The raw values that we
measure (``ofiq_measures``) are *OFIQ-style*: they follow the same definitions on other landmarks
and another matte, so they are close to OFIQ's, and never "OFIQ conformant".
"""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A mapping of a raw value x: its formula for people, and the value before it is rounded."""

    formula: str
    value: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Measure:
    """One component of the standard: its name, its identifier, its mapping."""

    component: str
    code: int
    scale: Scale

    @property
    def formula(self) -> str:
        """Return the mapping as a formula of the raw value x."""
        return self.scale.formula

    def score(self, raw: float) -> int:
        """Return a raw value as 0–100, rounded half up as OFIQ does."""
        return min(100, max(0, math.floor(self.scale.value(raw) + 0.5)))


def _logistic(x: float, middle: float, width: float) -> float:
    return 1 / (1 + math.exp(min(700.0, (middle - x) / width)))


def _rising(middle: float, width: float) -> Scale:
    """Return a sigmoid that is 50 at ``middle`` and rises to 100."""
    return Scale(f"100 / (1 + e^(({middle:g} − x) / {width:g}))", lambda x: 100 * _logistic(x, middle, width))


def _falling(middle: float, width: float, height: float = 100, rest: float = 1) -> Scale:
    """Return ``height`` times what a sigmoid leaves of ``rest``."""
    formula = f"{height:g} · ({rest:g} − 1 / (1 + e^(({middle:g} − x) / {width:g})))"
    return Scale(formula, lambda x: height * (rest - _logistic(x, middle, width)))


def _head_size() -> Scale:
    near = _falling(0, 0.05, 200)
    return Scale(near.formula.replace("x", "|x − 0.45|"), lambda x: near.value(abs(x - 0.45)))


def _no_covering(x: float) -> float:
    """Return 100 for no cover at all, 0 for 95 % or more, between them a falling sigmoid stretched to fit."""
    bare, most, here = (1 - _logistic(share, 0.02, 0.1) for share in (0.0, 0.95, min(max(x, 0.0), 0.95)))
    return 100 * (here - most) / (bare - most)


def _luminance(x: float) -> float:
    return 100 * _logistic(x, 0.2, 0.05) * (1 - _logistic(x, 0.8, 0.05))


_UNCOVERED = Scale("100 · (1 − x)", lambda x: 100 * (1 - x))
_POSE = Scale("100 · max(0, cos x)²", lambda x: 100 * max(0.0, math.cos(math.radians(x))) ** 2)
_MEAN = Scale("100 · s((x − 0.2) / 0.05) · (1 − s((x − 0.8) / 0.05)), s(t) = 1 / (1 + e^−t)", _luminance)
_VARIANCE = Scale("100 · sin(π · 60x / (60x + 1))", lambda x: 100 * math.sin(60 * x / (60 * x + 1) * math.pi))
_COVERING = Scale("(s(x) − s(0.95)) / (s(0) − s(0.95)) · 100, s(x) = 1 − 1 / (1 + e^((0.02 − x) / 0.1))",
                  _no_covering)  # fmt: skip
_SHARPNESS = Scale("115 / (1 + e^((−20 − x) / 15)) − 14", lambda x: 115 * _logistic(x, -20, 15) - 14)
_COMPRESSION = Scale(
    "103 / (1 + e^((0.3308 − x) / 0.092)) − 0.0278", lambda x: 103 * _logistic(x, 0.3308, 0.092) - 0.0278
)

MEASURES: dict[str, Measure] = {
    "unified_quality": Measure("UnifiedQualityScore", 0x41, _rising(23, 2.6)),
    "background_uniformity": Measure("BackgroundUniformity", 0x42, _falling(10, 100, 190)),
    "illumination_uniformity": Measure(
        "IlluminationUniformity", 0x43, Scale("100 · x^0.3", lambda x: 100 * x**0.3)
    ),
    "luminance_mean": Measure("LuminanceMean", 0x44, _MEAN),
    "luminance_variance": Measure("LuminanceVariance", 0x45, _VARIANCE),
    "under_exposure": Measure("UnderExposurePrevention", 0x46, _falling(0.92, 0.05, 120, 0.832)),
    "over_exposure": Measure(
        "OverExposurePrevention", 0x47, Scale("1 / (x + 0.01)", lambda x: 1 / (x + 0.01))
    ),
    "dynamic_range": Measure("DynamicRange", 0x48, Scale("12.5 · x", lambda x: 12.5 * x)),
    "sharpness": Measure("Sharpness", 0x49, _SHARPNESS),
    "compression": Measure("CompressionArtifacts", 0x4A, _COMPRESSION),
    "natural_colour": Measure("NaturalColour", 0x4B, _falling(0, 10, 200)),
    "single_face": Measure("SingleFacePresent", 0x4C, _UNCOVERED),
    "eyes_open": Measure("EyesOpen", 0x4D, _rising(0.02, 0.01)),
    "mouth_closed": Measure("MouthClosed", 0x4E, _falling(0.2, 0.06)),
    "eyes_visible": Measure("EyesVisible", 0x4F, _UNCOVERED),
    "mouth_occlusion": Measure("MouthOcclusionPrevention", 0x50, _UNCOVERED),
    "face_occlusion": Measure("FaceOcclusionPrevention", 0x51, _UNCOVERED),
    "inter_eye_distance": Measure("InterEyeDistance", 0x52, _rising(70, 20)),
    "head_size": Measure("HeadSize", 0x53, _head_size()),
    "leftward_crop": Measure("LeftwardCropOfTheFaceImage", 0x54, _rising(0.9, 0.1)),
    "rightward_crop": Measure("RightwardCropOfTheFaceImage", 0x55, _rising(0.9, 0.1)),
    "margin_above": Measure("MarginAboveOfTheFaceImage", 0x56, _rising(1.4, 0.1)),
    "margin_below": Measure("MarginBelowOfTheFaceImage", 0x57, _rising(1.8, 0.1)),
    "yaw": Measure("HeadPoseYaw", 0x58, _POSE),
    "pitch": Measure("HeadPosePitch", 0x59, _POSE),
    "roll": Measure("HeadPoseRoll", 0x5A, _POSE),
    "expression_neutrality": Measure("ExpressionNeutrality", 0x5B, _rising(-5000, 5000)),
    "no_head_coverings": Measure("NoHeadCoverings", 0x5C, _COVERING),
}
