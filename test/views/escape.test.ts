import { expect, test } from "bun:test";
import fc from "fast-check";
import { noWords } from "../../src/web/pages/rig-word.ts";
import { ConnectProgress } from "../../views/pages/connect.tsx";
import {
  ContractAllocations,
  ContractChart,
  ContractEvents,
  type ContractParts,
  ContractPools,
  ContractRigs,
  ContractSentence,
} from "../../views/pages/contract.tsx";
import { ContractCommands } from "../../views/pages/contract-commands.tsx";
import { ContractRow } from "../../views/pages/contracts.tsx";
import { FleetTable } from "../../views/pages/fleets.tsx";
import { AttentionList } from "../../views/pages/overview.tsx";
import { PoolTestResult } from "../../views/pages/pool-form.tsx";
import { PoolTable } from "../../views/pages/pools.tsx";
import { RigConnection, type RigParts, RigState } from "../../views/pages/rig.tsx";
import { rigColumns } from "../../views/pages/rig-columns.tsx";
import { RigControl, RigServing } from "../../views/pages/rig-control.tsx";
import { RigFates, RigShares } from "../../views/pages/rig-shares.tsx";
import { RigRow } from "../../views/pages/rigs.tsx";
import { PaletteOptions } from "../../views/pages/search.tsx";
import { type AllocationLine, AllocationList } from "../../views/parts/allocation-list.tsx";
import { EventList } from "../../views/parts/event-list.tsx";
import { Field, FormErrors } from "../../views/parts/form.tsx";
import type { GanttProps } from "../../views/parts/gantt.tsx";
import { RangePicker } from "../../views/parts/range-picker.tsx";
import { SavedViews } from "../../views/parts/saved-views.tsx";

const clock = { nowMs: 1_000_000, zone: "UTC" };

function rig(text: string): RigParts {
  const session = { no: 1, address: text, agent: text, worker: text, difficulty: 1, sinceMs: 0 };
  return {
    ...{ id: "rig_1", name: text, status: "online", statusSinceMs: 0, statusText: text, tiles: [], sessions: [session], disconnectedAtMs: null },
    lastRefusal: { atMs: 0, code: 20, text },
    span: "1h",
    chart: { id: "c", points: [], gaps: [], fromMs: 0, toMs: 1, levels: [], zone: "UTC" },
    ...{ asOfMs: 1, hubFates: [], poolFates: [], shares: [], serving: [], allocations: [], card: [] },
    unreadHints: [text],
    orders: { parked: true, draining: true, lifecycle: text },
  };
}

function allocation(text: string): AllocationLine {
  return { id: "alc_1", fromMs: 0, toMs: null, rig: { text, href: null }, to: { text, href: "/" }, fraction: 0.5, reason: text, decidedBy: text };
}

const verbs = { change: true, suspend: true, resume: true, renew: true, terminate: true };
const contractLine = {
  ...({ id: "ctr_1", word: "down", sinceMs: 0, promisedHps: 1, places: 1, hps900: 1, hps86400: null, rigs: 1, endsAtMs: 0 } as const),
};
const fleetRow = { id: "flt_1", algorithm: "sha256d", rigs: 1, statusCounts: { ...noWords(), offline: 1 }, promisedHps: 1, contracts: 1 };

const look = { shape: "disc", tone: "ok" } as const;

function gantt(text: string): GanttProps {
  const piece = { fromMs: 0, toMs: null, label: text, hue: 1, fraction: 0.5 };
  return { id: "gantt", rows: [{ id: "1", rig: { text, href: "/" }, pieces: [piece] }], fromMs: 0, toMs: 1_000, nowMs: 1_000, zone: "UTC", empty: text };
}

function contract(text: string): ContractParts {
  const { chart } = rig(text);
  const serving = { id: "rig_1", name: text, status: "offline", statusText: text, fraction: 0.5, hps900: 1, nominalHps: 1, sinceMs: 0, reason: text } as const;
  const pool = { id: "pol_1", name: text, url: text, state: "live", sinceMs: 0, active: true, reason: text } as const;
  return {
    ...{ id: "ctr_1", number: text, customer: { name: text, href: "/" }, word: "down", sinceMs: 0, sentence: text, tiles: [], span: "1h" },
    ...{ strip: { bars: [{ kind: "none" }], barMs: 300_000, size: "page" }, stripTicks: [text] },
    ...{ gantt: gantt(text), ganttMore: true },
    ...{ marks: [{ id: "mark-evt_1", atMs: 0, type: text, text, href: null, mark: { look, href: "/events" } }], marksMore: 1 },
    chart: { ...chart, levels: [{ fromMs: 0, toMs: 1, hps: 1 }], words: { line: text, level: text }, marks: [{ atMs: 1, look, href: "/events", title: text }] },
    ...{ serving: [serving], servingMore: 1, pools: [pool], profileName: text, asOfMs: 1, hubFates: [], poolFates: [], allocations: [] },
    events: [{ id: "evt_1", atMs: 0, type: text, text, href: null }],
    terms: [{ label: text, value: text }],
  };
}

