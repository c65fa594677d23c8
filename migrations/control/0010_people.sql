-- Who changed what: one row per deed, each hash over the one before. Rows are added and never touched again.
CREATE TABLE audit (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  -- Canonical JSON (keys in order) of all there is to know; the columns before it are for searching, and must say the same.
  entry TEXT NOT NULL,
  -- SHA-256, in hex, of the hash before (nothing for the first), a line feed, and `entry`.
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at_ms);
CREATE INDEX audit_by_actor ON audit (actor, no);

CREATE TABLE audit_subjects (
  subject_id TEXT NOT NULL,
  audit_no INTEGER NOT NULL REFERENCES audit (no),
  PRIMARY KEY (subject_id, audit_no)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_keeps_all_rows BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;

-- The second step of a sign-in; enabled_at_ms NULL = begun and not confirmed.
CREATE TABLE second_factors (
  user_no INTEGER PRIMARY KEY REFERENCES users (no),
  -- Base32, as authenticator apps take it.
  secret TEXT NOT NULL,
  enabled_at_ms INTEGER,
  -- The 30-second step of the last code that was taken: no code is taken twice.
  last_step INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
  user_no INTEGER NOT NULL REFERENCES users (no),
  code_hash BLOB NOT NULL,
  PRIMARY KEY (user_no, code_hash)
) STRICT, WITHOUT ROWID;

-- Links with which somebody sets a password of his own, once.
CREATE TABLE password_links (
  user_no INTEGER PRIMARY KEY REFERENCES users (no),
  token_hash BLOB NOT NULL UNIQUE,
  expires_at_ms INTEGER NOT NULL
) STRICT;
