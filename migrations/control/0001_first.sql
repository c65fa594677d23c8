-- Row numbers (`no`) are used in the share journal and in DuckDB, so they must never be given out twice: AUTOINCREMENT.
-- Removed rows stay with `removed_at_ms`, because shares, allocations and events go on pointing at them.

CREATE TABLE pools (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
  tls INTEGER NOT NULL CHECK (tls IN (0, 1)),
  algorithm TEXT NOT NULL CHECK (algorithm IN ('sha256d', 'scrypt')),
  username TEXT NOT NULL,
  password TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('shared', 'per-rig')),
  customer_id TEXT
) STRICT;

CREATE TABLE profiles (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  return_after_s INTEGER NOT NULL,
  customer_id TEXT
) STRICT;

CREATE TABLE profile_pools (
  profile_no INTEGER NOT NULL REFERENCES profiles (no),
  position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 4),
  pool_no INTEGER NOT NULL REFERENCES pools (no),
  PRIMARY KEY (profile_no, position),
  UNIQUE (profile_no, pool_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX profile_pools_by_pool ON profile_pools (pool_no);

CREATE TABLE fleets (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  algorithm TEXT NOT NULL CHECK (algorithm IN ('sha256d', 'scrypt')),
  site_id TEXT,
  house_profile_no INTEGER REFERENCES profiles (no),
  method TEXT NOT NULL CHECK (method IN ('threshold', 'miners')),
  tolerance_bp INTEGER NOT NULL,
  alarm_threshold_bp INTEGER NOT NULL,
  reserve_bp INTEGER NOT NULL,
  shares_per_minute REAL NOT NULL,
  period TEXT NOT NULL CHECK (period IN ('quick', 'normal', 'sure')),
  degraded_below_bp INTEGER NOT NULL,
  disconnect_grace_s INTEGER NOT NULL,
  held_until_ms INTEGER,
  held_reason TEXT,
  CHECK ((held_until_ms IS NULL) = (held_reason IS NULL))
) STRICT;
CREATE UNIQUE INDEX fleets_by_name ON fleets (name) WHERE removed_at_ms IS NULL;

CREATE TABLE listeners (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  bind TEXT NOT NULL,
  fleet_no INTEGER NOT NULL REFERENCES fleets (no),
  protocol TEXT NOT NULL CHECK (protocol IN ('v1')),
  tls_cert_file TEXT,
  tls_key_file TEXT,
  proxy_from TEXT NOT NULL,
  enrol INTEGER NOT NULL CHECK (enrol IN (0, 1)),
  e1_bytes INTEGER NOT NULL,
  e2_bytes INTEGER NOT NULL,
  is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
  CHECK ((tls_cert_file IS NULL) = (tls_key_file IS NULL))
) STRICT;
-- Port 0 means "any free port" and may be used by several listeners.
CREATE UNIQUE INDEX listeners_by_bind ON listeners (bind) WHERE removed_at_ms IS NULL AND bind NOT LIKE '%:0';
CREATE UNIQUE INDEX listeners_primary ON listeners (is_primary) WHERE removed_at_ms IS NULL AND is_primary = 1;
CREATE INDEX listeners_by_fleet ON listeners (fleet_no);

CREATE TABLE rigs (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  fleet_no INTEGER NOT NULL REFERENCES fleets (no),
  asset_code TEXT,
  site_id TEXT,
  building TEXT,
  row TEXT,
  rack TEXT,
  position TEXT,
  owner_customer_id TEXT,
  model TEXT,
  serial TEXT,
  mac TEXT,
  nominal_hps REAL,
  nominal_source TEXT CHECK (nominal_source IN ('declared', 'hint', 'learned')),
  lend TEXT NOT NULL CHECK (lend IN ('none', 'house', 'all')),
  lifecycle TEXT NOT NULL CHECK (lifecycle IN ('storage', 'active', 'maintenance', 'retired')),
  status TEXT NOT NULL CHECK (status IN ('vetting', 'online', 'degraded', 'offline', 'rejecting', 'flapping', 'quarantined')),
  status_since_ms INTEGER NOT NULL,
  status_code TEXT NOT NULL,
  status_text TEXT NOT NULL,
  pinned_profile_no INTEGER REFERENCES profiles (no),
  draining INTEGER NOT NULL CHECK (draining IN (0, 1)),
  parked INTEGER NOT NULL CHECK (parked IN (0, 1)),
  notes TEXT NOT NULL,
  first_seen_ms INTEGER,
  last_seen_ms INTEGER,
  CHECK ((nominal_hps IS NULL) = (nominal_source IS NULL))
) STRICT;
CREATE UNIQUE INDEX rigs_by_name ON rigs (fleet_no, name) WHERE removed_at_ms IS NULL;
CREATE UNIQUE INDEX rigs_by_asset_code ON rigs (asset_code) WHERE removed_at_ms IS NULL AND asset_code IS NOT NULL;
CREATE INDEX rigs_in_order ON rigs (name, no) WHERE removed_at_ms IS NULL;
CREATE INDEX rigs_by_pin ON rigs (pinned_profile_no) WHERE pinned_profile_no IS NOT NULL;

CREATE TABLE allocations (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  rig_no INTEGER NOT NULL REFERENCES rigs (no),
  contract_no INTEGER,
  fraction REAL NOT NULL CHECK (fraction > 0 AND fraction <= 1),
  profile_no INTEGER REFERENCES profiles (no),
  from_ms INTEGER NOT NULL,
  to_ms INTEGER CHECK (to_ms >= from_ms),
  reason_code TEXT NOT NULL,
  reason_text TEXT NOT NULL,
  decided_by TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX allocations_open ON allocations (rig_no) WHERE to_ms IS NULL;
CREATE INDEX allocations_by_rig ON allocations (rig_no, from_ms);
CREATE INDEX allocations_by_contract ON allocations (contract_no, from_ms) WHERE contract_no IS NOT NULL;
CREATE INDEX allocations_by_profile ON allocations (profile_no) WHERE to_ms IS NULL AND profile_no IS NOT NULL;

CREATE TABLE events (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  type TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT,
  text TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_subject ON events (subject_id, no) WHERE subject_id IS NOT NULL;

CREATE TABLE users (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'operator', 'technician', 'viewer')),
  password_hash TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_by_email ON users (email) WHERE removed_at_ms IS NULL;

-- Sessions of browsers; a rig's session is a connection and lives in memory only.
CREATE TABLE browser_sessions (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  user_no INTEGER NOT NULL REFERENCES users (no),
  token_hash BLOB NOT NULL UNIQUE,
  csrf TEXT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  authenticated_at_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX browser_sessions_by_user ON browser_sessions (user_no);

CREATE TABLE login_attempts (
  key TEXT PRIMARY KEY,
  attempts INTEGER NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_attempts_by_age ON login_attempts (since_ms);

CREATE TABLE tokens (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  expires_at_ms INTEGER,
  last_used_at_ms INTEGER,
  lookup TEXT NOT NULL UNIQUE,
  secret_hash BLOB NOT NULL
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  principal TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (at_ms);
