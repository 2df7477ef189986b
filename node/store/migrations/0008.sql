-- Extracts: what this room may see of other fonds (node/history/extracts.py). They are
-- in no order, digest, count or export.

CREATE TABLE extracts (
    extract_no INTEGER PRIMARY KEY,
    extract BLOB NOT NULL UNIQUE,
    serial INTEGER NOT NULL DEFAULT 0,
    head BLOB NOT NULL DEFAULT x'',
    coming_serial INTEGER NOT NULL DEFAULT 0,
    coming BLOB NOT NULL DEFAULT x'',
    missing INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE extract_parts (
    part_no INTEGER PRIMARY KEY,
    extract_no INTEGER NOT NULL,
    part BLOB NOT NULL,
    is_shown INTEGER NOT NULL,
    is_wanted INTEGER NOT NULL,
    content BLOB NOT NULL,
    signature BLOB NOT NULL
);

CREATE UNIQUE INDEX extract_parts_by_id ON extract_parts (extract_no, part);
CREATE INDEX extract_parts_waste ON extract_parts (part_no)
    WHERE is_shown = 0 AND is_wanted = 0;

CREATE TABLE extract_rows (
    row_no INTEGER PRIMARY KEY,
    part_no INTEGER NOT NULL,
    place INTEGER NOT NULL,
    level INTEGER NOT NULL,
    search_text TEXT NOT NULL
);

CREATE INDEX extract_rows_by_part ON extract_rows (part_no);

CREATE VIRTUAL TABLE extract_index USING fts5(
    tokens, content='', contentless_delete=1, tokenize='ascii', detail=none
);

-- Deleted rows leave it with a later merge, not all at once in a short commit; where
-- nothing is left, it is emptied (node/store/sqlite/extracts.py).

INSERT INTO extract_index (extract_index, rank) VALUES ('deletemerge', 0);

-- Editions that a hub made of each extract, and the parts of the newest.

CREATE TABLE extract_editions (
    extract BLOB NOT NULL,
    serial INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    until INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    fonds TEXT NOT NULL,
    title TEXT NOT NULL,
    stamp BLOB NOT NULL,
    parts BLOB NOT NULL,
    PRIMARY KEY (extract, serial)
) WITHOUT ROWID;

CREATE TABLE extract_made (
    made_no INTEGER PRIMARY KEY,
    extract BLOB NOT NULL,
    stamp BLOB NOT NULL,
    part BLOB NOT NULL,
    content BLOB NOT NULL
);

CREATE INDEX extract_made_by_stamp ON extract_made (extract, stamp);
CREATE INDEX extract_made_by_part ON extract_made (extract, part);
