"""What the names of pictures that are nobody's look like: the rule that would find their people, as something to write down."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence

from connectors._folder_match import Fields, by_name, stem

Named = Sequence[tuple[str, Fields]]

_FEWEST = 2  # people whom a rule has to find: one file may be called anything
_RULES = (
    "{given_name} {family_name}", "{family_name} {given_name}", "{family_name}, {given_name}",
    "{given_name}_{family_name}", "{family_name}_{given_name}", "{given_name}.{family_name}",
    "{family_name}.{given_name}", "{given_name}-{family_name}", "{family_name}-{given_name}",
    "{given_name}{family_name}", "{family_name}{given_name}", "{display_name}",
)  # fmt: skip


def hint(files: Sequence[str], people: Named) -> str:
    """Return in a sentence how at least half of these files would be somebody's, "" when nothing is seen.

    Nothing is matched by it: a name joins nobody until somebody says that it does.
    """
    if len(files) < _FEWEST:
        return ""
    ids = frozenset(fields["id"] for _, fields in people)
    return _zeros(files, ids) or _rule(files, people, ids)


def _zeros(files: Sequence[str], ids: Container[str]) -> str:
    padded = [file for file in files if (name := stem(file)) not in ids and name.lstrip("0") in ids]
    if not _enough(padded, files):
        return ""
    return (
        f"{len(padded)} of {len(files)} pictures without a person have zeros before an id of the list ({padded[0]}): a "
        "spreadsheet may have taken them from the ids; format that column as text and fill it anew"
    )


def _rule(files: Sequence[str], people: Named, ids: Container[str]) -> str:
    found = {rule: _alone(files, people, rule) for rule in (*_RULES, *_with_ids(files, ids))}
    rule = max(found, key=lambda one: len(found[one]))
    if not _enough(found[rule], files):
        return ""
    return (
        f"{len(found[rule])} of {len(files)} pictures without a person are called as somebody is ({found[rule][0]}). If that "
        f"is whose they are, say so: photo_names = ['{rule}'] for this folder in a job file, or their names in a column photo"
    )


def _enough(found: Sequence[str], files: Sequence[str]) -> bool:
    return len(found) >= max(_FEWEST, len(files) / 2)


def _alone(files: Iterable[str], people: Named, rule: str) -> list[str]:
    """Return which files exactly one person could own by a rule."""
    return [file for file, owners in by_name(files, people, [rule]).items() if len(owners) == 1]


def _with_ids(files: Iterable[str], ids: Container[str]) -> Iterator[str]:
    """Yield the rule by which most files have something before their id, as EMP1017.jpg."""
    before = Counter(
        name[:start]
        for name in map(stem, files)
        for start in range(1, len(name))
        if name[start:] in ids and not set("{*") & set(name)
    )
    for text, _ in before.most_common(1):
        yield f"{text}{{id}}"
