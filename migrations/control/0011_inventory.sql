-- Rigs as assets: codes by a pattern of the site, the catalogue of models, warranty, repairs.

ALTER TABLE sites ADD COLUMN asset_code_pattern TEXT;
ALTER TABLE rigs ADD COLUMN warranty_until TEXT;

-- Every asset code that a rig ever bore: none is given to another machine, because labels outlive rows.
CREATE TABLE asset_codes (
  code TEXT PRIMARY KEY,
  rig_no INTEGER NOT NULL REFERENCES rigs (no)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO asset_codes (code, rig_no) SELECT asset_code, no FROM rigs WHERE asset_code IS NOT NULL ORDER BY removed_at_ms IS NOT NULL, no;
CREATE TRIGGER asset_code_of_new_rig AFTER INSERT ON rigs WHEN new.asset_code IS NOT NULL
BEGIN
  INSERT OR IGNORE INTO asset_codes (code, rig_no) VALUES (new.asset_code, new.no);
END;
CREATE TRIGGER asset_code_of_rig AFTER UPDATE OF asset_code ON rigs WHEN new.asset_code IS NOT NULL AND new.asset_code IS NOT old.asset_code
BEGIN
  INSERT OR IGNORE INTO asset_codes (code, rig_no) VALUES (new.asset_code, new.no);
END;

-- The last number given for what stands around it: `AM-S19XP-#` -> 123.
CREATE TABLE asset_code_numbers (
  stem TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  algorithm TEXT NOT NULL CHECK (algorithm IN ('sha256d', 'scrypt')),
  nominal_hps REAL NOT NULL,
  watts INTEGER
) STRICT;
CREATE UNIQUE INDEX models_by_name ON models (name) WHERE removed_at_ms IS NULL;

CREATE TABLE repairs (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  rig_no INTEGER NOT NULL REFERENCES rigs (no),
  at_ms INTEGER NOT NULL,
  by TEXT NOT NULL,
  by_name TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX repairs_by_rig ON repairs (rig_no, no);
