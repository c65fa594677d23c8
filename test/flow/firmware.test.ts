import { afterEach, expect, test } from "bun:test";
import { House } from "../support/house.ts";
import { holds, type Line, type RawEnd, RawPool, rawRig } from "../support/raw-ends.ts";
import { RawMiner } from "../support/raw-miner.ts";
import { flowTranscripts, isPoolTranscript, type Transcript } from "../support/transcripts.ts";

/** So easy that every hash meets it: what is tested here is what is said, not who hashes well. */
const easyDifficulty = 1e-12;

let house: House;
afterEach(() => house.close());

/** The next hub line that holds what is expected; the very next one where the transcript says so. */
async function hear(end: RawEnd, expected: Line, next: boolean): Promise<void> {
  if (!next) {
    await end.next((line) => holds(line, expected));
    return;
  }
  const heard = await end.next();
  if (!holds(heard, expected)) throw new Error(`expected ${JSON.stringify(expected)}, heard ${JSON.stringify(heard)}`);
}

function extranonce2BytesOf(end: RawEnd): number {
  const layouts = end.lines.map((line) => line["result"]).filter((result) => Array.isArray(result));
  return Number(layouts.at(-1)?.[2] ?? 3);
}

async function playRig({ header, entries }: Transcript): Promise<RawEnd> {
  house = new House();
  const pool = house.pool({ difficulty: easyDifficulty });
  house.setHouse(house.addProfile([house.addPool(pool)]));
  await house.until(() => [...house.hub.pools()][0]?.state === "live");
  const end = await rawRig(house.port);
  for (const entry of entries) {
    if (entry.from === "hub") await hear(end, entry.expect ?? {}, entry.next === true);
    else end.say(`${await filled(end, entry.line ?? "")}\n`);
  }
  expect(extranonce2BytesOf(end)).toBe(header.extranonce2Bytes ?? 3);
  return end;
}

async function filled(end: RawEnd, line: string): Promise<string> {
  if (!line.includes("$")) return line;
  while (!end.lines.some(isNotify)) await house.until(() => end.lines.some(isNotify));
  const notify = end.lines.findLast(isNotify)?.["params"] as string[];
  return line
    .replaceAll("$JOB", notify[0] ?? "")
    .replaceAll("$E2", "01".repeat(extranonce2BytesOf(end)))
    .replaceAll("$NTIME", notify[7] ?? "");
}

function isNotify(line: Line): boolean {
  return line["method"] === "mining.notify";
}

for (const transcript of flowTranscripts().filter((one) => !isPoolTranscript(one))) {
  test(`rig ${transcript.header.firmware}: ${transcript.header.quirk}`, async () => {
    const end = await playRig(transcript);
    end.say({ id: "still-here", method: "mining.ping", params: [] });
    expect(await end.answer("still-here")).toMatchObject({ result: "pong" });
    expect(house.closeReasons()).toEqual([]);
    const layouts = new Set(
      end.lines.filter((line) => Array.isArray(line["result"]) && line["result"].length === 3).map((line) => JSON.stringify(line["result"])),
    );
    expect(layouts.size).toBe(1);
    // Whatever was handed out was preceded by nothing unasked: a notify comes only after the login was granted.
    const granted = end.lines.findIndex((line) => line["result"] === true);
    expect(end.lines.findIndex(isNotify)).toBeGreaterThan(granted);
  });
}

/** What a pool's transcript says of its dialect. */
type Dialect = { rolls: boolean; extranonce2Bytes: number; jobId: string };

function dialectOf({ entries }: Transcript): Dialect {
  const said = entries.flatMap(({ from, line }) => (from === "pool" ? [JSON.parse(line ?? "") as Line] : []));
  const configured = said.find((line) => line["id"] === 1)?.["result"] as Line | null;
  const subscribed = said.find((line) => line["id"] === 2)?.["result"] as unknown[];
  const job = said.findLast((line) => line["method"] === "mining.notify")?.["params"] as string[];
  return { rolls: configured?.["version-rolling"] === true, extranonce2Bytes: Number(subscribed[2]), jobId: job[0] ?? "" };
}

