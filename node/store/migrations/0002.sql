-- Classes: every record belongs to one (its scope, level and what it is filed under), and
-- stands in it at its key. The amounts of visible records by class replace those by
-- level. Records of a database that is older stand in class 0 until they are looked
-- at again, some at a time (node/history/upgrading.py).

CREATE TABLE classes (
    class_no INTEGER PRIMARY KEY,
    scope_no INTEGER NOT NULL,
    level INTEGER NOT NULL,
    category TEXT NOT NULL,
    year INTEGER NOT NULL,
    retention TEXT NOT NULL,
    org TEXT NOT NULL,
    volume TEXT NOT NULL,
    stage INTEGER NOT NULL,
    amount INTEGER NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX classes_by_key ON classes (
    scope_no, level, category, year, retention, org, volume, stage
);

CREATE TABLE import_classes (
    import_no INTEGER NOT NULL,
    class_no INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (import_no, class_no)
) WITHOUT ROWID;

ALTER TABLE records ADD COLUMN class_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN shelf_key BLOB NOT NULL DEFAULT x'';

CREATE INDEX records_by_class ON records (class_no, shelf_key, import_no)
    WHERE flags & 3 = 1 AND class_no > 0;

DROP TABLE tallies;
