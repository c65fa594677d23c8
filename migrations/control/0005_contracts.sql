-- What is sold. A contract is never removed: it ends, and its number (made of `no`) is never given out again.

CREATE TABLE contracts (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER CHECK (removed_at_ms IS NULL),
  external_ref TEXT UNIQUE,
  customer_no INTEGER NOT NULL REFERENCES customers (no),
  fleet_no INTEGER NOT NULL REFERENCES fleets (no),
  method TEXT NOT NULL CHECK (method IN ('threshold', 'miners')),
  promised_hps REAL NOT NULL CHECK (promised_hps >= 1),
  tolerance_bp INTEGER NOT NULL,
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
  profile_no INTEGER NOT NULL REFERENCES profiles (no),
  starts_at_ms INTEGER NOT NULL,
  ends_at_ms INTEGER CHECK (ends_at_ms > starts_at_ms),
  sla TEXT,
  allow_short INTEGER NOT NULL CHECK (allow_short IN (0, 1)),
  notes TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('scheduled', 'activating', 'active', 'suspended', 'ended')),
  state_since_ms INTEGER NOT NULL,
  state_reason TEXT,
  -- The first share that its pool accepted.
  activated_at_ms INTEGER,
  -- The `state_since_ms` of the wait for it that an event has told of.
  wait_told_of_ms INTEGER,
  terminates_at_ms INTEGER,
  terminate_reason TEXT,
  ended_reason TEXT CHECK (ended_reason IN ('term', 'terminated')),
  CHECK ((terminates_at_ms IS NULL) = (terminate_reason IS NULL)),
  CHECK ((state = 'ended') = (ended_reason IS NOT NULL))
) STRICT;
CREATE INDEX contracts_open ON contracts (state) WHERE state <> 'ended';
CREATE INDEX contracts_by_customer ON contracts (customer_no);
CREATE INDEX contracts_by_fleet ON contracts (fleet_no) WHERE state <> 'ended';
CREATE INDEX contracts_by_profile ON contracts (profile_no) WHERE state <> 'ended';

-- Each place of a `miners` contract is one whole rig. `no` counts from 1 in its contract.
CREATE TABLE contract_places (
  contract_no INTEGER NOT NULL REFERENCES contracts (no),
  no INTEGER NOT NULL,
  rig_no INTEGER REFERENCES rigs (no),
  nominal_hps REAL NOT NULL,
  model TEXT,
  PRIMARY KEY (contract_no, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX contract_places_by_rig ON contract_places (rig_no) WHERE rig_no IS NOT NULL;

-- Every change of a contract, with its terms from then on: what was promised at any moment is read from here.
CREATE TABLE contract_history (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  contract_no INTEGER NOT NULL REFERENCES contracts (no),
  at_ms INTEGER NOT NULL,
  verb TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  reason TEXT,
  terms TEXT NOT NULL
) STRICT;
CREATE INDEX contract_history_by_contract ON contract_history (contract_no, no);

CREATE INDEX allocations_open_by_contract ON allocations (contract_no) WHERE to_ms IS NULL AND contract_no IS NOT NULL;
