#!/bin/sh
# Renders the pictures of docs/presets.md:  brand_presets/pictures/render.sh FOLDER ID,ID,ID,ID
# FOLDER is a source as for `catchlight refresh`; show only people whose pictures may be shown.
set -eu
here=$(dirname "$0")
for preset in "$here"/../*.toml; do
  name=$(basename "$preset" .toml)
  catchlight preset preview "$name" --source "$1" --only "$2" --height 320 --output "$here/$name.webp"
done
