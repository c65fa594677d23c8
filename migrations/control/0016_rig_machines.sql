-- A serial and a MAC are one machine's: whether another rig has it is asked with each change, and three thousand times for a file.

CREATE INDEX rigs_by_serial ON rigs (serial COLLATE NOCASE) WHERE serial IS NOT NULL;
CREATE INDEX rigs_by_mac ON rigs (mac COLLATE NOCASE) WHERE mac IS NOT NULL;
