"""How a flow's parameter appears in Prefect's form."""

from typing import Any

from pydantic import Field, WithJsonSchema

# A day or "": without the form asking first which of the two it is to be, as it does where a value may be null.
DAY = WithJsonSchema({"type": "string", "format": "date"})


def shown(title: str, *, ge: int | None = None, le: int | None = None) -> Any:
    """Return a field with a title and limits; Prefect would put the parameter's name over a plain title."""
    return Field(json_schema_extra={"title": title}, ge=ge, le=le)
