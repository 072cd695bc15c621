-- What the clerk is told about a reading: a word of the program's, and the other field that it is about.
ALTER TABLE proposal ADD COLUMN hint TEXT;
ALTER TABLE proposal ADD COLUMN hint_field TEXT;
