-- Files of many pages (PDF, TIFF, ZIP): kept as they came, unpacked by a job.
CREATE TABLE bundle (
  id          TEXT NOT NULL PRIMARY KEY,
  book_id     TEXT NOT NULL REFERENCES book (id),
  sha256      TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  file_name   TEXT NOT NULL,
  mime        TEXT NOT NULL,
  size_bytes  BIGINT NOT NULL CHECK (size_bytes > 0),
  state       TEXT NOT NULL CHECK (state IN ('received','unpacked','refused')),
  reject_code TEXT,
  -- Pages that were added, and of these rejected; pages that were there before, here and in other books.
  pages       BIGINT NOT NULL DEFAULT 0,
  rejected    BIGINT NOT NULL DEFAULT 0,
  already     BIGINT NOT NULL DEFAULT 0,
  elsewhere   BIGINT NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  CHECK ((state = 'refused') = (reject_code IS NOT NULL))
);
CREATE INDEX bundle_book ON bundle (book_id, state, id);

-- A page of a bundle is known by the bundle and its number in it (sha256 is the hash of both), or by its own
-- bytes; its picture is a blob of its own, absent when there is none.
ALTER TABLE page ADD COLUMN bundle_id TEXT REFERENCES bundle (id);
ALTER TABLE page ADD COLUMN picture_sha256 TEXT;
CREATE INDEX page_bundle ON page (bundle_id);
