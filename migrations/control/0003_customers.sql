CREATE TABLE customers (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  external_ref TEXT,
  name TEXT NOT NULL,
  email TEXT,
  timezone TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX customers_by_external_ref ON customers (external_ref) WHERE removed_at_ms IS NULL AND external_ref IS NOT NULL;
CREATE INDEX customers_in_order ON customers (name, no) WHERE removed_at_ms IS NULL;

-- Who owns what: asked whenever a customer is to be removed.
CREATE INDEX pools_by_customer ON pools (customer_id) WHERE removed_at_ms IS NULL AND customer_id IS NOT NULL;
CREATE INDEX profiles_by_customer ON profiles (customer_id) WHERE removed_at_ms IS NULL AND customer_id IS NOT NULL;
CREATE INDEX rigs_by_owner ON rigs (owner_customer_id) WHERE removed_at_ms IS NULL AND owner_customer_id IS NOT NULL;
