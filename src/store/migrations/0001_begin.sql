-- One text for SQLite and PostgreSQL. Ids are UUIDv7 text, times are milliseconds since 1970-01-01 UTC, JSON is
-- text, truth is 0 or 1. Enumerations are CHECKs; rows that grow with the archive are keyed by entry or book.

CREATE TABLE person (
  id        TEXT NOT NULL PRIMARY KEY,
  full_name TEXT NOT NULL CHECK (full_name <> '')
);

CREATE TABLE account (
  id            TEXT NOT NULL PRIMARY KEY,
  person_id     TEXT NOT NULL REFERENCES person (id),
  username      TEXT NOT NULL UNIQUE CHECK (username <> ''),
  password_hash TEXT NOT NULL,
  roles         TEXT NOT NULL,
  active        BIGINT NOT NULL CHECK (active IN (0, 1)),
  created_at    BIGINT NOT NULL
);
CREATE INDEX account_person ON account (person_id);

CREATE TABLE session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE project (
  id       TEXT NOT NULL PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE CHECK (name <> ''),
  policy   TEXT NOT NULL CHECK (policy IN ('type_then_verify')),
  settings TEXT NOT NULL
);

CREATE TABLE book (
  id          TEXT NOT NULL PRIMARY KEY,
  project_id  TEXT NOT NULL REFERENCES project (id),
  kind        TEXT NOT NULL CHECK (kind IN ('KS','KH','KT','CMC','GH','CDGH','CN','TDCC','HN','LH')),
  year_opened BIGINT NOT NULL,
  number      TEXT NOT NULL,
  office      TEXT NOT NULL,
  form_id     TEXT,
  state       TEXT NOT NULL CHECK (state IN ('open','accepted','approved','delivered')),
  accepted_by TEXT REFERENCES person (id),
  accepted_at BIGINT,
  approved_by TEXT REFERENCES person (id),
  approved_at BIGINT,
  created_at  BIGINT NOT NULL,
  UNIQUE (kind, year_opened, number, office),
  CHECK (state = 'open' OR (accepted_by IS NOT NULL AND accepted_at IS NOT NULL)),
  CHECK (state IN ('open','accepted') OR (approved_by IS NOT NULL AND approved_at IS NOT NULL))
);
CREATE INDEX book_project ON book (project_id, id);

CREATE TABLE page (
  id          TEXT NOT NULL PRIMARY KEY,
  book_id     TEXT NOT NULL REFERENCES book (id),
  ordinal     BIGINT NOT NULL CHECK (ordinal >= 1),
  sha256      TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  file_name   TEXT NOT NULL,
  mime        TEXT NOT NULL,
  size_bytes  BIGINT NOT NULL CHECK (size_bytes > 0),
  width       BIGINT NOT NULL CHECK (width > 0),
  height      BIGINT NOT NULL CHECK (height > 0),
  state       TEXT NOT NULL CHECK (state IN ('received','prepared','read','rejected')),
  reject_code TEXT,
  form_id     TEXT,
  angle_deg   DOUBLE PRECISION,
  quality     TEXT,
  insisted    TEXT,
  created_at  BIGINT NOT NULL,
  UNIQUE (book_id, ordinal),
  CHECK ((state = 'rejected') = (reject_code IS NOT NULL))
);
CREATE INDEX page_book_state ON page (book_id, state);
CREATE INDEX page_state ON page (state, id);

