-- Version 6: contacts have a life. contact_terms are the holders that a contact
-- of the pool got after its first, and its retirement while somebody holds it;
-- pool_policies say, the last one for each kind, when one becomes free again.

CREATE TABLE contact_terms (
    kind   TEXT NOT NULL,
    lookup INTEGER NOT NULL,
    seq    INTEGER NOT NULL CHECK (seq > 0),
    owner  TEXT NOT NULL CHECK (owner <> ''),
    since  INTEGER NOT NULL,
    PRIMARY KEY (kind, lookup, seq),
    FOREIGN KEY (kind, lookup) REFERENCES contacts (kind, lookup)
) STRICT;

CREATE TABLE pool_policies (
    kind  TEXT NOT NULL CHECK (kind IN ('domain', 'phone', 'email')),
    seq   INTEGER NOT NULL CHECK (seq > 0),
    reuse TEXT NOT NULL CHECK (reuse <> ''),
    at    INTEGER NOT NULL,
    PRIMARY KEY (kind, seq)
) STRICT;
