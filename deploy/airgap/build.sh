#!/usr/bin/env bash
# On a machine with internet, of the same system and Python as the one without: everything that Catchlight needs, in one folder.
#   deploy/airgap/build.sh BUNDLE [MODELS]      MODELS: a folder of model files that is there already
set -euo pipefail
unset PYTHONPATH  # what lies elsewhere counts as installed otherwise
root="$(cd "$(dirname "$0")/../.." && pwd)"
bundle="$(mkdir -p "$1" && cd "$1" && pwd)"
models="${2:-}"
python="${PYTHON:-python3}"

"$python" -m venv "$bundle/.build"
pip=("$bundle/.build/bin/python" -m pip --disable-pip-version-check)
mkdir -p "$bundle/wheels" "$bundle/models"
"${pip[@]}" wheel --quiet --no-deps -w "$bundle/wheels" "$root"
"${pip[@]}" download --quiet -c "$root/constraints.txt" -d "$bundle/wheels" "$(ls "$bundle"/wheels/catchlight-*.whl)[heif,postgresql]"
# what comes as source only is built here: the other machine needs no compiler
for source in "$bundle"/wheels/*.tar.gz; do
  [ -e "$source" ] || continue
  "${pip[@]}" wheel --quiet --no-deps --find-links "$bundle/wheels" -w "$bundle/wheels" "$source" && rm "$source"
done
rm -rf "$bundle/.build"

if [ -n "$models" ]; then
  cp "$models"/* "$bundle/models/"
else
  CATCHLIGHT_MODELS="$bundle/models" "${CATCHLIGHT:-catchlight}" models fetch
fi

cp "$root/constraints.txt" "$root/prefect.yaml" "$root/LICENSE" "$(dirname "$0")/install.sh" "$bundle/"
(cd "$bundle" && for wheel in wheels/*.whl; do
  echo "./$wheel --hash=sha256:$(sha256sum "$wheel" | cut -d' ' -f1)"
done > requirements.txt)
(cd "$bundle" && find . -type f ! -name MANIFEST.sha256 -print0 | sort -z | xargs -0 sha256sum > MANIFEST.sha256)
echo "$bundle: $(ls "$bundle/wheels" | wc -l) wheels, $(du -sh "$bundle" | cut -f1). Carry it over, then: $(basename "$bundle")/install.sh /opt/catchlight"
