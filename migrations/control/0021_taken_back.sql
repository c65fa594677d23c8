-- The import that this one takes back, so that a list can say of that one that it is undone.
ALTER TABLE imports ADD COLUMN undo_of INTEGER;
