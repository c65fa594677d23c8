-- Whether another thing has the same name is asked of every list.
CREATE INDEX customers_by_name ON customers (name COLLATE NOCASE) WHERE removed_at_ms IS NULL;
CREATE INDEX pools_by_name ON pools (name COLLATE NOCASE) WHERE removed_at_ms IS NULL;
