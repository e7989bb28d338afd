"""A person's data is handed out while others write: it is of one moment."""

import json
import threading
import zipfile
from contextlib import closing
from pathlib import Path

from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.person_export import export
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.vault import digest_of
from reports.export_page import export_pages
from tests.published_company import make_company


def test_an_export_during_a_run_is_of_one_moment(tmp_path: Path) -> None:
    """An answer and a consent that are written together are both in it or neither; every digest of it is right."""
    company = make_company(tmp_path)
    picture = company.run("r1", {"a": "1", "b": "2"})["a"]
    company.answer({"a": picture})
    ended = threading.Event()

    def write() -> None:
        with closing(open_register(company.home)) as register:
            while not ended.is_set():
                at = now()
                with register.alone() as store:
                    store.add([Decision("a", picture, Answer.APPROVE, "a", at)])
                    store.add([Consent("a", "chat", Word.GRANTED, "a", at)])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with closing(open_register(company.home)) as register:
            for number in range(12):
                file = tmp_path / f"{number}.zip"
                export(company.home, register, "a", file, checks={}, recipients=[], pages=export_pages)
                with zipfile.ZipFile(file) as archive:
                    content = {name: archive.read(name) for name in archive.namelist()}
                data = json.loads(content["data.json"])
                assert len(data["decisions"]) == len(data["consents"]) + 1
                lines = content.pop("manifest.sha256").decode().splitlines()
                assert [line.split()[0] for line in lines] == [digest_of(one) for one in content.values()]
    finally:
        ended.set()
        writer.join()
    assert len(data["consents"]) > 3
