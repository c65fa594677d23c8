-- `hashes`: the sum of `work` as a double, for rates of very many rows: a 128-bit integer takes ten times as long to read.
ALTER TABLE rig_minute ADD COLUMN hashes DOUBLE;
UPDATE rig_minute SET hashes = work::DOUBLE;
ALTER TABLE rig_hour ADD COLUMN hashes DOUBLE;
UPDATE rig_hour SET hashes = work::DOUBLE;
ALTER TABLE served_minute ADD COLUMN hashes DOUBLE;
UPDATE served_minute SET hashes = work::DOUBLE;

-- rig_minute of 256 rigs together (rig_no // 256) and without contracts and endpoints: what a fleet of ten thousand rigs is asked for, out of a hundredth of
-- the rows.
CREATE TABLE block_minute AS
  SELECT minute, rig_no // 256 AS block_no, hub_verdict, pool_verdict, reason_no, sum(shares)::BIGINT AS shares, sum(work) AS work, sum(hashes) AS hashes,
    sum(pool_work) AS pool_work, sum(squares) AS squares, sum(pool_squares) AS pool_squares, max(largest) AS largest,
    sum(answers)::BIGINT AS answers, sum(answers_ms)::BIGINT AS answers_ms, max(slowest_ms) AS slowest_ms
  FROM rig_minute GROUP BY ALL;

-- Whose rows are in there: a fleet that has all of a block's has the block.
CREATE TABLE counted_rigs AS SELECT DISTINCT rig_no FROM rig_minute;

-- Of the file, to notice damage; '' = not known.
ALTER TABLE exports ADD COLUMN sha256 VARCHAR DEFAULT '';
