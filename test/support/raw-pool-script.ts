import type { Line, RawEnd } from "./raw-ends.ts";

/** So easy that every hash meets it. */
export const easyDifficulty = 1e-12;

export type JobFields = { job?: string; prevHash?: string; coinb2?: string; version?: string; ntime?: string; clean?: boolean };

/** A job as a pool writes it; the same fields make the same work. */
export function notify(fields: JobFields = {}): Line {
  const { job = "j1", prevHash = "11".repeat(32), coinb2 = "ffffffff", version = "20000000", ntime = "67000000", clean = false } = fields;
  return { id: null, method: "mining.notify", params: [job, prevHash, "01".repeat(40), coinb2, ["22".repeat(32)], version, "18148edf", ntime, clean] };
}

export function setDifficulty(difficulty: number): Line {
  return { id: null, method: "mining.set_difficulty", params: [difficulty] };
}

export type Greeting = { mask?: string | null; extranonce1?: string; extranonce2Bytes?: number; difficulty?: number; job?: JobFields; authorizes?: boolean };

/** Answers the hub's handshake as it is asked, then sends a difficulty and a job, unless it refuses to authorize. */
export async function greet(end: RawEnd, greeting: Greeting = {}): Promise<void> {
  const { mask = "1fffe000", extranonce1 = "aabbccdd", extranonce2Bytes = 8, difficulty = easyDifficulty, job = {}, authorizes = true } = greeting;
  let request = await end.next(({ method }) => method === "mining.configure" || method === "mining.subscribe");
  if (request["method"] === "mining.configure") {
    end.say({
      id: request["id"],
      result: mask === null ? { "version-rolling": false } : { "version-rolling": true, "version-rolling.mask": mask },
      error: null,
    });
    request = await end.method("mining.subscribe");
  }
  end.say({ id: request["id"], result: [[["mining.notify", "s"]], extranonce1, extranonce2Bytes], error: null });
  const authorize = await end.method("mining.authorize");
  if (authorizes) end.say({ id: authorize["id"], result: true, error: null }, setDifficulty(difficulty), notify(job));
  else end.say({ id: authorize["id"], result: false, error: [24, "unauthorized", null] });
}

/** What a submit says, by name. */
export type Submitted = { id: unknown; job: string; extranonce2: string; ntime: string; nonce: string; bits: string | undefined };

/** The next share that the hub forwards. */
export async function submitted(end: RawEnd): Promise<Submitted> {
  const line = await end.method("mining.submit");
  const [, job = "", extranonce2 = "", ntime = "", nonce = "", bits] = line["params"] as string[];
  return { id: line["id"], job, extranonce2, ntime, nonce, bits };
}
