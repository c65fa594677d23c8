-- Where rigs last connected from, and what they said of themselves: what is left of one that is gone, to know it again by.

CREATE TABLE rig_connections (
  rig_no INTEGER PRIMARY KEY REFERENCES rigs (no),
  address TEXT NOT NULL,
  agent TEXT NOT NULL
) STRICT;
