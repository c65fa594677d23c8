-- How much evidence a verdict about this contract's rigs needs, and how many shares they are asked for; NULL = as its fleet says.
ALTER TABLE contracts ADD COLUMN shares_per_minute REAL;
ALTER TABLE contracts ADD COLUMN period TEXT CHECK (period IN ('quick', 'normal', 'sure'));
