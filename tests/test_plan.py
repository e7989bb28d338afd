"""Who is developed, by which recipe, in which shard; and that a stopped run is taken up again."""

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catchlight import develop, look
from catchlight.config import load_preset
from catchlight.develop import Order
from catchlight.home import Home
from catchlight.job import Job
from catchlight.look import setup_of
from catchlight.models import ModelStore
from catchlight.plan import Plan, shard_of
from catchlight.planning import draw_up, read
from catchlight.records import Employee, Photo

STUDIO = Path(develop.__file__).parent
QUICK = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PEOPLE = [Employee(f"{i:04}", given_name=f"Ana {i}") for i in range(30)]
PHOTOS = [Photo(person.id, f"{person.id}.jpg", f"{i:064x}") for i, person in enumerate(PEOPLE)]


def _job(home: Path, **changes: object) -> Job:
    return Job.model_validate({"source": home / "source", "home": home, "models": home / "models", **changes})


def _orders(drawn: Plan) -> dict[str, Order]:
    return {order.employee: order for orders in drawn.shards().values() for order in orders}


def test_a_persons_shard_never_changes() -> None:
    """These numbers are the contract with runs of earlier years."""
    assert [shard_of(person, 1000) for person in ("0042", "ana", "Łukasz")] == [74, 570, 474]


