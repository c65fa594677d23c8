-- The overview asks each second who was taken out; they are few among thousands.
CREATE INDEX rigs_draining ON rigs (name) WHERE draining = 1 AND removed_at_ms IS NULL;
CREATE INDEX rigs_parked ON rigs (name) WHERE parked = 1 AND removed_at_ms IS NULL;
