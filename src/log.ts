export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Record<string, string | number | boolean | null | undefined>;

const severity: Readonly<Record<LogLevel, number>> = Object.freeze({ debug: 0, info: 1, warn: 2, error: 3 });

/** Structured lines on stderr, one per event. The only user of console output. */
export type Log = {
  debug: (event: string, fields?: LogFields) => void;
  info: (event: string, fields?: LogFields) => void;
  warn: (event: string, fields?: LogFields) => void;
  error: (event: string, fields?: LogFields) => void;
};

/** Writes lines of at least `level` through `write` (default: stderr). Control characters are escaped by JSON, so a rig's words cannot forge a line. */
export function createLog(level: LogLevel = "info", write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const at =
    (own: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (severity[own] < severity[level]) return;
      write(`${JSON.stringify({ at: new Date().toISOString(), level: own, event, ...fields })}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** For tests and one-shot commands that have nothing to tell. */
export const silentLog: Log = createLog("error", () => {});