@QUICK
@given(
    st.sets(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=60), st.integers(1, 20)
)
def test_everybody_is_in_exactly_one_shard(tmp_path: Path, ids: set[str], size: int) -> None:
    """Nobody is lost, nobody is developed twice, whatever the ids; the shards are no more than needed."""
    people = [Employee(person) for person in sorted(ids)]
    photos = [Photo(person.id, "a.jpg", "aa") for person in people]
    drawn = draw_up(_job(tmp_path, shard_size=size), people, photos, [])
    shards = drawn.shards()
    listed = [order.employee for orders in shards.values() for order in orders]
    assert sorted(listed) == sorted(ids)
    assert all(0 <= number < max(1, -(-len(ids) // size)) for number in shards)


def test_photos_go_to_their_owners(tmp_path: Path) -> None:
    """Several photos of one person are one order; somebody without any has an order too; zeros of ids stay."""
    two = Photo("0003", "second.jpg", "ff")
    drawn = draw_up(_job(tmp_path), PEOPLE, [*PHOTOS[:-1], two], [])
    orders = _orders(drawn)
    assert [photo.file for photo in orders["0003"].photos] == ["0003.jpg", "second.jpg"]
    assert orders["0029"].photos == ()
    assert set(orders) == {person.id for person in PEOPLE}


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Who, which photos, the setup and the findings, by whoever takes the run up."""
    finding = {"kind": "unmatched_file", "sentence": "x.jpg belongs to no row"}
    job = _job(tmp_path)
    drawn = draw_up(job, PEOPLE, PHOTOS, [finding])
    again = read(Home(tmp_path), drawn.run, job)
    assert (again.employees(), again.photos()) == (PEOPLE, PHOTOS)
    assert again.findings == (finding,)
    assert (again.look, again.started) == (drawn.look, drawn.started)
    assert _orders(again) == _orders(drawn)


def test_a_stopped_run_is_taken_up_only_when_it_wants_the_same(tmp_path: Path) -> None:
    """The same people, photos and look: the same run. One photo, person or setting more: a new one."""
    job = _job(tmp_path)
    first = draw_up(job, PEOPLE, PHOTOS, [])
    assert not first.resumed
    again = draw_up(job, PEOPLE, PHOTOS, [])
    assert (again.run, again.resumed) == (first.run, True)
    others = [
        draw_up(job, PEOPLE, [*PHOTOS[:-1], Photo("0029", "0029.jpg", "changed")], []),
        draw_up(job, PEOPLE[:-1], PHOTOS[:-1], []),
        draw_up(_job(tmp_path, preset="deep-blue"), PEOPLE, PHOTOS, []),
        draw_up(_job(tmp_path, shard_size=7), PEOPLE, PHOTOS, []),
    ]
    assert not any(other.resumed for other in others)
    assert len({first.run, *(other.run for other in others)}) == 5


def test_a_finished_run_is_never_written_into(tmp_path: Path) -> None:
    """Refreshing again the same is a new run; what the old one shows stays as it was."""
    job = _job(tmp_path)
    first = draw_up(job, PEOPLE, PHOTOS, [])
    (Home(tmp_path).run(first.run)).mkdir(parents=True)
    (Home(tmp_path).run(first.run) / "run.json").write_text("{}")
    second = draw_up(job, PEOPLE, PHOTOS, [])
    assert second.run != first.run
    assert not second.resumed


def test_only_what_was_never_finished_is_waited_for(tmp_path: Path) -> None:
    """A remembered recipe is done, a person without a photo has nothing to wait for."""
    drawn = draw_up(_job(tmp_path), PEOPLE, PHOTOS[:-1], [])
    shards = drawn.shards()
    assert {order.employee for order in drawn.waiting(shards)} == {photo.employee for photo in PHOTOS[:-1]}
    done = _orders(drawn)["0007"]
    drawn.home.recipes.remember(done.recipe, {})
    assert len(drawn.waiting(shards)) == len(PHOTOS) - 2
    assert done not in drawn.waiting(shards)


def test_another_look_is_another_recipe_for_everyone(tmp_path: Path) -> None:
    """A changed preset develops all again; the same preset nobody."""
    one, two = (
        _orders(draw_up(_job(tmp_path, preset=p), PEOPLE, PHOTOS, [])) for p in ("house", "deep-blue")
    )
    assert not {order.recipe for order in one.values()} & {order.recipe for order in two.values()}
    same = _orders(draw_up(_job(tmp_path / "elsewhere"), PEOPLE, PHOTOS, []))
    assert same == one


def _edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str) -> str:
    """Return the code digest of a copy of the studio in which one file was edited."""
    copy = tmp_path / f"copy-{len(list(tmp_path.iterdir()))}"
    for source in STUDIO.rglob("*.py"):
        target = copy / source.relative_to(STUDIO)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(look, "__file__", str(copy / "look.py"))
    look.code_digest.cache_clear()
    return look.code_digest()


def test_code_that_decides_pixels_is_part_of_the_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed number develops everyone again; a changed comment, or a file that draws nothing, does not."""
    try:
        now = _edited(tmp_path, monkeypatch, "sitting.py", "LEAST = 400", "LEAST = 400")
        assert _edited(tmp_path, monkeypatch, "sitting.py", "LEAST = 400", "LEAST = 420") != now
        assert (
            _edited(
                tmp_path,
                monkeypatch,
                "checks/head.py",
                "low: float | None = 60.0",
                "low: float | None = 61.0",
            )
            != now
        )
        assert _edited(tmp_path, monkeypatch, "engines/selfie.py", "/ 255", "/ 254") != now
        assert _edited(tmp_path, monkeypatch, "sitting.py", "LEAST = 400  #", "LEAST = 400  # here:") == now
        assert _edited(tmp_path, monkeypatch, "spreadsheet.py", "import", "import os, ") == now
    finally:
        look.code_digest.cache_clear()


def _imports(module: str) -> set[str]:
    """Return the names of the studio's modules that a module imports."""
    tree = ast.parse((STUDIO / f"{module}.py").read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    direct = {
        (node.module or "").removeprefix("catchlight.")
        for node in nodes
        if (node.module or "").startswith("catchlight.")
    }
    listed = {alias.name for node in nodes if node.module == "catchlight" for alias in node.names}
    return {name for name in direct | listed if (STUDIO / f"{name}.py").is_file()}


def test_no_code_that_decides_pixels_is_forgotten() -> None:
    """All that developing reaches is in the recipe, but for what only moves, names or stores things."""
    counted_otherwise = {
        "config",
        "cuts",
        "caps",
        "models",
        "model_manifest",
        "model_packs",
        "settings_file",
        "weights",
    }  # by the digests of preset and models, and each person's cap by itself
    no_pixels = {"errors", "records", "plugins", "vault", "studio", "judge", "decoder", "decoder_child", "board", "containers",
                 "pickles", "memory", "order", "easel", "following", "remote_painter", "mistakes", "private",
                     "painters_turn", "whose_fault", "safetensors_file", "preset_there"}  # fmt: skip
    plugged = (file for folder in ("checks", "engines") for file in (STUDIO / folder).rglob("*.py"))
    reached = set[str]()
    waiting = {"develop"}.union(
        *(_imports(str(file.relative_to(STUDIO).with_suffix(""))) for file in plugged)
    )
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= _imports(module) - reached
    assert reached - set(look._PIXEL_CODE) - counted_otherwise - no_pixels == set()


def test_the_setup_is_the_same_on_every_machine(tmp_path: Path) -> None:
    """Where models and home lie does not count."""
    preset = load_preset("house")
    assert setup_of(preset, ModelStore(tmp_path)) == setup_of(preset, ModelStore(tmp_path / "other"))


def test_results_are_kept_apart_by_run(tmp_path: Path) -> None:
    """Two runs within one second get two names."""
    jobs = [_job(tmp_path, shard_size=size) for size in (1, 2, 3)]
    runs = [draw_up(job, PEOPLE, PHOTOS, []).run for job in jobs]
    assert len(set(runs)) == 3
    assert Home(tmp_path).unfinished() == sorted(runs, reverse=True)
