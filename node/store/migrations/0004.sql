-- What the other side answered in an exchange, beside what it cost.

ALTER TABLE exchanges ADD COLUMN answer BLOB NOT NULL DEFAULT x'';
