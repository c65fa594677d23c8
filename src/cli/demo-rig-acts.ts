import type { Row } from "./demo-api.ts";
import { type Act, allocationsOf, farmRigsOf, kilohashes, nameOf, often, reasonOf, rigRows, seconds, withDeadline } from "./demo-cast.ts";
import { makeDeal } from "./demo-deal.ts";
import { demoPlan, demoRigs } from "./demo-plan.ts";

export const rigsEnrol: Act = async (stage, { api, farm, page }) => {
  const waited = await stage.until(async () => (await rigRows(api)).size >= farm.rigs.length, often);
  if (waited === null) return "not every rig is in the inventory";
  const rows = await rigRows(api);
  for (const { name, asset } of demoRigs()) {
    const row = rows.get(name);
    if (row !== undefined) await stage.race(api.patch(`/rigs/${row["id"]}`, row, asset));
  }
  const nominal = [...rows.values()].reduce((sum, row) => sum + Number(row["nominal_hps"]), 0);
  stage.say(
    `${farm.rigs.length} rigs connected and enrolled themselves, mining for the house; with h= in their passwords they declare ${kilohashes(nominal)}.`,
  );
  stage.say(`A script gave them asset codes, models and racks through the API. Look at ${page}/rigs`);
  return null;
};

/** Nobody is sold a rig before its shares have said that it does what it declares. */
export const rigsAreVetted: Act = async (stage, { api, farm, house }) => {
  const byStatus = async () => Map.groupBy((await rigRows(api)).values(), (row) => row["status"] === "online");
  const vetted = async () => (await byStatus()).get(true) ?? [];
  await stage.until(async () => (await vetted()).length >= farm.rigs.length, { everyMs: 500, patienceMs: demoPlan.vettingMsMax });
  const online = await vetted();
  if (online.length < demoPlan.vettedMin) return `only ${online.length} rigs are vetted`;
  const [example] = online;
  const others = ((await byStatus()).get(false) ?? []).map((row) => `; ${row["name"]} is ${row["status"]}: ${reasonOf(row, "status_reason")}`);
  const { delivered_hps: delivered } = await api.get("/summary");
  stage.say(`${online.length} rigs are vetted, by their shares alone; ${example?.["name"]}, for one: ${reasonOf(example, "status_reason")}${others.join("")}.`);
  const { accepted, rejected } = farm.stats();
  stage.say(
    `${kilohashes(Number(delivered))} measured. Rigs: ${accepted} shares accepted, ${rejected} refused; the house's pool accepted ${house.stats.accepted}.`,
  );
  return accepted > 0 && house.stats.accepted > 0 ? null : "no share was accepted";
};

export const contractsBegin: Act = async (stage, cast) => {
  const { api, page } = cast;
  const main = (await api.list("/fleets")).find((row) => row["name"] === "main");
  const deal = await makeDeal(api, main?.["id"], [cast.first, cast.next]);
  cast.deal = deal;
  const { threshold, miners } = deal;
  stage.say(
    `A customer has bought, through the API: ${threshold["number"]}, ${kilohashes(Number(threshold["promised_hps"]))} of hashrate (method threshold), and ${miners["number"]}, ${miners["rig_count"]} places for rigs of ${kilohashes(Number(miners["rig_nominal_hps"]))} (method miners).`,
  );
  const read = () => Promise.all([threshold, miners].map((contract) => api.get(`/contracts/${contract["id"]}`)));
  const stand = async () => (await read()).every((row) => row["state"] === "active" && (row["health"] as Row | null)?.["state"] === "delivering");
  const waited = await stage.until(stand, { ...often, everyMs: 100 });
  const names = new Map([...(await rigRows(api)).values()].map((row) => [row["id"], row["name"]]));
  const contracts = await read();
  for (const contract of contracts) {
    for (const row of allocationsOf(contract)) {
      const part = Number(row["fraction"]) < 1 ? ` for ${Math.round(Number(row["fraction"]) * 100)} % of its time` : "";
      stage.say(`  ${contract["number"]} ← ${names.get(row["rig_id"])}${part}: ${reasonOf(row)}.`);
    }
  }
  if (waited === null)
    return `not both contracts deliver: ${contracts.map((row) => `${row["number"]} is ${row["state"]}, ${JSON.stringify(row["health"])}`).join("; ")}`;
  stage.say(`Both are active ${seconds(waited)} later, with their first shares accepted by the customer's pool; no rig reconnected. Look at ${page}/contracts`);
  return null;
};

/** The rig's place is taken by a spare; the rig itself is judged later, by `rigIsOffline`. */
export const rigLosesPower: Act = async (stage, cast) => {
  const { api, farm, deal, page } = cast;
  if (deal === null) return "there is no contract";
  const path = `/contracts/${deal.miners["id"]}`;
  const before = allocationsOf(await api.get(path));
  const rows = await rigRows(api);
  const known = new Set(before.map((row) => row["rig_id"]));
  const [victim] = farmRigsOf(farm, rows, known);
  if (victim === undefined) return "no rig serves the contract of places";
  const name = nameOf(victim);
  cast.victim = victim;
  stage.say(`Pulling the plug of rig ${name}, which has a place of ${deal.miners["number"]}. After ${demoPlan.disconnectGraceS} s it counts as gone.`);
  const pulledAt = stage.elapsedMs;
  victim.rig.stop();
  let step: Row | undefined;
  const steppedIn = async () => {
    step = allocationsOf(await api.get(path)).find((row) => !known.has(row["rig_id"]));
    return step !== undefined;
  };
  if ((await stage.until(steppedIn, { everyMs: 50, patienceMs: 30_000 })) === null) return "no spare took its place";
  const [spare] = farmRigsOf(farm, rows, new Set([step?.["rig_id"]]));
  const holds = spare?.rig.until(({ work }) => work !== null && (cast.first.knowsBlock(work.prevHash) || cast.next.knowsBlock(work.prevHash)));
  if (holds === undefined || (await stage.race(withDeadline(holds, 5_000))) === null) return "the spare has no job of the customer's pool";
  stage.say(`The spare holds a job of the customer's pool ${seconds(stage.elapsedMs - pulledAt)} after the plug was pulled: ${reasonOf(step)}.`);
  const gone = (await api.list(`/allocations?rig_id=${rows.get(name)?.["id"]}`)).find((row) => row["contract_id"] === null && row["to"] === null);
  stage.say(`  on record: ${reasonOf(gone)}. Look at ${page}/rigs/${step?.["rig_id"]}`);
  return null;
};

/** A status takes longer than a replacement, on purpose: a minute without a connection. */
export const rigIsOffline: Act = async (stage, { api, victim, page }) => {
  if (victim === null) return "no rig lost its power";
  const name = nameOf(victim);
  const row = async () => (await rigRows(api)).get(name);
  const waited = await stage.until(async () => (await row())?.["status"] === "offline", { everyMs: 500, patienceMs: 100_000 });
  const found = await row();
  if (waited === null) return `rig ${name} is not shown as offline but as ${found?.["status"]}`;
  stage.say(
    `Rig ${name} is offline in the inventory: ${reasonOf(found, "status_reason")}. It gets its power back, to become a spare. Look at ${page}/rigs/${found?.["id"]}`,
  );
  victim.rig.start();
  return null;
};
