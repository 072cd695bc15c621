-- What is known of a book before it is scanned, and what its closing page says.
ALTER TABLE book ADD COLUMN year_closed BIGINT;
ALTER TABLE book ADD COLUMN entries_expected BIGINT CHECK (entries_expected >= 0);
ALTER TABLE book ADD COLUMN pages_expected BIGINT CHECK (pages_expected >= 0);
ALTER TABLE book ADD COLUMN closing_entries BIGINT CHECK (closing_entries >= 0);
ALTER TABLE book ADD COLUMN closing_pages BIGINT CHECK (closing_pages >= 0);
