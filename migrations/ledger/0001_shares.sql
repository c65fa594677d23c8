-- One row per submitted share, as the journal recorded it; later verdicts of pools are applied to it. Codes and numbers are
-- those of src/ledger/journal-format.ts. No index: rows come in order of sequence and nearly of time, and zone maps find them.
CREATE TABLE shares (
  sequence BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  rig_no INTEGER NOT NULL,
  session_no INTEGER NOT NULL,
  contract_no INTEGER NOT NULL,
  pool_no INTEGER NOT NULL,
  algorithm UTINYINT NOT NULL,
  difficulty DOUBLE NOT NULL,
  pool_difficulty DOUBLE NOT NULL,
  -- max(1, round-half-even(difficulty x hashes per difficulty)), 0 for difficulty 0.
  work HUGEINT NOT NULL,
  pool_work HUGEINT NOT NULL,
  hub_verdict UTINYINT NOT NULL,
  pool_verdict UTINYINT NOT NULL,
  reason_no USMALLINT NOT NULL,
  answered_ms INTEGER NOT NULL
);

-- Texts of pools' rejections and of our own; 0 = none.
CREATE TABLE reasons (reason_no USMALLINT NOT NULL, text VARCHAR NOT NULL);

-- When a hub was running on this folder. The time between the runs is "no data", never zero.
CREATE TABLE runs (boot_no INTEGER NOT NULL, from_ms BIGINT NOT NULL, to_ms BIGINT NOT NULL);

-- How far the journal has been applied; changed in the same transaction as the rows.
CREATE TABLE progress (applied_sequence BIGINT NOT NULL);
INSERT INTO progress VALUES (0);
