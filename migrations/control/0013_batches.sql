-- One order for many rigs, and what became of each of them.

CREATE TABLE batches (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  created_at_ms INTEGER NOT NULL,
  by TEXT NOT NULL,
  by_name TEXT NOT NULL,
  what TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'applying', 'done')),
  total INTEGER NOT NULL,
  done INTEGER NOT NULL
) STRICT;

CREATE TABLE batch_rigs (
  batch_no INTEGER NOT NULL REFERENCES batches (no),
  at INTEGER NOT NULL,
  rig_id TEXT NOT NULL,
  outcome TEXT CHECK (outcome IN ('changed', 'unchanged', 'refused')),
  detail TEXT,
  PRIMARY KEY (batch_no, at)
) STRICT, WITHOUT ROWID;
