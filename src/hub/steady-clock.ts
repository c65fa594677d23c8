/** The wall clock is believed to have been set when it is off by this much; less is the noise of reading two clocks. */
const stepMsMin = 1_000;

export type SteadyClock = {
  /** Whole milliseconds, read like Unix time; they only go forward, at the pace of seconds, whatever is done to the wall clock. */
  now: () => number;
  /** The same moment on the wall clock as it is set now; for records. */
  wallOf: (ms: number) => number;
  /** Looks whether somebody set the wall clock; called about once a second. */
  follow: () => void;
};

/**
 * Everything that waits, times out or is measured uses this clock, so that an hour's jump of the machine's clock ends no session and
 * changes no status. `wallMs`: Unix time in ms, may jump. `monotonicMs`: ms from any origin, only goes forward.
 */
export function steadyClock({ wallMs, monotonicMs }: { wallMs: () => number; monotonicMs: () => number }): SteadyClock {
  const origin = wallMs() - monotonicMs();
  let wallAheadMs = 0;
  const now = () => Math.floor(origin + monotonicMs());
  return {
    now,
    wallOf: (ms) => ms + wallAheadMs,
    follow() {
      const ahead = wallMs() - now();
      if (Math.abs(ahead - wallAheadMs) >= stepMsMin) wallAheadMs = ahead;
    },
  };
}
