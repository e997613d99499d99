-- Version 4: erasures. What was taken out of records, with the digests of the
-- content before and after.

CREATE TABLE erasures (
    seq    INTEGER PRIMARY KEY CHECK (seq > 0),
    kind   TEXT NOT NULL CHECK (kind IN ('forget', 'retire')),
    at     INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE erasure_changes (
    erasure       INTEGER NOT NULL REFERENCES erasures (seq),
    place         INTEGER NOT NULL CHECK (place > 0),
    kind          TEXT NOT NULL CHECK (kind <> ''),
    subject       TEXT NOT NULL CHECK (subject <> ''),
    digest_before BLOB NOT NULL CHECK (length(digest_before) = 32),
    digest_after  BLOB NOT NULL CHECK (length(digest_after) = 32),
    PRIMARY KEY (erasure, place)
) STRICT;

CREATE UNIQUE INDEX erasure_changes_by_subject ON erasure_changes (kind, subject, erasure);
