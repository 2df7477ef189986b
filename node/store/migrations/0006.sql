-- Tickets of every class under one key that all machines share; what was decided;
-- codes that a record has given up; registers (level 9), which nobody is shown.

DROP TABLE tickets;

CREATE TABLE tickets (
    ticket_no INTEGER PRIMARY KEY,
    scope_no INTEGER NOT NULL,
    subject BLOB NOT NULL,
    record_no INTEGER NOT NULL,
    field INTEGER NOT NULL,
    ticket_class INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    version BLOB NOT NULL,
    sides BLOB NOT NULL
);

CREATE UNIQUE INDEX tickets_by_subject ON tickets (scope_no, subject);
CREATE INDEX tickets_by_record ON tickets (record_no);
CREATE INDEX tickets_by_version ON tickets (version);
CREATE INDEX tickets_by_weight ON tickets (weight DESC, ticket_no, ticket_class);
CREATE INDEX tickets_by_class ON tickets (ticket_class, ticket_no);

CREATE TABLE ticket_rooms (
    ticket_no INTEGER NOT NULL,
    log_no INTEGER NOT NULL,
    PRIMARY KEY (ticket_no, log_no)
) WITHOUT ROWID;

CREATE INDEX ticket_rooms_by_log ON ticket_rooms (log_no, ticket_no);

CREATE TABLE decisions (
    record_no INTEGER NOT NULL,
    log_no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    scope_no INTEGER NOT NULL,
    field INTEGER NOT NULL,
    choice INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (record_no, log_no, n)
) WITHOUT ROWID;

CREATE INDEX decisions_by_time ON decisions (made_at, record_no);

CREATE TABLE former_codes (
    code TEXT NOT NULL,
    scope_no INTEGER NOT NULL,
    record_no INTEGER NOT NULL,
    PRIMARY KEY (code, scope_no, record_no)
) WITHOUT ROWID;

CREATE INDEX former_codes_by_record ON former_codes (record_no);

CREATE INDEX records_of_registers ON records (scope_no) WHERE level = 9;
