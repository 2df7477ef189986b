-- The desk's own tables: what is being typed, and what each person did, act by act.
-- Nothing of them travels. A number is never given again: a late word about a draft
-- that was saved must not meet another.

CREATE TABLE drafts (
    draft_no INTEGER PRIMARY KEY AUTOINCREMENT,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    content BLOB NOT NULL
);

CREATE INDEX drafts_by_actor ON drafts (actor, draft_no);

CREATE TABLE acts (
    act_no INTEGER PRIMARY KEY AUTOINCREMENT,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    title TEXT NOT NULL,
    import_no INTEGER NOT NULL DEFAULT 0,
    state INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    detail BLOB NOT NULL DEFAULT x''
);

CREATE INDEX acts_by_actor ON acts (actor, act_no);
CREATE INDEX acts_unfinished ON acts (state) WHERE state NOT IN (3, 5);

-- One record of an act: what is to be done to it, then the own operations that did it.

CREATE TABLE act_steps (
    act_no INTEGER NOT NULL,
    place INTEGER NOT NULL,
    record_no INTEGER NOT NULL,
    log_no INTEGER NOT NULL DEFAULT 0,
    first_n INTEGER NOT NULL DEFAULT 0,
    last_n INTEGER NOT NULL DEFAULT 0,
    state INTEGER NOT NULL,
    content BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (act_no, place)
) WITHOUT ROWID;

CREATE INDEX act_steps_by_state ON act_steps (act_no, state, place);
