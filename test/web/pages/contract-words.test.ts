import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { contractSentence, type SentenceFacts } from "../../../src/web/pages/contract-sentence.ts";
import { exactHashrate, readHashrate } from "../../../src/web/pages/hashrate-text.ts";
import { localTimeText, readLocalTime } from "../../../src/web/pages/local-time.ts";

const nowMs = Date.parse("2026-11-22T02:20:00Z");
const at = (text: string) => Date.parse(`2026-11-22T${text}Z`);

function facts(more: Partial<SentenceFacts["contract"]> = {}, rest: Partial<SentenceFacts> = {}): SentenceFacts {
  const contract = { number: "C-00042", state: "active", stateSinceMs: at("00:00:00"), stateReason: null, endedReason: null } as const;
  const terms = { promisedHps: 3e15, startsAtMs: at("00:00:00"), activatedAtMs: at("00:00:00") };
  return {
    contract: { ...contract, ...terms, ...more },
    health: null,
    hps900: 3.03e15,
    serving: [],
    replaced: 0,
    held: null,
    vetting: 0,
    nowMs,
    zone: "UTC",
    ...rest,
  };
}
const replaces = (time: string, text: string) => ({ code: "replaces", sinceMs: at(time), text });

describe("the sentence that is read to a customer", () => {
  test("says what he gets of what he pays for, and who stepped in for whom", () => {
    const serving = [replaces("02:13:00", "S21-031 replaces S21-005, which has sent no accepted share for 95 s; chosen: same rack")];
    expect(contractSentence(facts({}, { serving }))).toBe(
      "C-00042 delivers 101 % of 3.000 PH/s; since 02:13:00 S21-031 replaces S21-005, which has sent no accepted share for 95 s.",
    );
  });

  test("tells the newest of several replacements and counts the others, but no old ones", () => {
    const serving = [replaces("02:00:00", "A replaces B"), replaces("02:10:00", "C replaces D"), { code: "replaces", sinceMs: 0, text: "E replaces F" }];
    const text = (replaced: number) => contractSentence(facts({}, { serving, replaced }));
    expect(text(2)).toContain("since 02:10:00 C replaces D, and 1 more rig was replaced in the last 24 hours.");
    expect(text(5)).toContain("since 02:10:00 C replaces D, and 4 more rigs were replaced in the last 24 hours.");
    expect(text(2)).not.toContain("E replaces F");
    expect(contractSentence(facts({}, { replaced: 2 }))).toContain("; 2 rigs were replaced in the last 24 hours.");
  });

  test("does not hide trouble, and does not guess where nothing is known", () => {
    const health = { state: "degraded", reason: { code: "short", text: "82.0 % of the promise is expected" } } as const;
    expect(contractSentence(facts({}, { health }))).toContain("; it is degraded: 82.0 % of the promise is expected.");
    expect(contractSentence(facts({}, { hps900: null }))).toContain("nothing is known yet");
    const young = { stateSinceMs: at("02:15:00"), activatedAtMs: at("02:15:00") };
    expect(contractSentence(facts(young))).toContain("delivers 101 % of 3.000 PH/s over the 5 min since its first accepted share.");
    expect(contractSentence(facts({ stateSinceMs: at("02:15:00") }))).toContain("over the 5 min since it was resumed.");
    expect(contractSentence(facts(young, { hps900: null }))).toContain("nothing is known yet of what it delivered over the 5 min since its first");
  });

  test("says while nobody moves rigs of its fleet, in force or waiting", () => {
    const held = { untilMs: at("03:30:00"), reason: "switch work in hall 2" };
    expect(contractSentence(facts({}, { held }))).toBe("C-00042 delivers 101 % of 3.000 PH/s; no rigs are moved until 03:30:00: switch work in hall 2.");
    expect(contractSentence(facts({ state: "activating" }, { held }))).toContain("; no rigs are moved until 03:30:00: switch work in hall 2.");
  });

  test("of one that waits for its first share says that no rig serves it, and why", () => {
    const waits = { state: "activating", stateSinceMs: at("02:19:00") } as const;
    expect(contractSentence(facts(waits, { vetting: 3 }))).toBe(
      "C-00042 waits since 02:19:00 (1 min) for the first share that its pool accepts; no rig serves it yet, 3 of its fleet are still in vetting.",
    );
    expect(contractSentence(facts(waits, { serving: [replaces("02:19:00", "A")] }))).not.toContain("vetting");
  });

  test("of one that is not in force says why", () => {
    expect(contractSentence(facts({ state: "suspended", stateReason: "invoice 7" }))).toBe(
      "C-00042 is suspended since 00:00:00: invoice 7. Its rigs mine for the house.",
    );
    expect(contractSentence(facts({ state: "ended", endedReason: "terminated", stateReason: "moved away" }))).toContain("it was terminated, moved away.");
    expect(contractSentence(facts({ state: "scheduled", startsAtMs: at("06:00:00") }))).toBe("C-00042 begins 06:00:00; it promises 3.000 PH/s.");
    expect(contractSentence(facts({ state: "activating", stateSinceMs: at("02:18:00") }))).toContain("waits since 02:18:00 (2 min)");
  });
});

describe("hashrates as they are typed", () => {
  test("take a unit, a comma, or none", () => {
    expect(["3 PH/s", "110T", "2,5 P", "3000000", "0.5 kh/s", "1 EH"].map(readHashrate)).toEqual([3e15, 1.1e14, 2.5e15, 3_000_000, 500, 1e18]);
    expect(["", "PH/s", "-3 T", "3 XH/s", "1e5", "3 P T"].map(readHashrate)).toEqual([null, null, null, null, null, null]);
  });

  test("are written so that they read back as the same number", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), (hps) => expect(readHashrate(exactHashrate(hps))).toBe(hps)));
    expect([exactHashrate(3e15), exactHashrate(1.25e14), exactHashrate(123_456_789)]).toEqual(["3 PH/s", "125 TH/s", "123456.789 kH/s"]);
  });
});

describe("times of a form in the farm's zone", () => {
  test("read back as the same moment, on both sides of a change of the clock", () => {
    const zones = fc.constantFrom("UTC", "Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe");
    const moments = fc.integer({ min: Date.parse("2000-01-01"), max: Date.parse("2100-01-01") }).map((ms) => Math.floor(ms / 1_000) * 1_000);
    fc.assert(
      fc.property(moments, zones, (ms, zone) => {
        // The hour that an autumn repeats has two moments for one time on the wall: the text is the same.
        const read = readLocalTime(localTimeText(ms, zone), zone);
        expect(read).not.toBeNull();
        expect(localTimeText(read ?? 0, zone)).toBe(localTimeText(ms, zone));
        expect(Math.abs((read ?? 0) - ms)).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });

  test("are days that exist", () => {
    expect(readLocalTime("2026-11-22T02:13", "Europe/Oslo")).toBe(Date.parse("2026-11-22T01:13:00Z"));
    for (const text of ["", "2026-02-30T10:00", "yesterday", "2026-11-22", "2026-11-22T25:00"]) expect(readLocalTime(text, "UTC"), text).toBeNull();
  });
});
