-- Lists as somebody looks at them: what narrows, sorts and fills them, under a name of his own.
CREATE TABLE saved_views (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  removed_at_ms INTEGER,
  user_no INTEGER NOT NULL REFERENCES users (no),
  list TEXT NOT NULL CHECK (list IN ('rigs', 'contracts', 'events')),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  opens_first INTEGER NOT NULL CHECK (opens_first IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX saved_views_by_name ON saved_views (user_no, list, name COLLATE NOCASE) WHERE removed_at_ms IS NULL;
CREATE UNIQUE INDEX saved_views_first ON saved_views (user_no, list) WHERE opens_first = 1 AND removed_at_ms IS NULL;
