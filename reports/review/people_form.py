"""What forms of the company's pages carry."""

from starlette.datastructures import FormData


def ticket_of(form: FormData, answer: str) -> str:
    """Return what makes a form count once; a page from a browser's memory may be answered differently."""
    ticket = form.get("ticket", "")
    return f"{ticket[:64]}.{answer}" if isinstance(ticket, str) and ticket else ""
