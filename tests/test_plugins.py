"""Every plug-in of the studio is held to its folder's contract; a new file is all that it takes."""

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

import catchlight
from catchlight import plugins
from catchlight.checks import Limits
from catchlight.config import load_preset, preset_names
from catchlight.engines import VERBS, Facts
from catchlight.errors import ConfigError
from catchlight.judge import sentence
from catchlight.models import manifest
from catchlight.studio import JOBS, OPTIONAL
from flows.sources import kinds
from tests.refreshed_company import ROOT
from tests.source_contract import Contract

CHECKS = plugins.names("catchlight.checks")
ENGINES = plugins.names("catchlight.engines")
HEAVY = (
    "torch",
    "onnxruntime",
    "ai_edge_litert",
    "dlib",
    "insightface",
    "tensorflow",
    "diffusers",
    "transformers",
)


def test_names_are_the_files_of_the_folder() -> None:
    """What begins with an underscore is shared code, not a plug-in; the order is the alphabet's."""
    folder = Path(catchlight.__file__).parent / "checks"
    assert list(CHECKS) == sorted(f.stem for f in folder.glob("[a-z]*.py"))
    assert {"yunet", "facemesh", "selfie", "dlib_resnet", "insightface"} <= set(ENGINES)
    assert not any(name.startswith("_") for name in (*CHECKS, *ENGINES))


@pytest.mark.parametrize("name", ["no_such", "_skin", "../errors", ""])
def test_an_unknown_plug_in_lists_what_there_is(name: str) -> None:
    """Nothing outside of the folder can be loaded by name."""
    with pytest.raises(ConfigError, match=r"checks.*there are: .*eye_line"):
        plugins.load("catchlight.checks", name)


def test_a_new_file_is_a_new_plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No list is edited anywhere."""
    package = tmp_path / "company_checks"
    package.mkdir()
    for file in ("__init__.py", "badge.py", "_shared.py"):
        (package / file).write_text("TITLE = 'Badge'")
    monkeypatch.syspath_prepend(tmp_path)
    assert plugins.names("company_checks") == ("badge",)
    assert plugins.load("company_checks", "badge").TITLE == "Badge"


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_it_measures(name: str) -> None:
    """Title, unit, limits, sentences for people, and the verb."""
    check = plugins.load("catchlight.checks", name)
    assert check.TITLE
    assert check.TITLE[0].isupper()
    assert isinstance(check.UNIT, str)
    assert issubclass(check.Settings, Limits)
    assert set(check.SENTENCES) <= {"low", "high", "far"}
    assert all(said.endswith(".") and said[0].isupper() for said in check.SENTENCES.values())
    assert list(inspect.signature(check.measure).parameters) == ["sitting"]
    assert check.measure.__doc__
    with pytest.raises(ValidationError, match="hihg"):
        check.Settings(hihg=1)


@pytest.mark.parametrize("name", CHECKS)
def test_a_limit_that_can_be_passed_has_its_sentence(name: str) -> None:
    """Nobody is sent to review or asked for a new photo without being told why; limits are in order."""
    check = plugins.load("catchlight.checks", name)
    limit = check.Settings()
    assert limit.low is None or limit.high is None or limit.low < limit.high
    assert limit.far_low is None or (limit.low is not None and limit.far_low < limit.low)
    assert limit.far_high is None or (limit.high is not None and limit.far_high > limit.high)
    if limit.outcome != "note":
        wanted = {side for side in ("low", "high") if getattr(limit, side) is not None}
        far = {"far"} if limit.far_low is not None or limit.far_high is not None else set()
        assert wanted | far <= set(check.SENTENCES)


def test_no_sentence_speaks_of_what_is_never_judged() -> None:
    """Nothing is said of age, sex, origin, skin, weight or beauty."""
    never = (
        "age",
        "old",
        "young",
        "skin",
        "race",
        "ethnic",
        "gender",
        "man",
        "woman",
        "beaut",
        "weight",
        "fat",
        "hijab",
    )
    for name in CHECKS:
        check = plugins.load("catchlight.checks", name)
        words = (
            " ".join([check.TITLE, *check.SENTENCES.values()])
            .lower()
            .replace(",", " ")
            .replace(".", " ")
            .split()
        )
        assert not set(never) & set(words), name


@pytest.mark.parametrize(
    ("check", "side"), [("mouth_open", "low"), ("eyes_open", "high"), ("monochrome", "high")]
)
def test_no_one_is_told_the_opposite(check: str, side: str) -> None:
    """A preset may set a limit that a check has no sentence for; what is said then must not be the other side's."""
    opposite = {"low": "high", "high": "low"}[side]
    assert sentence(check, side) != plugins.load("catchlight.checks", check).SENTENCES[opposite]


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_states_its_facts(name: str) -> None:
    """Jobs, models, licence and memory are known without loading it; unknown settings are refused."""
    engine = plugins.load("catchlight.engines", name)
    assert isinstance(engine.FACTS, Facts)
    assert engine.FACTS.jobs
    assert set(engine.FACTS.jobs) <= {*JOBS, *OPTIONAL}
    assert set(engine.FACTS.models) <= set(manifest())
    assert engine.FACTS.licence
    assert engine.FACTS.memory_mb > 0
    assert issubclass(engine.Settings, BaseModel)
    assert engine.Settings.model_config["extra"] == "forbid"
    assert list(inspect.signature(engine.Engine).parameters)[:2] == ["settings", "models"]


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_has_the_verbs_of_its_jobs(name: str) -> None:
    """Whoever asks it to find, trace, segment or compare is answered."""
    engine = plugins.load("catchlight.engines", name)
    verbs = [verb for job in engine.FACTS.jobs for verb in VERBS[job]]
    assert all(callable(getattr(engine.Engine, verb)) for verb in verbs)
    if "likeness" in engine.FACTS.jobs:
        assert 0 < engine.Engine.SAME_BELOW < 2


def test_bundled_presets_use_free_models_only() -> None:
    """What runs by default may be used commercially, every weight file of it."""
    for preset in map(load_preset, preset_names()):
        for job in JOBS:
            facts = plugins.load("catchlight.engines", getattr(preset.engines, job)).FACTS
            assert facts.commercial is True
            assert all(manifest()[model].commercial for model in facts.models)


def test_engines_are_known_without_loading_a_runtime() -> None:
    """Reading what an engine is and needs imports no torch, onnxruntime, LiteRT or dlib."""
    code = (
        "import sys; from catchlight import plugins;"
        "[plugins.load('catchlight.engines', name).FACTS for name in plugins.names('catchlight.engines')];"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    root = Path(catchlight.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("folder", plugins.KINDS)
def test_ours_lack_nothing_that_others_are_held_to(folder: str) -> None:
    """What docs/plugins.md asks for is what there is: whoever begins from one of ours is let in."""
    lacks = importlib.import_module(folder).lacks
    of_people = {*kinds(), *plugins.offering("connectors", "open_place")} - {
        "folder"
    }  # the others sign in, mail or fetch
    for name in plugins.names(folder) if folder != "connectors" else of_people:
        assert not lacks(plugins.load(folder, name)), name


def test_every_source_is_held_to_the_contract_of_all() -> None:
    """A connector that a job can read from has a test file with the contract's tests, and that file imports it."""
    held = set()
    for file in (ROOT / "tests").glob("test_source_*.py"):
        tests = vars(importlib.import_module(f"tests.{file.stem}"))
        if any(isinstance(one, type) and Contract in one.__mro__[1:] for one in tests.values()):
            held |= {getattr(one, "__name__", "").partition("connectors.")[2] for one in tests.values()}
    assert set(kinds()) <= held
