-- Who decides what at this moment; nothing of it travels.

CREATE TABLE deciding (
    scope_no INTEGER NOT NULL,
    subject BLOB NOT NULL,
    operator TEXT NOT NULL,
    desk TEXT NOT NULL UNIQUE,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (scope_no, subject)
) WITHOUT ROWID;
