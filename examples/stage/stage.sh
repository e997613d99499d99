# Sourced by the stories: builds the program into an empty folder, where the
# story then plays, with a registry of its own. Everything is gone at the end.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
go build -C "$ROOT" -o "$FOLDER/bin/" . ./examples/stage
# The reader's own settings have no part in the story.
unset TELLTALE_KEY_FILE TELLTALE_KEY_COMMAND TELLTALE_PASSPHRASE
export PATH="$FOLDER/bin:$PATH" TELLTALE_REGISTRY="$FOLDER/registry.db" XDG_CONFIG_HOME="$FOLDER"
cd "$FOLDER"

say() { printf '\n# %s\n' "$*"; }

# run prints a command as one types it, and its output.
run() {
  local word line='$'
  for word; do
    case $word in *[[:space:]\;\&\(\)]*) word="'$word'" ;; esac
    line+=" $word"
  done
  printf '\n%s\n' "$line"
  "$@"
}

# later is a day after the export: a copy is no source of what was seen before.
later() { date -u -d "+$1 days" "+%Y-%m-%d"; }