-- The heart of the four eyes, so that no mistake above can undo it: people are identities, never accounts.
CREATE TABLE entry (
  id             TEXT NOT NULL PRIMARY KEY,
  book_id        TEXT NOT NULL REFERENCES book (id),
  page_id        TEXT NOT NULL REFERENCES page (id),
  ordinal        BIGINT NOT NULL,
  priority       BIGINT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN
                   ('proposed','typed','disputed','verified','adjudicated','accepted','approved','delivered')),
  submitted_by   TEXT REFERENCES person (id),
  verified_by    TEXT REFERENCES person (id),
  adjudicated_by TEXT REFERENCES person (id),
  kind           TEXT NOT NULL,
  office         TEXT NOT NULL,
  reg_year       BIGINT,
  so             TEXT,
  ngay           TEXT,
  created_at     BIGINT NOT NULL,
  updated_at     BIGINT NOT NULL,
  UNIQUE (page_id, ordinal),
  CONSTRAINT submitted_by_somebody CHECK (state = 'proposed' OR submitted_by IS NOT NULL),
  CONSTRAINT verified_by_somebody CHECK (state IN ('proposed','typed') OR verified_by IS NOT NULL),
  CONSTRAINT adjudicated_by_somebody CHECK (state <> 'adjudicated' OR adjudicated_by IS NOT NULL),
  CONSTRAINT verified_after_submission CHECK (verified_by IS NULL OR submitted_by IS NOT NULL),
  CONSTRAINT adjudicated_after_verdict CHECK (adjudicated_by IS NULL OR verified_by IS NOT NULL),
  CONSTRAINT four_eyes CHECK (submitted_by IS NULL OR verified_by IS NULL OR submitted_by <> verified_by),
  CONSTRAINT third_person CHECK (adjudicated_by IS NULL
    OR (adjudicated_by <> submitted_by AND adjudicated_by <> verified_by))
);
-- The trailing columns let a claim pass over a clerk's own entries without touching the table.
CREATE INDEX entry_queue ON entry (state, priority, book_id, ordinal, submitted_by, verified_by, id);
CREATE INDEX entry_book_queue ON entry (book_id, state, priority, ordinal, submitted_by, verified_by, id);
CREATE INDEX entry_registration ON entry (kind, office, reg_year, so);

CREATE TABLE field (
  entry_id   TEXT NOT NULL REFERENCES entry (id),
  key        TEXT NOT NULL,
  ordinal    BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  quad       TEXT NOT NULL,
  blind      BIGINT NOT NULL CHECK (blind IN (0, 1)),
  state      TEXT CHECK (state IN ('written','blank','illegible','torn')),
  text       TEXT,
  settled    BIGINT NOT NULL CHECK (settled IN (0, 1)),
  settled_by TEXT REFERENCES person (id),
  PRIMARY KEY (entry_id, key),
  CHECK ((state IS NULL) = (text IS NULL)),
  CHECK (state IS NULL OR (state = 'written') = (text <> '')),
  CHECK ((settled = 1) = (settled_by IS NOT NULL)),
  CHECK (settled = 0 OR state IS NOT NULL)
);

CREATE TABLE proposal (
  entry_id      TEXT NOT NULL,
  key           TEXT NOT NULL,
  model         TEXT NOT NULL,
  model_version TEXT NOT NULL,
  settings      TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('written','blank','illegible','torn')),
  text          TEXT NOT NULL,
  confidence    DOUBLE PRECISION NOT NULL CHECK (confidence >= 0 AND confidence <= 1),
  alternatives  TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (entry_id, key, model, model_version, settings),
  FOREIGN KEY (entry_id, key) REFERENCES field (entry_id, key)
);

CREATE TABLE keying (
  id         TEXT NOT NULL,
  entry_id   TEXT NOT NULL,
  key        TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES person (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  blind      BIGINT NOT NULL CHECK (blind IN (0, 1)),
  state      TEXT NOT NULL CHECK (state IN ('written','blank','illegible','torn')),
  text       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id, key),
  FOREIGN KEY (entry_id, key) REFERENCES field (entry_id, key)
);
CREATE INDEX keying_entry ON keying (entry_id, key);

CREATE TABLE verdict (
  id         TEXT NOT NULL,
  entry_id   TEXT NOT NULL,
  key        TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES person (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  decision   TEXT NOT NULL CHECK (decision IN ('confirm','reject','replace')),
  state      TEXT CHECK (state IN ('written','blank','illegible','torn')),
  text       TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id, key),
  FOREIGN KEY (entry_id, key) REFERENCES field (entry_id, key),
  CHECK ((decision = 'replace') = (state IS NOT NULL)),
  CHECK ((state IS NULL) = (text IS NULL))
);
CREATE INDEX verdict_entry ON verdict (entry_id, key);

CREATE TABLE adjudication (
  id         TEXT NOT NULL,
  entry_id   TEXT NOT NULL,
  key        TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES person (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  state      TEXT NOT NULL CHECK (state IN ('written','blank','illegible','torn')),
  text       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id, key),
  FOREIGN KEY (entry_id, key) REFERENCES field (entry_id, key)
);
CREATE INDEX adjudication_entry ON adjudication (entry_id, key);

