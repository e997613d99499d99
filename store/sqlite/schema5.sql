-- Version 5: several keys may write, each what its role allows, and a key may
-- take the place of another. Each scheme names the key under which exports are
-- made by it ('' is the registry's first). What the holder of a key may read is
-- sealed to it. ledger_turns keeps the last checkpoint of each writer before
-- another went on. granted and ended are numbers of ledger entries.

CREATE TABLE keys (
    id          TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    role        TEXT NOT NULL CHECK (role IN ('whole', 'issuing', 'investigating')),
    public      TEXT NOT NULL,
    box         BLOB NOT NULL,
    anchor      BLOB NOT NULL,
    certificate BLOB NOT NULL,
    added_at    INTEGER NOT NULL,
    granted     INTEGER NOT NULL CHECK (granted > 0),
    ended       INTEGER NOT NULL CHECK (ended >= 0)
) STRICT;

CREATE TABLE key_secrets (
    holder  TEXT NOT NULL REFERENCES keys (id),
    subject TEXT NOT NULL CHECK (subject <> ''),
    sealed  BLOB NOT NULL,
    PRIMARY KEY (holder, subject)
) STRICT;

CREATE TABLE ledger_turns (
    size INTEGER PRIMARY KEY CHECK (size >= 0),
    note TEXT NOT NULL
) STRICT;

ALTER TABLE schemes ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
