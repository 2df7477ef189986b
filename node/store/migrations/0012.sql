-- Rows deleted from the text index leave it when new ones make it merge, not by merges of
-- their own: those came all at once, in the middle of a short commit. What is deleted is
-- not found meanwhile, and takes its place until the next merge.

INSERT INTO text_index (text_index, rank) VALUES ('deletemerge', 0);
