-- Sums of squares say how wide an interval is, for which a double is exact enough. As a 128-bit integer one of less than 2^24 took DuckDB 350 ns to read,
-- others 50, and a double takes 5.
ALTER TABLE rig_minute ALTER squares TYPE DOUBLE;
ALTER TABLE rig_minute ALTER pool_squares TYPE DOUBLE;
ALTER TABLE rig_hour ALTER squares TYPE DOUBLE;
ALTER TABLE rig_hour ALTER pool_squares TYPE DOUBLE;
ALTER TABLE served_minute ALTER squares TYPE DOUBLE;
ALTER TABLE served_minute ALTER pool_squares TYPE DOUBLE;
ALTER TABLE block_minute ALTER squares TYPE DOUBLE;
ALTER TABLE block_minute ALTER pool_squares TYPE DOUBLE;

-- What the hub accepted of each rig, as a double and without fates: what ten thousand rigs' hashrates of the last minutes are asked of, out of half of
-- the rows. From minute `effective_from` on.
CREATE TABLE effective_minute AS
  SELECT minute, rig_no, sum(hashes) AS hashes FROM rig_minute
  WHERE hub_verdict = 0 AND minute >= (SELECT max(minute) FROM rig_minute) - 2880 GROUP BY ALL ORDER BY minute, rig_no;
ALTER TABLE rollups ADD COLUMN effective_from INTEGER DEFAULT 0;
UPDATE rollups SET effective_from = (SELECT coalesce(max(minute) - 2880, 0) FROM rig_minute);
