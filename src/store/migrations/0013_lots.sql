-- Acceptance by sampling: lots of whole books, the entries drawn from each, and what inspection found.
CREATE TABLE lot (
  id          TEXT NOT NULL PRIMARY KEY,
  project_id  TEXT NOT NULL REFERENCES project (id),
  number      BIGINT NOT NULL CHECK (number >= 1),
  kind        TEXT NOT NULL CHECK (kind IN ('KS','KH','KT','CMC','GH','CDGH','CN','TDCC','HN','LH')),
  contractor  TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('inspection','accepted','not_accepted')),
  -- None of its books was in a lot that was sent back: only such lots count for switching.
  first_time  BIGINT NOT NULL CHECK (first_time IN (0, 1)),
  severity    TEXT CHECK (severity IN ('normal','tightened')),
  terms       TEXT NOT NULL,
  size        BIGINT NOT NULL CHECK (size >= 1),
  sample_size BIGINT NOT NULL CHECK (sample_size >= 1 AND sample_size <= size),
  accept      BIGINT NOT NULL CHECK (accept >= 0),
  seed        TEXT NOT NULL CHECK (length(seed) = 64),
  reason      TEXT,
  made_by     TEXT NOT NULL REFERENCES person (id),
  made_at     BIGINT NOT NULL,
  decided_at  BIGINT,
  UNIQUE (project_id, number),
  CHECK ((state = 'inspection') = (decided_at IS NULL))
);
CREATE INDEX lot_source ON lot (project_id, contractor, kind, decided_at);

CREATE TABLE lot_book (
  lot_id  TEXT NOT NULL REFERENCES lot (id),
  book_id TEXT NOT NULL REFERENCES book (id),
  PRIMARY KEY (lot_id, book_id)
);
CREATE INDEX lot_book_book ON lot_book (book_id, lot_id);

-- Who worked on the entry is copied here, so that the database itself refuses who inspects own work.
CREATE TABLE lot_sample (
  lot_id         TEXT NOT NULL REFERENCES lot (id),
  entry_id       TEXT NOT NULL REFERENCES entry (id),
  ordinal        BIGINT NOT NULL,
  submitted_by   TEXT NOT NULL REFERENCES person (id),
  verified_by    TEXT NOT NULL REFERENCES person (id),
  adjudicated_by TEXT REFERENCES person (id),
  held_by        TEXT REFERENCES person (id),
  held_until     BIGINT,
  draft          TEXT,
  missed         BIGINT NOT NULL DEFAULT 0 CHECK (missed >= 0),
  inspected_by   TEXT REFERENCES person (id),
  inspected_at   BIGINT,
  planted        BIGINT CHECK (planted IN (0, 1)),
  fields         BIGINT,
  wrong          BIGINT,
  PRIMARY KEY (lot_id, entry_id),
  UNIQUE (lot_id, ordinal),
  CHECK ((held_by IS NULL) = (held_until IS NULL)),
  CHECK ((inspected_by IS NULL) = (inspected_at IS NULL)),
  CHECK ((inspected_by IS NULL) = (planted IS NULL)),
  CHECK ((inspected_by IS NULL) = (fields IS NULL)),
  CHECK ((inspected_by IS NULL) = (wrong IS NULL)),
  CHECK (wrong IS NULL OR (wrong >= 0 AND wrong <= fields)),
  CONSTRAINT inspected_by_another CHECK (inspected_by IS NULL
    OR (inspected_by <> submitted_by AND inspected_by <> verified_by
        AND (adjudicated_by IS NULL OR inspected_by <> adjudicated_by)))
);
CREATE INDEX lot_sample_entry ON lot_sample (entry_id, inspected_by);

CREATE TABLE lot_finding (
  lot_id         TEXT NOT NULL,
  entry_id       TEXT NOT NULL,
  key            TEXT NOT NULL,
  recorded_state TEXT NOT NULL CHECK (recorded_state IN ('written','blank','illegible','torn')),
  recorded_text  TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('written','blank','illegible','torn')),
  text           TEXT NOT NULL,
  PRIMARY KEY (lot_id, entry_id, key),
  FOREIGN KEY (lot_id, entry_id) REFERENCES lot_sample (lot_id, entry_id),
  FOREIGN KEY (entry_id, key) REFERENCES field (entry_id, key),
  CHECK ((state = 'written') = (text <> ''))
);
CREATE INDEX lot_finding_entry ON lot_finding (entry_id, key);

-- A contractor whose inspection was stopped improved the process.
CREATE TABLE improvement (
  id         TEXT NOT NULL PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project (id),
  contractor TEXT NOT NULL,
  kind       TEXT NOT NULL,
  reason     TEXT NOT NULL CHECK (reason <> ''),
  told_by    TEXT NOT NULL REFERENCES person (id),
  told_at    BIGINT NOT NULL
);
CREATE INDEX improvement_source ON improvement (project_id, contractor, kind, told_at);

-- Who did the work on a book, and the lot that it is in or that accepted it.
ALTER TABLE book ADD COLUMN contractor TEXT NOT NULL DEFAULT '';
ALTER TABLE book ADD COLUMN lot_id TEXT REFERENCES lot (id);

-- An entry that was sent back may have been settled by a third person before.
DROP INDEX entry_queue;
DROP INDEX entry_book_queue;
CREATE INDEX entry_queue ON entry
  (state, priority, book_id, ordinal, submitted_by, verified_by, adjudicated_by, id);
CREATE INDEX entry_book_queue ON entry
  (book_id, state, priority, ordinal, submitted_by, verified_by, adjudicated_by, id);
