-- Version 7: exports say which share of the rows they hold with which chance,
-- see canary.Cover; nothing where all are held alike.

ALTER TABLE exports ADD COLUMN cover BLOB NOT NULL DEFAULT x'';
