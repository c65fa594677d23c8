-- Where people are told, and what is on its way to them.
CREATE TABLE channels (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  -- JSON {"kind":"webhook"|"email",…} without the credential.
  target TEXT NOT NULL,
  -- Signing secret of a webhook, password of a mail account; empty where there is none.
  secret TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX channels_by_name ON channels (name) WHERE removed_at_ms IS NULL;

CREATE TABLE deliveries (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  channel_no INTEGER NOT NULL REFERENCES channels (no),
  message TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  attempts INTEGER NOT NULL,
  -- When it is tried next; when it was delivered or given up.
  at_ms INTEGER NOT NULL,
  fault TEXT
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (at_ms) WHERE state = 'waiting';
CREATE INDEX deliveries_by_channel ON deliveries (channel_no, no);

-- What the alarms know between two runs: one row, JSON.
CREATE TABLE alarm_memory (
  no INTEGER PRIMARY KEY CHECK (no = 1),
  memory TEXT NOT NULL
) STRICT;
