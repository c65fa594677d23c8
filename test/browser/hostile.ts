import type { Farm } from "./farm.ts";

/** What must do no harm wherever it stands: markup, text from right to left, signs made of several, and words without an end. */
export const markup = '"><img src=x onerror=window.hacked=1><script>window.hacked=1</script></td></table><form action=//evil.example>';
export const rightToLeft = "مزرعة הכורים שלנו";
export const signs = "👩🏽‍🚒🏴‍☠️🧨 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L";
export const endless = "w".repeat(10_000);
/** All of them, in `max` characters. */
export const wild = (max: number): string => `${markup} ${rightToLeft} ${signs} ${endless}`.slice(0, max).trim();

function must<T>(result: { ok: true; value: T } | { ok: false }): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result.value;
}

/**
 * Puts such texts wherever a person, a rig, a pool or a file can put one, and one thing of every kind that a page tells of.
 * Returns the addresses of those that have a page of another shape than the first of their kind.
 */
export async function fillWithWildTexts({ deps, facts, healths }: Farm): Promise<string[]> {
  const { control } = deps;
  const doer = { actor: "user:wild", name: wild(200), address: "10.0.0.9", action: "POST /wild", subjectId: null };
  const [rig] = control.rigs.all();
  const [contract] = control.contracts.all();
  const fleetNo = control.fleets.ensureMain().no;
  if (rig === undefined || contract === undefined) throw new Error("fill the farm first");
  await control.audit.during(doer, async () => {
    const site = must(control.sites.create({ name: wild(100), timezone: "Europe/Oslo" }));
    must(control.racks.create({ siteId: site.id, building: wild(100), row: rightToLeft, name: signs, levels: 4, slots: 6 }));
    const window = { fromMs: Date.parse("2031-01-01T00:00:00Z"), toMs: Date.parse("2031-01-02T00:00:00Z"), reason: wild(500) };
    const subject = { kind: "rack", siteId: site.id, building: wild(100), row: rightToLeft, rack: signs } as const;
    must(control.maintenance.create({ ...window, subject }));
    must(control.models.create({ name: wild(100), algorithm: "sha256d", nominalHps: 1e14, watts: 3_000 }));
    const customer = must(control.customers.create({ name: wild(200), email: "a@b.example", externalRef: wild(100) }));
    const location = { building: wild(100), row: rightToLeft, rack: signs, position: "1" };
    const fields = { siteId: site.id, location, model: wild(100), serial: wild(64), mac: "00:11:22:33:44:55", assetCode: wild(64), notes: wild(4_000) };
    must(control.rigs.update(rig.id, { ...fields, ownerCustomerId: customer.id }, null));
    must(control.repairs.add(rig.no, { by: "user:wild", byName: wild(200), text: wild(4_000) }));
    const pool = must(control.pools.create({ name: wild(100), host: "wild.example", port: 3333, username: wild(512) }));
    must(control.profiles.create({ name: wild(100), poolNos: [pool.no] }));
    must(control.fleets.create({ name: wild(100), algorithm: "scrypt" }));
    must(control.contracts.update(contract.id, { notes: wild(4_000) }, { expected: null, by: "user:wild" }));
    must(await control.users.add({ email: `${"w".repeat(60)}@wild.example`, name: wild(100), role: "viewer", password: "a long enough sentence" }));
    must(control.tokens.create({ name: wild(100), scopes: ["fleet:read"] }));
    const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const [reader] = control.users.all();
    if (reader !== undefined) must(control.savedViews.save({ userNo: reader.no, list: "rigs", name: wild(40), query: "", opensFirst: false }));
    must(control.channels.create({ name: wild(100), target: { kind: "webhook", url: "https://wild.example/hub" }, secret }));
  });
  const rows = [
    ["rig", "model", "notes", "building"],
    [`wild-1`, wild(2_000), endless, rightToLeft],
    [markup, signs, wild(500), "B1"],
    ["wild-2", "S21", "", "B1"],
  ];
  const text = rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(";")).join("\n");
  control.imports.add({ by: "user:wild", byName: wild(200), fileName: wild(80), text, fleetNo, giveCodes: false, total: rows.length - 1 });
  const rigIds = control.rigs.all().map(({ id }) => id);
  const given = { by: "user:wild", byName: wild(200), rigIds };
  const done = control.batches.add({ ...given, what: JSON.stringify({ op: "park", cost: null }) });
  const detail = JSON.stringify({ name: rig.name, refusal: { type: "conflict", detail: wild(2_000), errors: [] } });
  control.batches.note(done.no, { state: "done", done: 1, rig: { at: 0, outcome: "refused", detail } });
  const ready = ["change", "quarantine"].map((op) => control.batches.add({ ...given, what: JSON.stringify({ op, cost: null }) }));
  control.rigs.setStatus([{ rigNo: rig.no, status: "degraded", reason: { code: "wild", text: endless } }]);
  control.events.record({ type: "wild.event", subjectKind: "hub", subjectId: null, text: wild(20_000), data: { text: wild(2_000) } });
  for (const [no, fact] of facts.rigs) facts.rigs.set(no, { ...fact, sessions: fact.sessions.map((one) => ({ ...one, agent: wild(2_000), worker: endless })) });
  for (const [no, fact] of facts.pools) facts.pools.set(no, { ...fact, warnings: [wild(10_000)], reason: fact.state === "failing" ? wild(10_000) : "" });
  healths.set(contract.no, { state: "degraded", reason: { code: "measured", text: wild(10_000) } });
  return ready.map(({ id }) => `/batches/${id}`);
}
