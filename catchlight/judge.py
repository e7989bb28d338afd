"""Readings in, verdicts out: limits first, then what stands out in the company."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from catchlight import plugins
from catchlight.checks import FAILED, Limits
from catchlight.config import Preset
from catchlight.errors import ConfigError
from catchlight.records import Outcome, Verdict
from catchlight.settings_file import checked
from catchlight.wish import Wish

_SCHEMA = {
    "check": pl.String,
    "far_low": pl.Float64,
    "far_high": pl.Float64,
    "outcome": pl.String,
    "outlier": pl.Float64,
}
_RANK = {Outcome.ACCEPT: 0, Outcome.REVIEW: 1, Outcome.RETAKE: 2}
_MAD = 1.4826  # makes the median absolute deviation comparable to a standard deviation
_COMPANY = 20  # fewer people than this have no usual value to stand out from
_SIDES = {"low": "below", "high": "above", "far": "far outside", "outlier": "unlike"}
_FAILED = "failed"
_WISHED = " This was asked for."
_NOBODY: Mapping[str, Wish] = {}


def limits(preset: Preset) -> dict[str, Limits]:
    """Return every check's limits by name: the check's, those that the preset implies, the preset's own."""
    found = {}
    for name in plugins.names("catchlight.checks"):
        check, own = plugins.load("catchlight.checks", name), preset.checks.get(name)
        follows = check.limits(preset) if hasattr(check, "limits") else {}  # what the preset itself implies
        changes = own.model_dump(exclude_none=True) if own else {}
        found[name] = checked(
            check.Settings, {**follows, **changes}, f"preset {preset.name}", f"checks.{name}."
        )
        if getattr(check, "NEVER_COUNTS", False):
            _refuse_to_count(preset, name, found[name])
        if getattr(check, "ALWAYS_COUNTS", False):
            _refuse_to_waive(preset, name, check.Settings(), found[name])
    return found


def _refuse_to_waive(preset: Preset, name: str, own: Limits, limit: Limits) -> None:
    """Hold presets to it: what a person has to look at cannot be waved through."""
    if limit.outcome == "note" or (limit.low, limit.high) != (own.low, own.high):
        message = (
            f"preset {preset.name}: checks.{name}: no preset can waive that a person looks; leave its limits as "
            f'they are, and let outcome be "review" or "retake"'
        )
        raise ConfigError(message)


def _refuse_to_count(preset: Preset, name: str, limit: Limits) -> None:
    """Hold presets to it: what says something of the person, not of the photo, changes no verdict."""
    key = "outcome" if limit.outcome != "note" else "outlier" if limit.outlier is not None else ""
    if key:
        title = plugins.load("catchlight.checks", name).TITLE
        message = (
            f"preset {preset.name}: checks.{name}.{key}: {title} says something of the person, not of the "
            'photo, and never counts; only outcome = "note" is accepted'
        )
        raise ConfigError(message)


def sentence(check: str, side: str) -> str:
    """Return what a person should know when a check is ``low``, ``high``, ``far`` or an ``outlier``, or has ``failed``."""
    module = plugins.load("catchlight.checks", check)
    if side == "outlier":
        return f"{module.TITLE} is unlike most of the company's portraits."
    if side == _FAILED:
        return f"{module.TITLE} could not be checked: the check itself failed, and the photo is not to blame."
    said: dict[str, str] = module.SENTENCES
    beyond = _SIDES[side]
    return said.get(side) or f"{module.TITLE} is {beyond} what the brand allows."


def general(reason: str) -> str:
    """Return what a reason code such as ``matte.high`` says of anybody; "" where it is not of a check that there is."""
    check, _, side = reason.partition(".")
    known = check in plugins.names("catchlight.checks") and side in {*_SIDES, _FAILED}
    return sentence(check, side) if known else ""


def judge(
    renders: pl.DataFrame,
    readings: pl.DataFrame,
    preset: Preset,
    by: pl.DataFrame | None = None,
    wishes: Mapping[str, Wish] = _NOBODY,
) -> pl.DataFrame:
    """Return one verdict a render (the schema of Verdict).

    ``renders`` and ``readings`` have the schemas of their records, over all shards. With ``by``
    (columns employee, group) outliers are looked for within each group, such as an office. What stands
    out because a person wished it is said so, and is never a reason for a new photo.
    """
    flags = pl.concat(
        [
            _limit_flags(readings, preset),
            _outlier_flags(readings, preset, by),
            _failed_flags(readings, preset),
        ]
    )
    flags = pl.concat([_explained(flags, wishes), _refused(renders)])
    told = flags.group_by("employee", maintain_order=True).agg(
        pl.col("rank").max(), pl.col("reason").alias("reasons"), pl.col("sentence").alias("sentences")
    )
    outcome = (
        pl.col("rank")
        .fill_null(0)
        .replace_strict({v: str(k) for k, v in _RANK.items()}, return_dtype=pl.String)
    )
    empty = pl.lit([], dtype=pl.List(pl.String))
    return renders.join(told, on="employee", how="left", maintain_order="left").select(
        "employee", "recipe", outcome.alias("outcome"),
        pl.col("reasons").fill_null(empty), pl.col("sentences").fill_null(empty),
    )  # fmt: skip