/** One share through the hub; checks that it is in the pool's own terms, and has the pool answer it. */
async function share(miner: RawMiner, pool: RawEnd, dialect: Dialect, answer: Line): Promise<Line> {
  const id = miner.submit({ bits: "00002000" });
  const submit = await pool.method("mining.submit");
  const params = submit["params"] as string[];
  expect(params).toHaveLength(dialect.rolls ? 6 : 5);
  expect(params[0]).toBe("acct.hub");
  expect(params[1]).toBe(dialect.jobId);
  expect(params[2]).toHaveLength(2 * dialect.extranonce2Bytes);
  expect(params.slice(3).every((text) => /^[0-9a-f]{8}$/.test(text))).toBe(true);
  if (dialect.rolls) expect(params[5]).toBe("00002000");
  expect(Number(submit["id"])).toBeGreaterThan(3);
  expect(JSON.stringify(submit).length).toBeLessThan(1024);
  pool.say({ ...answer, id: submit["id"] });
  return miner.end.answer(id);
}

/** Says the recorded line, at a difficulty that every share meets. */
function sayRecorded(pool: RawEnd, line: string): void {
  const said = JSON.parse(line) as Line;
  pool.say(said["method"] === "mining.set_difficulty" ? { ...said, params: [easyDifficulty] } : `${line}\n`);
}

/** Plays the pool's part; its answers to shares are given to shares that a rig sends for each. */
async function playPool(transcript: Transcript, end: RawEnd, rigIn: () => Promise<RawMiner>): Promise<RawMiner | null> {
  const dialect = dialectOf(transcript);
  let miner: RawMiner | null = null;
  for (const entry of transcript.entries) {
    if (entry.from === "hub") {
      await hear(end, entry.expect ?? {}, entry.next === true);
      continue;
    }
    if (entry.class === undefined) {
      sayRecorded(end, entry.line ?? "");
      continue;
    }
    miner ??= await rigIn();
    const told = await share(miner, end, dialect, JSON.parse(entry.line ?? "") as Line);
    expect(told["result"]).not.toBe(true);
    expect(told["error"]).toBeArray();
    expect(house.ledger.rows.at(-1)).toMatchObject({ hubVerdict: "accepted", poolVerdict: "rejected" });
  }
  return miner;
}

for (const transcript of flowTranscripts().filter(isPoolTranscript)) {
  test(`pool ${transcript.header.firmware}: ${transcript.header.quirk}`, async () => {
    house = new House();
    const pool = new RawPool();
    house.after(() => pool.stop());
    const row = house.addPool({ port: pool.port }, { username: "acct.hub" });
    house.setHouse(house.addProfile([row]));
    const end = await pool.visitor();
    const rigIn = async () => {
      await house.until(() => house.hub.pool(row.no)?.state === "live");
      return RawMiner.login(house.port, "farm.r1", { rolls: true });
    };
    const miner = (await playPool(transcript, end, rigIn)) ?? (await rigIn());
    if (transcript.entries.at(-1)?.line?.includes("client.reconnect") === true) {
      await end.untilClosed();
      await pool.visitor();
      return;
    }
    // A rig that came before the pool's last job holds that one by now.
    await house.until(() => house.hub.rig(house.knownRig("r1").no)?.poolNo === row.no);
    const told = await share(miner, end, dialectOf(transcript), { result: true, error: null });
    expect(told).toMatchObject({ result: true, error: null });
    expect(house.ledger.rows.at(-1)).toMatchObject({ hubVerdict: "accepted", poolVerdict: "accepted", poolNo: row.no });
    expect(house.hub.pool(row.no)?.extranonce2Size).toBe(dialectOf(transcript).extranonce2Bytes);
  });
}
