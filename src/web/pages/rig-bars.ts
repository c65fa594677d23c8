import type { RigStrip } from "../../../views/pages/rig-columns.tsx";
import type { StripBar } from "../../../views/parts/delivery-strip.tsx";
import type { Rig } from "../../control/rig-row.ts";
import { coveredMs, type WorkDay } from "../work-book.ts";

/** A bar is an hour: of fewer shares most bars of most rigs would differ by luck alone. The last day of them and the one that runs. */
export const rigBarMs = 3_600_000;
export const rigBars = 24;

/** Of a shorter time a bar is luck; and of one that is not much longer it may be low by luck, which is no reason to colour it. */
const drawnMsMin = 120_000;
const colouredMsMin = 600_000;

type Measured = { ms: number; hps: number };
type Hour = Measured | { kind: "no-data" | "early" | "none" };
type AskedRig = Pick<Rig, "no" | "nominalHps" | "firstSeenMs" | "lifecycle">;

/**
 * The last 24 hours of a rig: its effective hashrate over its nominal, over the time in which a hub was running and the rig was known. Where it has no
 * nominal: over its own best hour. `shortBelow` (0..1): below it the rig counts as degraded.
 */
export function rigStripOf(day: WorkDay, rig: AskedRig, shortBelow: number): RigStrip {
  const works = day.of(rig.no);
  const hours = Array.from({ length: rigBars }, (_, bar): Hour => {
    // The first bucket of the book is the hour that ends where 24 whole ones begin.
    const at = bar + 1;
    return hourOf(day, rig, { fromMs: day.fromMs + at * rigBarMs, hashes: works?.[at] ?? 0 });
  });
  const by = rig.nominalHps !== null && rig.nominalHps > 0 ? "nominal" : "best";
  const bestHps = hours.reduce((best, hour) => ("hps" in hour ? Math.max(best, hour.hps) : best), 0);
  const fullHps = by === "nominal" ? (rig.nominalHps ?? 0) : bestHps;
  return { bars: hours.map((hour) => barOf(hour, fullHps, shortBelow)), by, shortBelow };
}

function hourOf(day: WorkDay, { firstSeenMs, lifecycle }: AskedRig, { fromMs, hashes }: { fromMs: number; hashes: number }): Hour {
  const window = { fromMs: Math.max(fromMs, firstSeenMs ?? Number.POSITIVE_INFINITY), toMs: Math.min(fromMs + rigBarMs, day.asOfMs) };
  const lengthMs = window.toMs - window.fromMs;
  // Since when a rig is out of use is not known; that it did nothing is no news of one that is.
  if (lengthMs <= 0 || (hashes === 0 && lifecycle !== "active")) return { kind: "none" };
  const ms = coveredMs(window, day.gaps);
  if (ms === null) return { kind: "no-data" };
  return ms < drawnMsMin ? { kind: "early" } : { ms, hps: (hashes / ms) * 1_000 };
}

function barOf(hour: Hour, fullHps: number, shortBelow: number): StripBar {
  if ("kind" in hour) return hour;
  const part = fullHps > 0 ? hour.hps / fullHps : 0;
  return { kind: "delivered", part, isShort: part < shortBelow && hour.ms >= colouredMsMin };
}
