-- Rows of workbooks that were not taken in and still need a hand.

CREATE INDEX import_rows_refused ON import_rows (import_no, row) WHERE outcome = 4;
