import shares from "../../migrations/ledger/0001_shares.sql" with { type: "text" };
import rollups from "../../migrations/ledger/0002_rollups.sql" with { type: "text" };
import servedMinute from "../../migrations/ledger/0003_served_minute.sql" with { type: "text" };
import blocks from "../../migrations/ledger/0004_blocks.sql" with { type: "text" };
import rates from "../../migrations/ledger/0005_rates.sql" with { type: "text" };

/** Forward only, in order; the number of those applied is kept in the database. */
export const ledgerMigrations: readonly { name: string; sql: string }[] = Object.freeze([
  { name: "0001_shares", sql: shares },
  { name: "0002_rollups", sql: rollups },
  { name: "0003_served_minute", sql: servedMinute },
  { name: "0004_blocks", sql: blocks },
  { name: "0005_rates", sql: rates },
]);
