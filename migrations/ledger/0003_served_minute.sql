-- rig_minute without the rigs: what contracts and endpoints are asked for as a whole, out of a ten thousandth of the rows.
CREATE TABLE served_minute AS
  SELECT minute, contract_no, pool_no, hub_verdict, pool_verdict, reason_no, sum(shares)::BIGINT AS shares, sum(work) AS work,
    sum(pool_work) AS pool_work, sum(squares) AS squares, sum(pool_squares) AS pool_squares, max(largest) AS largest,
    sum(answers)::BIGINT AS answers, sum(answers_ms)::BIGINT AS answers_ms, max(slowest_ms) AS slowest_ms
  FROM rig_minute GROUP BY ALL;
