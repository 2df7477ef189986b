-- Tables of the first version. log_no, scope_no and record_no are local numbers.
-- No UNIQUE and no FOREIGN KEY stands on what sync writes, but for the keys by
-- which rows are found; every key that sync writes begins with the scope or the log.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE scopes (
    scope_no INTEGER PRIMARY KEY,
    fonds BLOB NOT NULL,
    compartment INTEGER NOT NULL,
    granted INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE scope_aliases (
    fonds BLOB NOT NULL,
    compartment INTEGER NOT NULL,
    scope_no INTEGER NOT NULL,
    PRIMARY KEY (fonds, compartment)
) WITHOUT ROWID;

CREATE TABLE logs (
    log_no INTEGER PRIMARY KEY,
    log BLOB NOT NULL UNIQUE,
    public_key BLOB,
    nonce BLOB,
    name TEXT NOT NULL DEFAULT '',
    state INTEGER NOT NULL DEFAULT 0,
    cut_seq INTEGER NOT NULL DEFAULT 0,
    cut_hash BLOB NOT NULL DEFAULT x'',
    parent_no INTEGER,
    fork_seq INTEGER NOT NULL DEFAULT 0,
    fork_hash BLOB NOT NULL DEFAULT x'',
    fork_first_n INTEGER NOT NULL DEFAULT 0,
    is_own INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE change_sets (
    log_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    scope_no INTEGER NOT NULL,
    first_n INTEGER NOT NULL,
    count INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    received_at INTEGER NOT NULL DEFAULT 0,
    receipt INTEGER NOT NULL DEFAULT 0,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    body BLOB
);

CREATE UNIQUE INDEX change_sets_by_seq ON change_sets (log_no, seq, hash);
CREATE INDEX change_sets_by_n ON change_sets (scope_no, log_no, first_n);
CREATE INDEX change_sets_unsettled ON change_sets (state, log_no, seq) WHERE state <> 3;

CREATE TABLE orders (
    scope_no INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    place INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    log_no INTEGER,
    seq INTEGER,
    hash BLOB NOT NULL,
    chain BLOB NOT NULL,
    from_epoch INTEGER NOT NULL DEFAULT 0,
    from_place INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope_no, epoch, place)
) WITHOUT ROWID;

CREATE INDEX orders_by_set ON orders (log_no, seq);

CREATE TABLE heads (
    scope_no INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    place INTEGER NOT NULL,
    chain BLOB NOT NULL,
    digest BLOB NOT NULL DEFAULT x'',
    digest_serial INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE journal (
    n INTEGER PRIMARY KEY,
    scope_no INTEGER NOT NULL,
    act INTEGER NOT NULL,
    import_no INTEGER NOT NULL,
    size INTEGER NOT NULL,
    op BLOB NOT NULL
);

CREATE TABLE verdicts (
    log_no INTEGER NOT NULL,
    number INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    verdict INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (log_no, number)
) WITHOUT ROWID;

CREATE TABLE trust (
    log BLOB PRIMARY KEY,
    serial INTEGER NOT NULL,
    entry BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE records (
    record_no INTEGER PRIMARY KEY,
    scope_no INTEGER NOT NULL,
    log_no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    level INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    import_no INTEGER NOT NULL DEFAULT 0,
    leaf BLOB NOT NULL,
    code TEXT,
    sort_date TEXT,
    search_text TEXT NOT NULL DEFAULT '',
    state BLOB NOT NULL
);

CREATE UNIQUE INDEX records_by_dot ON records (scope_no, log_no, n);
CREATE INDEX records_by_bucket ON records (scope_no, bucket);
CREATE INDEX records_by_code ON records (code) WHERE code IS NOT NULL;

CREATE TABLE edits (
    record_no INTEGER NOT NULL,
    log_no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (record_no, log_no, n)
) WITHOUT ROWID;

CREATE TABLE tallies (
    scope_no INTEGER NOT NULL,
    level INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (scope_no, level)
) WITHOUT ROWID;

CREATE TABLE dirty_buckets (
    scope_no INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    PRIMARY KEY (scope_no, bucket)
) WITHOUT ROWID;

CREATE TABLE bucket_digests (
    scope_no INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (scope_no, bucket)
) WITHOUT ROWID;

CREATE TABLE tickets (
    scope_no INTEGER NOT NULL,
    record_no INTEGER NOT NULL,
    field INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    version BLOB NOT NULL,
    sides BLOB NOT NULL,
    PRIMARY KEY (scope_no, record_no, field)
) WITHOUT ROWID;

CREATE TABLE imports (
    import_no INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    scope_no INTEGER NOT NULL DEFAULT 0,
    first_n INTEGER NOT NULL DEFAULT 0,
    last_n INTEGER NOT NULL DEFAULT 0,
    file_name TEXT NOT NULL,
    file_hash BLOB NOT NULL,
    actor TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    detail BLOB NOT NULL DEFAULT x''
);

CREATE TABLE import_rows (
    import_no INTEGER NOT NULL,
    row INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    record_no INTEGER,
    n INTEGER,
    row_key BLOB,
    cells BLOB NOT NULL,
    PRIMARY KEY (import_no, row)
) WITHOUT ROWID;

CREATE INDEX import_rows_by_key ON import_rows (row_key) WHERE row_key IS NOT NULL;
CREATE INDEX import_rows_by_record ON import_rows (record_no)
    WHERE record_no IS NOT NULL;
CREATE INDEX records_of_fonds ON records (scope_no) WHERE level = 1;

CREATE TABLE peers (
    log_no INTEGER PRIMARY KEY,
    exchange INTEGER NOT NULL,
    hello_hash BLOB NOT NULL,
    heard_at INTEGER NOT NULL,
    hello BLOB
);

CREATE TABLE invitations (
    invitation BLOB PRIMARY KEY,
    secret BLOB NOT NULL,
    name TEXT NOT NULL,
    scopes BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    used_by BLOB
) WITHOUT ROWID;

CREATE TABLE box_keys (
    owner BLOB NOT NULL,
    purpose INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    statement BLOB NOT NULL,
    PRIMARY KEY (owner, purpose, serial)
) WITHOUT ROWID;

CREATE TABLE exchanges (
    exchange_no INTEGER PRIMARY KEY,
    carrier TEXT NOT NULL,
    peer BLOB,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    bytes_up INTEGER NOT NULL DEFAULT 0,
    bytes_down INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    received INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT ''
);

CREATE VIRTUAL TABLE text_index USING fts5(
    tokens, content='', contentless_delete=1, tokenize='ascii', detail=none
);
