import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, fill, openFarm } from "../../browser/farm.ts";
import { type Person, signInAs } from "./person.ts";

let farm: Farm;
let person: Person;
let key = "";
beforeAll(async () => {
  farm = await openFarm();
  fill(farm, 3);
  person = await signInAs(farm, "viewer");
  const made = farm.deps.control.tokens.create({ name: "script", scopes: ["admin"] });
  if (made.ok) key = made.value.text.reveal();
});
afterAll(() => farm.stop());

const page = async (path: string) => (await person.get(path)).text();

async function send(method: string, path: string, body: object): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "if-match": "*", "idempotency-key": crypto.randomUUID() };
  return (await fetch(`${farm.url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) })).status;
}

/** The pages keep what they read for a second or two of the farm's clock, which stands still here. */
/** What the stream of a page says first. */
async function heard(path: string): Promise<string> {
  const reader = (await person.get(path)).body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return new TextDecoder().decode(value);
}

test("a stream that others hold open already brings nobody back what was there before his own change", async () => {
  const [contract] = farm.deps.control.contracts.all();
  const path = `/live/contracts/${contract?.id}`;
  const other = (await person.get(path)).body?.getReader();
  await other?.read();
  expect(await send("POST", `/contracts/${contract?.id}/change`, { promised_hps: 3_300_000_000_000, allow_short: true })).toBe(200);
  expect(await page(`/contracts/${contract?.id}`)).toContain("3.300");
  expect(await heard(path)).toContain("3.300");
  await other?.cancel();
});

test("what a script changes is on the pages at once: rigs, contracts, pools", async () => {
  const { rigs, contracts, pools } = farm.deps.control;
  const [rig] = rigs.all();
  const [contract] = contracts.all();
  const [pool] = pools.all();
  const paths = ["/rigs?all", "/contracts?all", "/contracts?show=suspended", "/pools", "/"];
  for (const path of paths) await page(path);
  expect(await send("PATCH", `/rigs/${rig?.id}`, { name: "RENAMED-1" })).toBe(200);
  expect(await page("/rigs?all")).toContain("RENAMED-1");
  expect(await send("POST", `/contracts/${contract?.id}/suspend`, { reason: "unpaid" })).toBe(200);
  expect(await page("/contracts?show=suspended")).toContain(contract?.number ?? "");
  expect(await send("PATCH", `/pools/${pool?.id}`, { name: "another pool" })).toBe(200);
  expect(await page("/pools")).toContain("another pool");
});
