-- Sites, and what keeps one machine one rig: further worker names of a rig, and where a merged one went.

CREATE TABLE sites (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  timezone TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sites_by_name ON sites (name) WHERE removed_at_ms IS NULL;
CREATE INDEX fleets_by_site ON fleets (site_id) WHERE site_id IS NOT NULL;
CREATE INDEX rigs_by_site ON rigs (site_id) WHERE site_id IS NOT NULL;

-- A worker name that is not its rig's own name. The fleet is the one on whose ports the name comes in.
CREATE TABLE worker_names (
  fleet_no INTEGER NOT NULL REFERENCES fleets (no),
  name TEXT NOT NULL,
  rig_no INTEGER NOT NULL REFERENCES rigs (no),
  PRIMARY KEY (fleet_no, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX worker_names_by_rig ON worker_names (rig_no);

-- Set on a removed row only, and never points at a row that was merged itself.
ALTER TABLE rigs ADD COLUMN merged_into_no INTEGER REFERENCES rigs (no);
CREATE INDEX rigs_by_survivor ON rigs (merged_into_no) WHERE merged_into_no IS NOT NULL;
