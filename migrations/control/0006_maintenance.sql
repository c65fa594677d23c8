-- Planned absences. `subject` is JSON: {"kind":"fleet"|"site"|"rack"|"rigs",…}, as `src/control/maintenance.ts` reads it.
CREATE TABLE maintenance (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  subject TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL CHECK (to_ms > from_ms),
  reason TEXT NOT NULL,
  excused INTEGER NOT NULL CHECK (excused IN (0, 1))
) STRICT;
CREATE INDEX maintenance_by_end ON maintenance (to_ms) WHERE removed_at_ms IS NULL;
