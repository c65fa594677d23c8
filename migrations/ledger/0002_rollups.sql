-- Shares counted by fate (our verdict, the pool's, its reason) per minute and hour, rig, contract and endpoint. Rows of one key
-- add up: a share that came late adds a row, a late verdict adds one that takes the share out of its old fate and one that
-- puts it into the new. `squares` and `pool_squares` are sums of max(1, round(work / 2^32))^2; `pool_work` is 0 for
-- what was not forwarded, `squares` and `largest` for what the hub did not accept. `largest` and `slowest_ms` never get smaller.
CREATE TABLE rig_minute (
  minute INTEGER NOT NULL,
  rig_no INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  pool_no INTEGER NOT NULL,
  hub_verdict UTINYINT NOT NULL,
  pool_verdict UTINYINT NOT NULL,
  reason_no USMALLINT NOT NULL,
  shares BIGINT NOT NULL,
  work HUGEINT NOT NULL,
  pool_work HUGEINT NOT NULL,
  squares HUGEINT NOT NULL,
  pool_squares HUGEINT NOT NULL,
  largest HUGEINT NOT NULL,
  answers BIGINT NOT NULL,
  answers_ms BIGINT NOT NULL,
  slowest_ms INTEGER NOT NULL
);

CREATE TABLE rig_hour (
  hour INTEGER NOT NULL,
  rig_no INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  pool_no INTEGER NOT NULL,
  hub_verdict UTINYINT NOT NULL,
  pool_verdict UTINYINT NOT NULL,
  reason_no USMALLINT NOT NULL,
  shares BIGINT NOT NULL,
  work HUGEINT NOT NULL,
  pool_work HUGEINT NOT NULL,
  squares HUGEINT NOT NULL,
  pool_squares HUGEINT NOT NULL,
  largest HUGEINT NOT NULL,
  answers BIGINT NOT NULL,
  answers_ms BIGINT NOT NULL,
  slowest_ms INTEGER NOT NULL
);

-- What the days hold, of the shares that are in the rollups, and how much of it lies in Parquet. `changes` counts late verdicts.
CREATE TABLE days (
  day INTEGER NOT NULL,
  row_count BIGINT NOT NULL,
  first_sequence BIGINT NOT NULL,
  last_sequence BIGINT NOT NULL,
  changes BIGINT NOT NULL,
  exported_through BIGINT NOT NULL,
  exported_changes BIGINT NOT NULL
);

-- Files of raw shares: those received in [from_ms, to_ms) with a sequence up to `through_sequence` that were in the table then.
-- state 0: the rows are in the table too. 1: they are being deleted from it and count as gone. 2: they are gone.
CREATE TABLE exports (
  file VARCHAR NOT NULL,
  day INTEGER NOT NULL,
  from_ms BIGINT NOT NULL,
  to_ms BIGINT NOT NULL,
  through_sequence BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  state UTINYINT NOT NULL
);

-- Shares up to `rolled_sequence` are in rig_minute (from minute `minutes_from` on) and, for hours before `hours_through`, in
-- rig_hour. Whatever changes where an answer is to be read raises `generation`, in the same transaction. Where the database was
-- built anew, files of shares with a sequence below `restore_below` are still being counted; 0 = none.
CREATE TABLE rollups (
  rolled_sequence BIGINT NOT NULL,
  hours_through INTEGER NOT NULL,
  minutes_from INTEGER NOT NULL,
  generation BIGINT NOT NULL,
  restore_below BIGINT NOT NULL
);
INSERT INTO rollups VALUES (0, 0, 0, 0, 0);
