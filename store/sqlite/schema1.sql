-- Version 1 of a telltale registry. Times are microseconds since 1970, UTC.
-- Lookups are keyed hashes, kept as signed 64-bit integers. Order of arrival
-- is the order of rowid.

CREATE TABLE registry (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    key_id TEXT NOT NULL CHECK (key_id <> '')
) STRICT;

CREATE TABLE recipients (
    name     TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    kind     TEXT NOT NULL CHECK (kind IN ('partner', 'staff', 'service')),
    parent   TEXT REFERENCES recipients (name),
    note     BLOB NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE contacts (
    kind     TEXT NOT NULL CHECK (kind IN ('domain', 'phone', 'email')),
    lookup   INTEGER NOT NULL,
    sealed   BLOB NOT NULL,
    owner    TEXT NOT NULL,
    place    INTEGER NOT NULL CHECK (place > 0),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (kind, lookup),
    UNIQUE (kind, place)
) STRICT;

CREATE TABLE datasets (
    name     TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE schemes (
    dataset  TEXT NOT NULL REFERENCES datasets (name),
    version  INTEGER NOT NULL CHECK (version > 0),
    rules    BLOB NOT NULL,
    profile  BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, version)
) STRICT;

CREATE TABLE snapshots (
    id       TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    dataset  TEXT NOT NULL,
    scheme   INTEGER NOT NULL,
    rows     INTEGER NOT NULL CHECK (rows >= 0),
    sha256   TEXT NOT NULL,
    digest   TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    FOREIGN KEY (dataset, scheme) REFERENCES schemes (dataset, version)
) STRICT;

CREATE TABLE snapshot_chunks (
    snapshot    TEXT NOT NULL REFERENCES snapshots (id),
    place       INTEGER NOT NULL CHECK (place > 0),
    segment     INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    part        TEXT NOT NULL,
    data        BLOB NOT NULL,
    PRIMARY KEY (snapshot, place)
) STRICT;

CREATE TABLE exports (
    id            TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    dataset       TEXT NOT NULL,
    recipient     TEXT NOT NULL REFERENCES recipients (name),
    snapshot      TEXT NOT NULL REFERENCES snapshots (id),
    scheme        INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('pending', 'issued')),
    file          TEXT NOT NULL,
    sha256        TEXT NOT NULL,
    bytes         INTEGER NOT NULL CHECK (bytes >= 0),
    rows          INTEGER NOT NULL CHECK (rows >= 0),
    marked_cells  INTEGER NOT NULL CHECK (marked_cells >= 0),
    changed_cells INTEGER NOT NULL CHECK (changed_cells >= 0),
    canaries      INTEGER NOT NULL CHECK (canaries >= 0),
    shared        INTEGER NOT NULL CHECK (shared >= 0),
    withheld      INTEGER NOT NULL CHECK (withheld >= 0),
    withhold_rate REAL NOT NULL CHECK (withhold_rate >= 0 AND withhold_rate <= 1),
    density       REAL NOT NULL CHECK (density >= 0 AND density <= 1),
    issued_at     INTEGER NOT NULL,
    FOREIGN KEY (dataset, scheme) REFERENCES schemes (dataset, version)
) STRICT;

CREATE INDEX exports_by_time ON exports (issued_at, id);

CREATE TABLE canaries (
    export  TEXT NOT NULL REFERENCES exports (id),
    slot    INTEGER NOT NULL,
    shared  INTEGER NOT NULL CHECK (shared IN (0, 1)),
    lookups BLOB NOT NULL CHECK (length(lookups) % 8 = 0), -- big-endian, eight bytes each
    sealed  BLOB NOT NULL,
    PRIMARY KEY (export, shared, slot)
) STRICT;

CREATE TABLE cases (
    name      TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    opened_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sightings (
    case_name TEXT NOT NULL REFERENCES cases (name),
    seq       INTEGER NOT NULL CHECK (seq > 0),
    id        TEXT NOT NULL CHECK (id <> ''),
    kind      TEXT NOT NULL CHECK (kind IN ('file', 'message')),
    sha256    TEXT NOT NULL,
    seen_at   INTEGER NOT NULL,
    recorded  INTEGER NOT NULL,
    sealed    BLOB NOT NULL,
    PRIMARY KEY (case_name, seq),
    UNIQUE (case_name, id)
) STRICT;

CREATE TABLE facts (
    case_name TEXT NOT NULL REFERENCES cases (name),
    seq       INTEGER NOT NULL CHECK (seq > 0),
    basis     TEXT NOT NULL CHECK (basis <> ''),
    recorded  INTEGER NOT NULL,
    sealed    BLOB NOT NULL,
    PRIMARY KEY (case_name, seq)
) STRICT;

CREATE TABLE ledger_entries (
    seq     INTEGER PRIMARY KEY CHECK (seq > 0),
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL CHECK (kind <> ''),
    subject TEXT NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    prev    BLOB NOT NULL CHECK (length(prev) = 32),
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE ledger_head (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    seq       INTEGER NOT NULL CHECK (seq >= 0),
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    signature BLOB NOT NULL
) STRICT;
