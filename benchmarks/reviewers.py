"""Reviewers who open their personal link, look, think and answer, many at once; used by review_load.py."""

import asyncio
import math
import random
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

# Unused on loopback, but one a reviewer would cost more than a page.
_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_AFTER = 30.0  # seconds after the kill
_ANSWERS = ("approve", "approve", "approve", "keep")


@dataclass
class Seen:
    """What the reviewers saw."""

    pages: list[float] = field(default_factory=list)
    crowded: list[float] = field(default_factory=list)
    killed: float = math.inf
    pictures: list[float] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    again: int = 0
    page: str = ""
    wanted: int = 0
    half: asyncio.Event = field(default_factory=asyncio.Event)

    def acknowledge(self, employee: str, answer: str) -> None:
        """Note that the server said that it took an answer."""
        self.acknowledged[employee] = answer
        if 2 * len(self.acknowledged) >= self.wanted:
            self.half.set()


async def review(base: str, employee: str, link: str, think: float, seen: Seen) -> None:
    """Be one reviewer, who tries again when the server goes away."""
    for _ in range(50):
        if employee in seen.acknowledged:
            return None
        try:
            async with httpx.AsyncClient(base_url=base, timeout=30, verify=_PLAIN) as browser:
                return await _review(browser, employee, link, think, seen)
        except httpx.TransportError:
            seen.again += 1
            await asyncio.sleep(0.5 + random.random())  # noqa: S311  spreads reviewers, guards nothing
    message = f"{employee} never got through"
    raise SystemExit(message)


async def _review(browser: httpx.AsyncClient, employee: str, link: str, think: float, seen: Seen) -> None:
    opened = await browser.get(f"/l/{link}")
    if opened.status_code == httpx.codes.GONE:
        seen.acknowledge(employee, "")  # the answer was written, and the server died before it could say so
        return
    if opened.status_code != httpx.codes.SEE_OTHER:
        message = f"{employee}: {opened.status_code} {opened.text[:300]}"
        raise SystemExit(message)
    # Over plain loopback httpx would not send it by itself.
    browser.cookies.set("__Host-sid", opened.cookies["__Host-sid"])
    page = await _page(browser, seen)
    for address in dict.fromkeys(re.findall(r'src="(/picture/[^"]+)"', page)):
        started = time.perf_counter()
        (await browser.get(address)).raise_for_status()
        seen.pictures.append(time.perf_counter() - started)
    await asyncio.sleep(random.uniform(0.5, 1.5) * think)  # noqa: S311
    answer = random.choice(_ANSWERS)  # noqa: S311
    form = page.partition('action="/me/answer"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    taken = await browser.post("/me/answer", data=sent | {"answer": answer})
    if taken.status_code == httpx.codes.SEE_OTHER:
        seen.acknowledge(employee, answer)
    else:
        message = f"{employee}: {taken.status_code} {taken.text[:300]}"
        raise SystemExit(message)
    await _page(browser, seen)


async def _page(browser: httpx.AsyncClient, seen: Seen) -> str:
    started = time.perf_counter()
    page = await browser.get("/me")
    crowded = 0 <= started - seen.killed < _AFTER
    (seen.crowded if crowded else seen.pages).append(time.perf_counter() - started)
    page.raise_for_status()
    seen.page = page.text
    return page.text


async def everybody(
    base: str, links: dict[str, str], at_once: int, think: float, restart: Callable[[], None]
) -> Seen:
    """Let so many reviewers be there at any moment; in the middle the server is killed and started again."""
    seen, gate = Seen(wanted=len(links)), asyncio.Semaphore(at_once)

    async def one(number: int, employee: str, link: str) -> None:
        async with gate:
            await asyncio.sleep(1.5 * think * random.random() * (number < at_once))  # noqa: S311
            await review(base, employee, link, think, seen)

    async def kill() -> None:
        await seen.half.wait()
        seen.killed = time.perf_counter()
        await asyncio.to_thread(restart)

    await asyncio.gather(kill(), *(one(number, *pair) for number, pair in enumerate(links.items())))
    return seen


async def peer(port: int, times: int, at_once: int, think: float) -> list[float]:
    """Measure the peer's page under as many reviewers."""
    took, gate = [], asyncio.Semaphore(at_once)

    async def one() -> None:
        async with gate, httpx.AsyncClient(timeout=30, verify=_PLAIN) as browser:
            await asyncio.sleep(random.uniform(0.5, 1.5) * think)  # noqa: S311
            started = time.perf_counter()
            await browser.get(f"http://127.0.0.1:{port}/")
            took.append(time.perf_counter() - started)

    await asyncio.gather(*(one() for _ in range(times)))
    return took
