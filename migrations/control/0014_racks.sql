-- Racks as things: how many levels and slots stand at a place that rigs name in words.

CREATE TABLE racks (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  site_id TEXT,
  building TEXT,
  row TEXT,
  name TEXT NOT NULL,
  levels INTEGER NOT NULL,
  slots INTEGER NOT NULL
) STRICT;
-- Where a rig says that it stands, case aside, there is one rack or none.
CREATE UNIQUE INDEX racks_by_place ON racks (
  coalesce(site_id, ''), coalesce(building, '') COLLATE NOCASE, coalesce(row, '') COLLATE NOCASE, name COLLATE NOCASE
) WHERE removed_at_ms IS NULL;
