import { expect, test } from "bun:test";
import { assetUrls } from "../../src/web/assets/assets.ts";
import { BatchPage } from "../../views/pages/batch.tsx";
import { ImportPage } from "../../views/pages/import.tsx";
import type { Viewer } from "../../views/viewer.ts";

const viewer: Viewer = {
  ...{ email: "owner@nordlys.example", role: "owner", mayWrite: true, farmName: "Nordlys", zone: "UTC" },
  ...{ singleKeys: true, nowMs: 1_000_000, csrf: "t", warning: null },
};
type How = { state: "applying" | "done"; isRunning: boolean };
const frame = { viewer, assets: assetUrls, id: "x", total: 3, done: 2 };

const batchPage = (how: How) =>
  BatchPage({
    ...{ ...frame, ...how, title: "Park 3 rigs", sets: [], isWhole: true, reason: null, fields: null, nominal: null, cost: [] },
    ...{ counts: { changed: 2, unchanged: 0, refused: 0 }, lines: [], more: 0 },
  });
const importPage = (how: How) =>
  ImportPage({
    ...{
      ...frame,
      ...how,
      fileName: "rigs.csv",
      fault: null,
      columns: [],
      fields: [],
      giveCodes: false,
      unknownSites: [],
      isUndo: false,
      isUndoable: true,
      warned: 0,
    },
    ...{ counts: { new: 2, changed: 0, unchanged: 0, removed: 0, error: 0 }, shown: "", rows: [], page: 1, pages: 1 },
  });

test.each([
  ["an order for many rigs", batchPage],
  ["a file of rigs", importPage],
])("the page of %s asks how far it is while it runs, and the answer that ends it asks no more", async (_, page) => {
  const running = await page({ state: "applying", isRunning: true });
  expect(/<section[^>]*id="progress"[^>]*hx-trigger="every 1s"/.test(running)).toBe(true);
  expect(running.split("every 1s")).toHaveLength(2);
  // What became of the rows comes with each answer.
  expect(running).toContain('hx-select-oob="#results"');
  expect(/id="results".*class="chip.*<table/s.test(running)).toBe(true);
  for (const how of [{ state: "applying", isRunning: false } as const, { state: "done", isRunning: false } as const]) {
    const over = await page(how);
    expect([over.includes('id="progress"'), over.includes("every 1s"), over.includes("It is being")]).toEqual([true, false, false]);
  }
});
