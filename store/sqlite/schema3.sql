-- Version 3: exports keep what was committed to before they were issued; none
-- for those of earlier versions.

ALTER TABLE exports ADD COLUMN commitments BLOB NOT NULL DEFAULT x'';
