# Sourced by the stories: builds the program into an empty folder, where the
# story then plays, with a registry of its own. Everything is gone at the end.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
go build -C "$ROOT" -o "$FOLDER/bin/" . ./examples/stage
export PATH="$FOLDER/bin:$PATH" TELLTALE_REGISTRY="$FOLDER/registry.db"
cd "$FOLDER"

say() { printf '\n# %s\n' "$*"; }
# run prints a command as one types it, and its output.
run() { printf '\n$'; printf ' %s' "$@"; printf '\n'; "$@"; }
