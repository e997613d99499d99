-- Version 2: the ledger is a Merkle tree instead of a chain of hashes. Its
-- entries carry a salt; its state is a signed checkpoint, with the edge of the
-- tree beside it (32 bytes a hash, from left to right). Time stamps of
-- checkpoints are kept as the authority's response.

ALTER TABLE ledger_entries DROP COLUMN prev;
ALTER TABLE ledger_entries DROP COLUMN hash;
ALTER TABLE ledger_entries ADD COLUMN salt BLOB NOT NULL DEFAULT x'00000000000000000000000000000000' CHECK (length(salt) = 16);

DROP TABLE ledger_head;

CREATE TABLE ledger_checkpoint (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL CHECK (size >= 0),
    edge BLOB NOT NULL CHECK (length(edge) % 32 = 0),
    note TEXT NOT NULL
) STRICT;

CREATE TABLE stamps (
    size       INTEGER NOT NULL CHECK (size > 0),
    checkpoint TEXT NOT NULL,
    response   BLOB NOT NULL,
    recorded   INTEGER NOT NULL,
    PRIMARY KEY (size, response)
) STRICT;