CREATE TABLE draft (
  entry_id   TEXT NOT NULL REFERENCES entry (id),
  person_id  TEXT NOT NULL REFERENCES person (id),
  role       TEXT NOT NULL CHECK (role IN ('typist','verifier','adjudicator')),
  body       TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (entry_id, person_id, role)
);

CREATE TABLE task_lease (
  entry_id   TEXT NOT NULL PRIMARY KEY REFERENCES entry (id),
  role       TEXT NOT NULL CHECK (role IN ('typist','verifier','adjudicator')),
  person_id  TEXT NOT NULL REFERENCES person (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  expires_at BIGINT NOT NULL,
  -- The account whose lease had run out when this one began.
  taken_from TEXT REFERENCES account (id)
);
CREATE INDEX task_lease_person ON task_lease (person_id, role, expires_at);

-- Who was shown the machine's readings of an entry as typist, and until when that keeps them from verifying it.
CREATE TABLE entry_seen (
  entry_id   TEXT NOT NULL REFERENCES entry (id),
  person_id  TEXT NOT NULL REFERENCES person (id),
  seen_until BIGINT NOT NULL,
  PRIMARY KEY (entry_id, person_id)
);

CREATE TABLE job (
  id           TEXT NOT NULL PRIMARY KEY,
  kind         TEXT NOT NULL,
  payload      TEXT NOT NULL,
  dedupe_key   TEXT NOT NULL UNIQUE,
  state        TEXT NOT NULL CHECK (state IN ('ready','leased','done','dead')),
  attempts     BIGINT NOT NULL,
  lost_leases  BIGINT NOT NULL,
  max_attempts BIGINT NOT NULL CHECK (max_attempts >= 1),
  run_at       BIGINT NOT NULL,
  lease_until  BIGINT,
  claimant     TEXT,
  fence        BIGINT NOT NULL,
  last_error   TEXT,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  CHECK ((state = 'leased') = (claimant IS NOT NULL)),
  CHECK ((state = 'leased') = (lease_until IS NOT NULL))
);
CREATE INDEX job_ready ON job (kind, run_at, id) WHERE state = 'ready';
CREATE INDEX job_leased ON job (lease_until) WHERE state = 'leased';
CREATE INDEX job_unfinished ON job (state, kind, id) WHERE state <> 'done';

-- The tip of each chain; appending takes this row's lock, which is what keeps a chain free of forks.
CREATE TABLE audit_chain (
  book_id     TEXT NOT NULL PRIMARY KEY,
  seq         BIGINT NOT NULL,
  hash        TEXT NOT NULL,
  signed_seq  BIGINT NOT NULL
);
CREATE INDEX audit_chain_unsigned ON audit_chain (book_id) WHERE signed_seq < seq;

CREATE TABLE audit_event (
  book_id     TEXT NOT NULL,
  seq         BIGINT NOT NULL CHECK (seq >= 1),
  at          BIGINT NOT NULL,
  account_id  TEXT,
  address     TEXT,
  action      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  detail      TEXT NOT NULL,
  before_hash TEXT,
  after_hash  TEXT,
  prev_hash   TEXT NOT NULL,
  hash        TEXT NOT NULL,
  PRIMARY KEY (book_id, seq)
);
CREATE INDEX audit_event_subject ON audit_event (subject, at);

CREATE TABLE audit_value (
  book_id TEXT NOT NULL,
  seq     BIGINT NOT NULL,
  salt    TEXT NOT NULL,
  before  TEXT,
  after   TEXT,
  PRIMARY KEY (book_id, seq)
);

CREATE TABLE audit_head (
  book_id   TEXT NOT NULL,
  seq       BIGINT NOT NULL,
  hash      TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  signature TEXT NOT NULL,
  key_id    TEXT NOT NULL,
  PRIMARY KEY (book_id, seq, key_id)
);

CREATE TABLE delivery (
  id         TEXT NOT NULL PRIMARY KEY,
  book_id    TEXT NOT NULL REFERENCES book (id),
  kind       TEXT NOT NULL,
  sha256     TEXT NOT NULL CHECK (length(sha256) = 64),
  file_name  TEXT NOT NULL,
  size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
  entries    BIGINT NOT NULL,
  created_by TEXT NOT NULL REFERENCES person (id),
  created_at BIGINT NOT NULL
);
CREATE INDEX delivery_book ON delivery (book_id, id);
