-- What the quality gate found on a page (JSON), which of its cells are inked (to know the same page again), and the
-- page that took a refused one's place.
ALTER TABLE page ADD COLUMN findings TEXT;
ALTER TABLE page ADD COLUMN imprint TEXT;
ALTER TABLE page ADD COLUMN replaced_by TEXT REFERENCES page (id);
DROP INDEX page_book_state;
CREATE INDEX page_book_state ON page (book_id, state, replaced_by);
-- Whoever writes a page asks which pages refer to it.
CREATE INDEX page_replaced_by ON page (replaced_by);
