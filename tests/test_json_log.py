"""``CATCHLIGHT_LOG=json``: every line of the servers is one object that a log collector reads."""

import json
import logging
import logging.config

import pytest

from flows import json_log
from flows.review_log import logging_for


def test_a_line_is_one_object(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The review server's own set-up, with an error in it; links stay out as they do from plain lines."""
    monkeypatch.setenv("CATCHLIGHT_LOG", "json")
    logging.config.dictConfig(logging_for())
    try:
        raise ValueError("no\nline")  # noqa: TRY301
    except ValueError:
        logging.getLogger("catchlight.review").exception("failed %s", "once")
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "1.2.3.4", "GET", "/l/token?x=1", "1.1", 403
    )
    heard = "".join(capsys.readouterr())
    first, second = (json.loads(text) for text in heard.splitlines())
    assert (first["level"], first["message"], first["logger"]) == (
        "ERROR",
        "failed once",
        "catchlight.review",
    )
    assert "ValueError: no\nline" in first["traceback"]
    assert second["message"] == "GET /l/… 403 from 1.2.3.4"
    assert json.loads(json_log.line("begun"))["message"] == "begun"
    monkeypatch.delenv("CATCHLIGHT_LOG")
    logging.config.dictConfig(logging_for())
