"""Coverage-guided fuzzing of what reads bytes of strangers: no crash, no hang, no memory beyond its limit.

    pip install atheris==3.0.0
    python benchmarks/fuzz.py photo|table|job|preset --minutes 10

What is found lies in the folder of --output; make it small, and put it into tests/fuzz_cases/TARGET/.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
with atheris.instrument_imports(include=["catchlight", "connectors", "flows", "PIL", "tomllib"]):
    from tests.fuzz_targets import TARGETS, examples

_MEGABYTES, _SECONDS = 2048, 10


def main() -> None:
    """Fuzz one target; exit code 77 or another one but 0 when something was found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("target", choices=sorted(TARGETS))
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--output", type=Path, default=Path("fuzz-findings"))
    given = asked.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz-{given.target}-"))
    for number, data in enumerate(examples(given.target)):
        (corpus / f"{number:03}").write_bytes(data)
    options = (
        f"-max_total_time={round(60 * given.minutes)} -rss_limit_mb={_MEGABYTES} -timeout={_SECONDS} -max_len=8192"
        f" -artifact_prefix={given.output}/{given.target}- -print_final_stats=1 -verbosity=0"
    )
    atheris.Setup([sys.argv[0], *options.split(), str(corpus)], TARGETS[given.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
