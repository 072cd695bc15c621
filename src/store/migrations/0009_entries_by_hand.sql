-- Entries without a page, places that are no entry, notes beside entries, entries over two pages.
--
-- SQLite changes a table's rules only by making the table anew, PostgreSQL in place. Comments nest in PostgreSQL
-- and not in SQLite: what stands between the lines `/* /* */` and `-- */` is SQLite's alone, and what follows
-- `/* /* */ -- */` on a line is PostgreSQL's alone.
/* /* */
PRAGMA defer_foreign_keys = ON;
CREATE TABLE entry_before AS SELECT * FROM entry;
DROP TABLE entry;
CREATE TABLE entry (
  id                   TEXT NOT NULL PRIMARY KEY,
  book_id              TEXT NOT NULL REFERENCES book (id),
  page_id              TEXT REFERENCES page (id),
  ordinal              BIGINT NOT NULL,
  priority             BIGINT NOT NULL,
  state                TEXT NOT NULL,
  submitted_by         TEXT REFERENCES person (id),
  verified_by          TEXT REFERENCES person (id),
  adjudicated_by       TEXT REFERENCES person (id),
  kind                 TEXT NOT NULL,
  office               TEXT NOT NULL,
  reg_year             BIGINT,
  so                   TEXT,
  ngay                 TEXT,
  created_at           BIGINT NOT NULL,
  updated_at           BIGINT NOT NULL,
  form_id              TEXT,
  by_hand              TEXT,
  set_aside_from       TEXT,
  set_aside_reason     TEXT,
  set_aside_by         TEXT REFERENCES person (id),
  set_aside_checked_by TEXT REFERENCES person (id),
  UNIQUE (page_id, ordinal),
  CONSTRAINT entry_states CHECK (state IN ('proposed','unscannable','typed','disputed','verified','adjudicated',
    'accepted','approved','delivered','set_aside','no_entry')),
  CONSTRAINT submitted_by_somebody CHECK (state IN ('proposed','unscannable','set_aside','no_entry')
    OR submitted_by IS NOT NULL),
  CONSTRAINT verified_by_somebody CHECK (state IN ('proposed','unscannable','typed','set_aside','no_entry')
    OR verified_by IS NOT NULL),
  CONSTRAINT adjudicated_by_somebody CHECK (state <> 'adjudicated' OR adjudicated_by IS NOT NULL),
  CONSTRAINT verified_after_submission CHECK (verified_by IS NULL OR submitted_by IS NOT NULL),
  CONSTRAINT adjudicated_after_verdict CHECK (adjudicated_by IS NULL OR verified_by IS NOT NULL),
  CONSTRAINT four_eyes CHECK (submitted_by IS NULL OR verified_by IS NULL OR submitted_by <> verified_by),
  CONSTRAINT third_person CHECK (adjudicated_by IS NULL
    OR (adjudicated_by <> submitted_by AND adjudicated_by <> verified_by)),
  CONSTRAINT page_or_reason CHECK (page_id IS NOT NULL OR (COALESCE(by_hand, '') <> '' AND form_id IS NOT NULL)),
  CONSTRAINT unscannable_without_page CHECK (state <> 'unscannable' OR page_id IS NULL),
  CONSTRAINT page_before_proposal CHECK (state <> 'proposed' OR page_id IS NOT NULL),
  CONSTRAINT set_aside_with_reason CHECK ((state IN ('set_aside','no_entry')) = (set_aside_from IS NOT NULL)
    AND (set_aside_from IS NOT NULL) = (set_aside_reason IS NOT NULL AND set_aside_reason <> '')),
  CONSTRAINT no_entry_by_somebody CHECK ((state = 'no_entry') = (set_aside_checked_by IS NOT NULL)),
  CONSTRAINT no_entry_four_eyes CHECK (set_aside_by IS NULL OR set_aside_checked_by IS NULL
    OR set_aside_by <> set_aside_checked_by)
);
INSERT INTO entry (id, book_id, page_id, ordinal, priority, state, submitted_by, verified_by, adjudicated_by, kind,
    office, reg_year, so, ngay, created_at, updated_at)
  SELECT id, book_id, page_id, ordinal, priority, state, submitted_by, verified_by, adjudicated_by, kind,
    office, reg_year, so, ngay, created_at, updated_at FROM entry_before;
