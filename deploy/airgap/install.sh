#!/usr/bin/env bash
# On the machine without internet: checks every byte of the bundle, then installs from it alone.
#   BUNDLE/install.sh /opt/catchlight [/srv/models]
set -euo pipefail
unset PYTHONPATH  # what lies elsewhere counts as installed otherwise
bundle="$(cd "$(dirname "$0")" && pwd)"
target="${1:?where to install, such as /opt/catchlight}"
models="${2:-$target/models}"
python="${PYTHON:-python3}"

cd "$bundle"
sha256sum --quiet --strict -c MANIFEST.sha256 || { echo "The bundle is not whole; carry it over again." >&2; exit 2; }
"$python" -m venv "$target"
"$target/bin/python" -m pip install --disable-pip-version-check --quiet --no-index --no-deps --require-hashes -r requirements.txt
# insightface brings opencv-python, which needs X libraries; the headless build of the same version takes its place
"$target/bin/python" -m pip install --disable-pip-version-check --quiet --no-index --no-deps --force-reinstall wheels/opencv_python_headless-*.whl
install -d "$models"
cp -n models/* "$models/"
cp prefect.yaml "$target/"
CATCHLIGHT_MODELS="$models" "$target/bin/catchlight" models verify
echo "Installed in $target. Next: export CATCHLIGHT_MODELS=$models; $target/bin/catchlight doctor"
