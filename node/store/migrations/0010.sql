-- Operators' own signatures over an operation: public key (32) and signature (64) of each.

ALTER TABLE journal ADD COLUMN signatures BLOB NOT NULL DEFAULT x'';
