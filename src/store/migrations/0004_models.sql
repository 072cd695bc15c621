-- Line models beside the shipped one; the files of each lie in models/<folder> of the data folder.
CREATE TABLE model (
  name     TEXT NOT NULL CHECK (name <> ''),
  version  TEXT NOT NULL CHECK (version <> ''),
  folder   TEXT NOT NULL UNIQUE CHECK (folder <> ''),
  checksum TEXT NOT NULL CHECK (length(checksum) = 64),
  shadow   BIGINT NOT NULL CHECK (shadow IN (0, 1)),
  added_at BIGINT NOT NULL,
  PRIMARY KEY (name, version)
);

-- Which model reads what: of each scope the newest that was not taken back. Without project or kind it holds
-- for every one.
CREATE TABLE model_activation (
  seq          BIGINT NOT NULL PRIMARY KEY,
  project_id   TEXT REFERENCES project (id),
  kind         TEXT,
  name         TEXT NOT NULL,
  version      TEXT NOT NULL,
  activated_at BIGINT NOT NULL,
  activated_by TEXT REFERENCES account (id),
  undone_at    BIGINT,
  undone_by    TEXT REFERENCES account (id),
  FOREIGN KEY (name, version) REFERENCES model (name, version),
  CHECK (undone_by IS NULL OR undone_at IS NOT NULL)
);
CREATE INDEX model_activation_standing ON model_activation (seq) WHERE undone_at IS NULL;

-- Read in the shadow of the active model: compared, never shown to a clerk.
ALTER TABLE proposal ADD COLUMN shadow BIGINT NOT NULL DEFAULT 0 CHECK (shadow IN (0, 1));
CREATE INDEX proposal_shadow ON proposal (model, model_version, entry_id, key, settings) WHERE shadow = 1;