DROP TABLE entry_before;
CREATE INDEX entry_queue ON entry (state, priority, book_id, ordinal, submitted_by, verified_by, id);
CREATE INDEX entry_book_queue ON entry (book_id, state, priority, ordinal, submitted_by, verified_by, id);
CREATE INDEX entry_registration ON entry (kind, office, reg_year, so);
-- */
/* /* */ -- */ ALTER TABLE entry ALTER COLUMN page_id DROP NOT NULL;
/* /* */ -- */ ALTER TABLE entry ADD COLUMN form_id TEXT, ADD COLUMN by_hand TEXT, ADD COLUMN set_aside_from TEXT, ADD COLUMN set_aside_reason TEXT, ADD COLUMN set_aside_by TEXT REFERENCES person (id), ADD COLUMN set_aside_checked_by TEXT REFERENCES person (id);
/* /* */ -- */ ALTER TABLE entry DROP CONSTRAINT entry_state_check, DROP CONSTRAINT submitted_by_somebody, DROP CONSTRAINT verified_by_somebody;
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT entry_states CHECK (state IN ('proposed','unscannable','typed','disputed','verified','adjudicated','accepted','approved','delivered','set_aside','no_entry'));
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT submitted_by_somebody CHECK (state IN ('proposed','unscannable','set_aside','no_entry') OR submitted_by IS NOT NULL);
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT verified_by_somebody CHECK (state IN ('proposed','unscannable','typed','set_aside','no_entry') OR verified_by IS NOT NULL);
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT page_or_reason CHECK (page_id IS NOT NULL OR (COALESCE(by_hand, '') <> '' AND form_id IS NOT NULL));
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT unscannable_without_page CHECK (state <> 'unscannable' OR page_id IS NULL);
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT page_before_proposal CHECK (state <> 'proposed' OR page_id IS NOT NULL);
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT set_aside_with_reason CHECK ((state IN ('set_aside','no_entry')) = (set_aside_from IS NOT NULL) AND (set_aside_from IS NOT NULL) = (set_aside_reason IS NOT NULL AND set_aside_reason <> ''));
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT no_entry_by_somebody CHECK ((state = 'no_entry') = (set_aside_checked_by IS NOT NULL));
/* /* */ -- */ ALTER TABLE entry ADD CONSTRAINT no_entry_four_eyes CHECK (set_aside_by IS NULL OR set_aside_checked_by IS NULL OR set_aside_by <> set_aside_checked_by);

-- What is written beside an entry: typed by one person, checked by another.
CREATE TABLE entry_note (
  id         TEXT NOT NULL PRIMARY KEY,
  entry_id   TEXT NOT NULL REFERENCES entry (id),
  book_id    TEXT NOT NULL REFERENCES book (id),
  kind       TEXT NOT NULL CHECK (kind IN ('margin','struck')),
  noted_on   TEXT NOT NULL,
  text       TEXT NOT NULL CHECK (text <> ''),
  entered_by TEXT NOT NULL REFERENCES person (id),
  entered_at BIGINT NOT NULL,
  checked_by TEXT REFERENCES person (id),
  checked_at BIGINT,
  dropped_by TEXT REFERENCES person (id),
  dropped_at BIGINT,
  dropped_why TEXT,
  CHECK ((checked_by IS NULL) = (checked_at IS NULL)),
  CHECK ((dropped_by IS NULL) = (dropped_at IS NULL)),
  CHECK ((dropped_by IS NULL) = (dropped_why IS NULL)),
  CONSTRAINT note_four_eyes CHECK (checked_by IS NULL OR checked_by <> entered_by)
);
CREATE INDEX entry_note_entry ON entry_note (entry_id, id);
CREATE INDEX entry_note_book ON entry_note (book_id, entry_id, id);
CREATE INDEX entry_note_unchecked ON entry_note (book_id) WHERE checked_by IS NULL AND dropped_by IS NULL;

-- Pages on which an entry goes on, beside the one it begins on.
CREATE TABLE entry_page (
  entry_id TEXT NOT NULL REFERENCES entry (id),
  page_id  TEXT NOT NULL REFERENCES page (id),
  ordinal  BIGINT NOT NULL CHECK (ordinal >= 1),
  PRIMARY KEY (entry_id, page_id)
);
CREATE INDEX entry_page_page ON entry_page (page_id);
