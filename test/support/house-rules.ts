/**
 * The house as data: its rooms, who may import whom, and what each may take from outside. `test/tidy.test.ts` holds every file against it.
 * The overrides in biome.json are its echo in the editor; this table is the one that counts.
 */
export type Room = { imports: readonly string[]; outside: readonly string[] };

const think = ["work", "stratum", "health", "schedule", "sla"];
const remember = ["control", "ledger"];
const house = ["log", "config"];

/** Rooms are folders of `src` (and `views`), or the single files beside them by name. `outside` holds packages, or prefixes that end in `*`. */
export const rooms: Readonly<Record<string, Room>> = Object.freeze({
  // Think.
  work: { imports: [], outside: [] },
  stratum: { imports: ["work"], outside: [] },
  health: { imports: ["work"], outside: [] },
  schedule: { imports: ["work", "health"], outside: [] },
  sla: { imports: ["work", "health", "schedule"], outside: [] },
  // Remember.
  control: { imports: [...think, "log", "migrations"], outside: ["bun:sqlite", "node:*", "otpauth"] },
  ledger: { imports: [...think, "log", "migrations"], outside: ["@duckdb/node-api", "@duckdb/node-bindings*", "bun:ffi", "node:*"] },
  // Act. None of these knows another; main.ts hands over functions.
  hub: { imports: [...think, ...remember, ...house], outside: ["bun", "node:*", "ipaddr.js"] },
  watch: { imports: [...think, ...remember, ...house], outside: ["croner"] },
  web: {
    imports: [...think, ...remember, ...house, "views"],
    outside: [
      "elysia",
      "elysia/*",
      "@elysiajs/*",
      "@sinclair/typebox",
      "@sinclair/typebox/*",
      "@kitajs/html",
      "htmx.org/*",
      "rapidoc/*",
      "rate-limiter-flexible",
      "ipaddr.js",
      "csv-parse",
      "bun",
      "node:*",
      "uqr",
    ],
  },
  notify: { imports: [...think, ...remember, ...house], outside: ["node:*", "nodemailer", "ipaddr.js"] },
  simulate: { imports: ["work", "stratum"], outside: ["bun"] },
  views: { imports: [...think], outside: ["@kitajs/html", "@kitajs/html/*"] },
  // The edge: commands are given the hub as a function.
  cli: { imports: [...think, ...remember, ...house, "simulate", "package.json"], outside: ["node:*"] },
  // Single files.
  log: { imports: [], outside: [] },
  config: { imports: ["log"], outside: ["node:*"] },
  build: { imports: ["config", "ledger", "package.json"], outside: ["node:*", "bun"] },
  main: { imports: [...think, ...remember, ...house, "hub", "watch", "web", "notify", "cli"], outside: ["node:*"] },
});

export const thinkingRooms: readonly string[] = think;

/** The one file of a thinking room that may reach outside: hashing is native code. */
export const hashFile = "src/work/hash.ts";
export const hashOutside: readonly string[] = ["node:crypto"];

/** The one file that puts bytes on the hub's sockets. */
export const lineWriter = "src/hub/line-writer.ts";
/** The one file that reads the environment. */
export const environmentReader = "src/config.ts";
