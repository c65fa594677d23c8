import { expect, test } from "bun:test";
import { TooScattered } from "../../src/ledger/delivered-works.ts";
import { loanSummaryModel } from "../../src/web/api/loans.ts";
import { must } from "../control/test-control.ts";
import { expectFits } from "./fits.ts";
import { startMs, testWeb } from "./test-web.ts";

const at = (ms: number) => new Date(ms).toISOString();

/** A contract of Anna's; a house rig that fills it and one that stands in; a rig of Bert's, and one of Anna's own. */
function farm() {
  const web = testWeb();
  const { control } = web;
  const [anna, bert] = ["Anna", "Bert"].map((name) => must(control.customers.create({ name })));
  const pool = must(control.pools.create({ name: "p", host: "h", port: 1, username: "u" }));
  const profile = must(control.profiles.create({ name: "p", poolNos: [pool.no] }));
  const terms = { fleetNo: 1, method: "threshold", promise: { promisedHps: 1e14 }, profileNo: profile.no, by: "user:x" } as const;
  const contract = must(control.contracts.create({ ...terms, customerNo: anna?.no ?? 0 }));
  const rig = (name: string, ownerCustomerId: string | null = null) => must(control.rigs.create({ name, fleetNo: 1, ownerCustomerId }, "user:x"));
  const rigs = { fills: rig("fills"), standIn: rig("stand-in"), berts: rig("berts", bert?.id ?? null), annas: rig("annas", anna?.id ?? null) };
  const serve = (rigNo: number, code: string) =>
    control.allocations.assign([{ rigNo, contractNo: contract.no, profileNo: profile.no, reason: { code, text: code }, decidedBy: "planner" }]);
  return { web, contract, anna, bert, rigs, serve };
}

test("what the house lends for failed rigs, and what customers lend each other, is told with its work; the rest is no loan", async () => {
  const { web, contract, anna, bert, rigs, serve } = farm();
  web.clock.nowMs += 1_000;
  serve(rigs.fills.no, "fills");
  serve(rigs.standIn.no, "replaces");
  serve(rigs.berts.no, "replaces");
  serve(rigs.annas.no, "replaces");
  web.clock.nowMs += 100_000;
  web.control.allocations.assign([{ rigNo: rigs.standIn.no, reason: { code: "given-back", text: "x" }, decidedBy: "planner" }]);
  web.clock.nowMs += 100_000;
  web.ledger.deliveredWorks = (list) => Promise.resolve({ works: list.map(({ fromMs, toMs }) => BigInt(toMs - fromMs)), asOfMs: web.clock.nowMs });
  const { data } = (await web.get("/loans")).json;
  expect(data).toMatchObject([
    { kind: "stand-in", rig_id: rigs.standIn.id, owner_customer_id: null, contract_id: contract.id, borrower_customer_id: anna?.id, seconds: 100 },
    { kind: "lent", rig_id: rigs.berts.id, owner_customer_id: bert?.id, to: null, work_hashes: "200001" },
  ]);
  const page = await web.get("/loans?limit=1");
  expect((await web.get(`/loans?limit=1&cursor=${page.json["page"]["next"]}`)).json["data"][0]["kind"]).toBe("lent");
  expect((await web.get("/loans?kind=lent")).json["data"]).toHaveLength(1);
  const window = `from=${at(startMs + 51_000)}&to=${at(startMs + 151_000)}`;
  const { json } = await web.get(`/loans/summary?${window}`);
  expectFits(loanSummaryModel, json);
  expect(json["by_contract"]).toMatchObject([
    { kind: "stand-in", loans: 1, rigs: 1, rig_seconds: 50, work_hashes: "50000" },
    { kind: "lent", owner_customer_id: bert?.id, rig_seconds: 100, work_hashes: "100000" },
  ]);
  expect((await web.get(`/loans?from=${at(startMs - 10)}&to=${at(startMs)}`)).json["data"]).toEqual([]);
});