def _limit_flags(readings: pl.DataFrame, preset: Preset) -> pl.DataFrame:
    rules = [
        {"check": k, **v.model_dump(include=set(_SCHEMA))}
        for k, v in limits(preset).items()
        if v.outcome != "note"
    ]
    known = _judged(readings, pl.DataFrame(rules, schema=_SCHEMA))
    value = pl.col("value")
    far = (value < pl.col("far_low")).fill_null(False) | (value > pl.col("far_high")).fill_null(False)  # noqa: FBT003
    side = (
        pl.when(far).then(pl.lit("far"))
        .when((value < pl.col("low")).fill_null(False)).then(pl.lit("low"))  # noqa: FBT003
        .when((value > pl.col("high")).fill_null(False)).then(pl.lit("high"))  # noqa: FBT003
    )  # fmt: skip
    flagged = known.with_columns(side=side).filter(pl.col("side").is_not_null())
    outcome = pl.when(pl.col("side") == "far").then(pl.lit("retake")).otherwise(pl.col("outcome"))
    return _flags(flagged.with_columns(outcome=outcome))


def _judged(readings: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Return the values that rules are about beside them, and no more: of a large company they fill the memory."""
    values = readings.select("employee", "check", "value", "low", "high").filter(
        pl.col("value").is_not_null() & pl.col("check").is_in(rules["check"].to_list())
    )
    return values.join(rules, on="check", maintain_order="left")


def _outlier_flags(readings: pl.DataFrame, preset: Preset, by: pl.DataFrame | None) -> pl.DataFrame:
    """Flag robust z-scores: |value − median| / (1.4826 · MAD), per check, over the company or its groups."""
    asked = [
        {"check": k, "limit": v.outlier}
        for k, v in limits(preset).items()
        if v.outlier is not None and v.outcome != "note"
    ]
    rules = pl.DataFrame(asked, schema={"check": pl.String, "limit": pl.Float64})
    known = _judged(readings, rules)
    groups = ["check"]
    if by is not None:
        known, groups = known.join(by, on="employee", how="left"), ["check", "group"]
    away = (pl.col("value") - pl.col("value").median().over(groups)).abs()
    scored = known.with_columns(away=away).with_columns(
        mad=_MAD * pl.col("away").median().over(groups), people=pl.len().over(groups)
    )
    out = scored.filter(
        (pl.col("people") >= _COMPANY)
        & (pl.col("mad") > 0)
        & (pl.col("away") > pl.col("limit") * pl.col("mad"))
    )
    return _flags(out.with_columns(side=pl.lit("outlier"), outcome=pl.lit("review")))


def _failed_flags(readings: pl.DataFrame, preset: Preset) -> pl.DataFrame:
    """Let a person look where a check that counts has failed: without a reading no limit holds."""
    counted = [name for name, limit in limits(preset).items() if limit.outcome != "note" and limit.bounds]
    failed = readings.filter(pl.col("error").str.starts_with(FAILED) & pl.col("check").is_in(counted))
    return _flags(failed.with_columns(side=pl.lit(_FAILED), outcome=pl.lit("review")))


def _flags(rows: pl.DataFrame) -> pl.DataFrame:
    def said(row: dict[str, Any]) -> str:
        return sentence(row["check"], row["side"])

    text = pl.struct("check", "side").map_elements(said, return_dtype=pl.String)
    return rows.select(
        "employee",
        rank=pl.col("outcome").replace_strict({str(k): v for k, v in _RANK.items()}, return_dtype=pl.Int64),
        reason=pl.col("check") + "." + pl.col("side"),
        sentence=text,
    )


def _explained(flags: pl.DataFrame, wishes: Mapping[str, Wish]) -> pl.DataFrame:
    """Say of a flag that its person wished it; then a look is all that it asks for."""
    rows = flags.to_dicts() if wishes else []
    for row in rows:
        wish = wishes.get(row["employee"])
        check, _, side = row["reason"].partition(".")
        if wish and side != _FAILED and wish.explains(check):
            row["sentence"] += _WISHED
            row["rank"] = min(row["rank"], _RANK[Outcome.REVIEW])
    return pl.DataFrame(rows, schema=flags.schema) if rows else flags


def retakes(verdict: Verdict, preset: Preset) -> dict[str, str]:
    """Return the reasons of a verdict that ask for a new photo, with their sentences."""
    known, looks = limits(preset), {"outlier", _FAILED}

    def asks(reason: str) -> bool:
        check, _, side = reason.rpartition(".")
        return check not in known or side == "far" or (side not in looks and known[check].outcome == "retake")

    told = zip(verdict.reasons, verdict.sentences, strict=True)
    return {reason: said for reason, said in told if asks(reason) and not said.endswith(_WISHED)}


def _refused(renders: pl.DataFrame) -> pl.DataFrame:
    """Ask for a new photo where one could not be used at all."""
    rows = renders.filter(pl.col("reason") != "")
    return rows.select(
        "employee", rank=pl.lit(_RANK[Outcome.RETAKE], pl.Int64), reason="reason", sentence="note"
    )
