-- Papers: what of a record tells it from other papers, as keys under which its like is
-- found, and the pairs found so far. All of it is made of the rows and can be made
-- again. The projection only says which records it touched; the work is done later, some
-- at a time (node/catalogue/likeness).

CREATE TABLE paper_work (
    record_no INTEGER PRIMARY KEY
);

CREATE TABLE papers (
    record_no INTEGER PRIMARY KEY,
    scope_no INTEGER NOT NULL,
    log_no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    keys BLOB NOT NULL,
    marks BLOB NOT NULL,
    is_digital INTEGER NOT NULL
);

CREATE TABLE paper_keys (
    scope_no INTEGER NOT NULL,
    paper_key BLOB NOT NULL,
    record_no INTEGER NOT NULL,
    PRIMARY KEY (scope_no, paper_key, record_no)
) WITHOUT ROWID;

-- Marks are asked for over all scopes: the same paper in another fonds.

CREATE TABLE paper_marks (
    mark BLOB NOT NULL,
    scope_no INTEGER NOT NULL,
    record_no INTEGER NOT NULL,
    PRIMARY KEY (mark, scope_no, record_no)
) WITHOUT ROWID;

CREATE INDEX papers_digital ON papers (scope_no, record_no) WHERE is_digital = 1;

CREATE TABLE paper_pairs (
    record_no INTEGER NOT NULL,
    other_no INTEGER NOT NULL,
    scope_no INTEGER NOT NULL,
    score INTEGER NOT NULL,
    PRIMARY KEY (record_no, other_no)
) WITHOUT ROWID;
