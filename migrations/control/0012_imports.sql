-- Files of rigs that somebody sent, and what became of each row once the file was applied.

CREATE TABLE imports (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at_ms INTEGER NOT NULL,
  by TEXT NOT NULL,
  by_name TEXT NOT NULL,
  file_name TEXT NOT NULL,
  text TEXT NOT NULL,
  fleet_no INTEGER NOT NULL REFERENCES fleets (no),
  give_codes INTEGER NOT NULL CHECK (give_codes IN (0, 1)),
  mapping TEXT,
  state TEXT NOT NULL CHECK (state IN ('ready', 'applying', 'done')),
  total INTEGER NOT NULL,
  done INTEGER NOT NULL
) STRICT;

CREATE TABLE import_rows (
  import_no INTEGER NOT NULL REFERENCES imports (no),
  line INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('new', 'changed', 'unchanged', 'removed', 'error')),
  detail TEXT NOT NULL,
  PRIMARY KEY (import_no, line)
) STRICT, WITHOUT ROWID;
