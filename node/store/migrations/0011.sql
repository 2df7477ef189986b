-- Contested codes of which this hub has named the holder; codes as they are stamped on
-- paper, where that was changed by hand.

CREATE TABLE named_codes (
    scope_no INTEGER NOT NULL,
    subject BLOB NOT NULL,
    version BLOB NOT NULL,
    PRIMARY KEY (scope_no, subject)
) WITHOUT ROWID;

CREATE TABLE stamped_codes (
    record_no INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    former TEXT NOT NULL,
    actor TEXT NOT NULL,
    made_at INTEGER NOT NULL
);