test("what pools refused may come to more than was delivered in a short time: the sum counts it, and none is less than nothing", async () => {
  const { web, rigs, serve } = farm();
  web.clock.nowMs += 1_000;
  for (const { no } of [rigs.standIn, rigs.fills]) serve(no, "replaces");
  web.clock.nowMs += 1_000;
  web.ledger.deliveredWorks = (list) => Promise.resolve({ works: list.map(({ rigNo }) => (rigNo === rigs.standIn.no ? -7n : 10n)), asOfMs: startMs + 1_500 });
  expect((await web.get("/loans")).json["data"].map((loan: { work_hashes: string }) => loan.work_hashes).toSorted()).toEqual(["0", "10"]);
  expect((await web.get("/loans/summary")).json).toMatchObject({ as_of: at(startMs + 1_500), by_contract: [{ work_hashes: "3", rigs: 2 }] });
});

test("a rig that was known under two names is one rig, and each of its loans has the shares of its own number", async () => {
  const { web, rigs, serve } = farm();
  const asked: number[] = [];
  web.ledger.deliveredWorks = (list) => {
    asked.push(...list.map(({ rigNo }) => rigNo));
    return Promise.resolve({ works: list.map(() => 5n), asOfMs: startMs });
  };
  for (const { no } of [rigs.standIn, rigs.fills]) {
    web.clock.nowMs += 1_000;
    serve(no, "replaces");
    web.clock.nowMs += 1_000;
    web.control.allocations.assign([{ rigNo: no, reason: { code: "given-back", text: "x" }, decidedBy: "planner" }]);
  }
  must(web.control.rigs.merge(rigs.standIn.id, rigs.fills.id));
  expect((await web.get("/loans/summary")).json["by_contract"]).toMatchObject([{ loans: 2, rigs: 1, rig_seconds: 2, work_hashes: "10" }]);
  expect(asked).toEqual([rigs.standIn.no, rigs.fills.no]);
  expect((await web.get("/loans")).json["data"].map((loan: { rig_id: string }) => loan.rig_id)).toEqual([rigs.fills.id, rigs.fills.id]);
});

test("a loan that has been over for an hour is asked of the ledger once, also for another window; one that is cut or goes on each time", async () => {
  const { web, rigs, serve } = farm();
  const asked: number[][] = [];
  web.ledger.deliveredWorks = (list) => {
    asked.push(list.map(({ rigNo }) => rigNo));
    return Promise.resolve({ works: list.map(({ rigNo }) => BigInt(rigNo)), asOfMs: web.clock.nowMs });
  };
  web.clock.nowMs += 1_000;
  for (const { no } of [rigs.standIn, rigs.fills]) serve(no, "replaces");
  web.clock.nowMs += 1_000;
  web.control.allocations.assign([{ rigNo: rigs.standIn.no, reason: { code: "given-back", text: "x" }, decidedBy: "planner" }]);
  const [over, goesOn] = [rigs.standIn.no, rigs.fills.no];
  const sum = async (query = "") => (await web.get(`/loans/summary${query}`)).json["by_contract"][0]["work_hashes"];
  await sum();
  web.clock.nowMs += 3_600_000;
  expect(await sum()).toBe(String(over + goesOn));
  expect(await sum()).toBe(String(over + goesOn));
  expect(await sum(`?from=${at(startMs)}`)).toBe(String(over + goesOn));
  expect(asked).toEqual([[over, goesOn], [over, goesOn], [goesOn], [goesOn]]);
  await sum(`?from=${at(startMs + 1_500)}`);
  web.clock.nowMs += 3_600_000;
  await sum();
  expect(asked.slice(4)).toEqual([
    [over, goesOn],
    [over, goesOn],
  ]);
});

test("loans in more places of the books than one answer reads are refused, with the field and what to do", async () => {
  const { web } = farm();
  web.ledger.deliveredWorks = () => Promise.reject(new TooScattered(5_000));
  for (const path of ["/loans", "/loans/summary"]) {
    const { status, json } = await web.get(path);
    expect(status).toBe(422);
    expect(JSON.stringify(json)).toContain("from");
    expect(JSON.stringify(json)).toContain("must be later");
  }
});