/** Everything that a rig, a pool or a form may have filled with bytes of its own. */
function fragments(text: string): JSX.Element[] {
  const line = {
    id: "rig_1",
    name: text,
    assetCode: text,
    status: "online",
    statusSinceMs: 0,
    serving: { text, href: "/" },
    poolName: text,
    lastShareAtMs: null,
    isGone: true,
    decisions: text,
  } as const;
  const rates = { luck: null, hps60: null, hps900: null, hps86400: null, nominalHps: null, rejected: null };
  const share = { atMs: 0, difficulty: 1, poolName: text, ours: text, theirs: text, reason: text, answeredMs: -1 };
  const fate = { fate: text, count: 1, work: 1n, tone: "" } as const;
  const pool = { id: "pol_1", name: text, url: text, algorithm: text, state: "live", stateSinceMs: 0, reason: text, warnings: [text] } as const;
  const figures = { extranonce2Size: null, difficulty: null, rigs: 0, answers: null, strip: [], rejected: null };
  const form = { values: { name: text }, errors: { name: text, "": text } };
  const step = { name: "connect", ok: false, ms: 1, text } as const;
  return [
    RigConnection({ rig: rig(text), clock }),
    RigState({ rig: rig(text), clock }),
    RigServing({ serving: [allocation(text)], orders: { parked: false, draining: false, lifecycle: text }, clock }),
    RigControl({
      rigId: "rig_1",
      csrf: text,
      orders: rig(text).orders,
      pinnedTo: text,
      profiles: [{ value: text, text }],
      hasContracts: true,
      hasNominal: true,
      learned: { nominal: text, ofCatalogue: text },
      status: "vetting",
      form,
    }),
    AllocationList({ lines: [allocation(text)], show: "to", clock }),
    AllocationList({ lines: [allocation(text)], show: "rig", clock }),
    ContractSentence({ contract: contract(text), clock }),
    ContractChart({ contract: contract(text), clock }),
    ContractRigs({ contract: contract(text), clock }),
    ContractPools({ contract: contract(text), clock }),
    ContractEvents({ contract: contract(text), clock }),
    ContractAllocations({ contract: contract(text), clock }),
    PaletteOptions({ groups: [{ name: text, items: [{ text, note: text, href: "/" }], more: null }] }),
    RangePicker({ path: "/rigs/1", range: { word: null, fromMs: 0, toMs: 1 }, local: { from: text, to: text }, zone: text }),
    ContractCommands({ id: "ctr_1", number: text, csrf: text, profileHref: null, verbs, atStake: text, form }),
    ContractRow({ line: { ...contractLine, number: text, customerName: text, strip: [] }, clock }),
    FleetTable({ fleets: [{ ...fleetRow, name: text, siteName: text, houseName: text, held: { untilMs: 0, reason: text } }], clock }),
    RigRow({
      line: { ...line, ...rates, strip: { bars: [], by: "best", shortBelow: 0.8 }, model: text, place: text },
      ticks: true,
      clock,
      columns: rigColumns,
    }),
    RigShares({ shares: [share], clock }),
    RigFates({ hubFates: [fate], poolFates: [fate], span: text, asOfMs: 1, clock }),
    PoolTable({ pools: [{ ...pool, ...figures, warnings: [text] }], clock }),
    PoolTestResult({ test: { ok: false, steps: [step], extranonce2Size: null, difficulty: null, warnings: [text] } }),
    EventList({ id: "e", events: [{ id: "evt_1", atMs: 0, type: text, text, href: null }], clock }),
    AttentionList({ items: [{ id: "a", mark: { kind: "rig", status: "offline" }, name: text, href: "/", reason: text, sinceMs: 0 }], more: 0, clock }),
    ConnectProgress({ wait: { sessions: 1, hasPool: true, firstShare: { rigId: "rig_1", rigName: text, atMs: 0 } }, clock }),
    SavedViews({ list: "rigs", shown: "q=x", views: [{ id: "viw_1", name: text, query: "" }] }),
    Field({ form, name: "name", label: text, hint: text, placeholder: text }),
    FormErrors({ form }),
  ];
}

/** The tags and attribute names of a fragment, in order: what a browser would build, without the texts. */
function shapeOf(html: string): string {
  return (html.match(/<\/?[a-z](?:"[^"]*"|[^">])*>/gi) ?? []).map((tag) => tag.replace(/"[^"]*"/g, '""')).join("");
}

const plain = fragments("plain").map((fragment) => shapeOf(String(fragment)));
const nasty = fc.array(fc.constantFrom("<", ">", '"', "'", "&", "`", "=", " ", "/", "<script>", "</td>", "--><b>", "onload=", "\n", "\u0000", "\u202e", "x"), {
  maxLength: 12,
});

test("whatever the text, the markup around it stays the same", () => {
  fc.assert(
    fc.property(nasty, (pieces) => {
      const text = `t${pieces.join("")}`;
      for (const [at, fragment] of fragments(text).entries()) expect(shapeOf(String(fragment))).toBe(plain[at] ?? "");
    }),
    { numRuns: 300 },
  );
});
