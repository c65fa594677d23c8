-- Scripts poll the counts by status; over this index ten thousand rigs are counted in well under a millisecond.
CREATE INDEX rigs_by_status ON rigs (status) WHERE removed_at_ms IS NULL;
