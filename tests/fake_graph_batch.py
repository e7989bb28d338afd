"""JSON batching of the stand-in for Microsoft Graph, and answers that are bent on purpose, in a batch or by themselves.

After Microsoft's page "Combine multiple HTTP requests": twenty requests at most, ids that are unique, 200 for a batch
that could be read, answers in any order. What is not JSON comes as base64 in a string; both alphabets were seen.
"""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.fake_graph_answers import DENIED, EXPIRED, Answer, as_json, wrong

MOST = 20


@dataclass
class Batches:
    """``url_safe`` and ``padded`` is how pictures are written, ``largest`` more bytes than that one picture may have.

    ``drop`` leaves out so many answers, ``strange`` adds some that nobody asked for; ``sizes`` of all batches so far.
    """

    url_safe: bool = False
    padded: bool = True
    largest: int = 4 << 20
    drop: int = 0
    strange: bool = False
    sizes: list[int] = field(default_factory=list)

    def answer(self, body: bytes, dice: random.Random, ask: Callable[[str, str], Answer]) -> Answer:
        """Answer a batch."""
        try:
            requests = json.loads(body)["requests"]
            ids = [one["id"].casefold() for one in requests]
            asked = [(one["id"], one["method"], one["url"]) for one in requests]
        except (ValueError, KeyError, TypeError, AttributeError):
            return wrong(400, "BadRequest", "Invalid batch payload format.")
        if not 0 < len(ids) <= MOST or len(set(ids)) < len(ids):
            return wrong(
                400, "BadRequest", "Number of batch request steps exceeds max value of 20, or ids repeat."
            )
        self.sizes.append(len(ids))
        told = [self._part(id_, ask(method, url)) for id_, method, url in asked]
        dice.shuffle(told)
        told = told[min(self.drop, len(told)) :]
        self.drop = max(0, self.drop - MOST)
        if self.strange:
            told += [{"id": "99", "status": 200, "body": {}}, {"id": "0", "status": 500}, {"id": "x"}, "?"]  # type: ignore[list-item]
        return as_json(200, {"responses": told})

    def _part(self, id_: str, answer: Answer) -> dict[str, object]:
        if len(answer.body) > self.largest:
            answer = wrong(413, "ResponseTooLarge", "The response is too large for a batch.")
        headers = {name: text for name, text in answer.headers.items() if name != "Content-Length"}
        try:
            body: object = json.loads(answer.body) if answer.body else None
        except ValueError:
            body = self._text(answer)
        return {"id": id_, "status": answer.status, "headers": headers, "body": body}

    def _text(self, answer: Answer) -> str:
        if answer.headers.get("Content-Type") == "text/html":
            return answer.body.decode()
        encode = base64.urlsafe_b64encode if self.url_safe else base64.b64encode
        text = encode(answer.body).decode()
        return text if self.padded else text.rstrip("=")


_BENT = {
    "401": EXPIRED,
    "403": DENIED,
    "404": wrong(404, "ErrorItemNotFound", "The specified object was not found in the store."),
    "429": wrong(429, "TooManyRequests", "Too many requests.", **{"Retry-After": "3"}),
    "500": wrong(500, "generalException", "An unspecified error has occurred."),
    "wrong_type": Answer(200, b"<html>sign in here</html>", {"Content-Type": "text/html"}),
}


def bent(answer: Answer, fault: str) -> Answer:
    """Return an answer with a fault."""
    if fault != "truncated":
        return _BENT[fault]
    whole = {**answer.headers, "Content-Length": str(len(answer.body))}
    return replace(answer, body=answer.body[: len(answer.body) // 2], headers=whole)
