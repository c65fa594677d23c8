-- What pages count each second or two is counted over an index, not over rows: ten thousand rigs by fleet and status in a millisecond, orders for many rigs by outcome.
CREATE INDEX rigs_by_fleet ON rigs (fleet_no, status, nominal_hps, first_seen_ms, lifecycle, removed_at_ms) WHERE removed_at_ms IS NULL AND lifecycle = 'active';
CREATE INDEX batch_rigs_by_outcome ON batch_rigs (batch_no, outcome) WHERE outcome IS NOT NULL;
