import { type Line, type RawEnd, RawPool } from "./raw-ends.ts";
import { easyDifficulty, type Greeting, greet, type JobFields, notify, setDifficulty } from "./raw-pool-script.ts";

/** How it answers shares; `silent` = not at all. */
export type Verdicts = "accept" | "refuse" | "silent" | ((shareNo: number) => boolean);

/** A pool that does exactly what it is told, for as many connections as come. */
export class ScriptedPool {
  verdicts: Verdicts = "accept";
  /** Milliseconds of the house's clock that an answer takes; sent by `answerDue`. */
  slowMs = 0;
  /** Whether it answers its n-th share at all, counted from 1. */
  answers: (share: number) => boolean = () => true;
  /** New connections are talked to; otherwise they hang. */
  greets = true;
  shares = 0;
  /** Every name that was authorized here. */
  readonly names = new Set<string>();
  readonly greeting: Greeting;
  private readonly pool = new RawPool();
  private job: JobFields;
  private jobNo = 0;
  private readonly due: { atMs: number; end: RawEnd; line: Line }[] = [];
  private nowMs = 0;

  constructor(greeting: Greeting = {}) {
    this.greeting = { difficulty: easyDifficulty, ...greeting };
    this.job = greeting.job ?? {};
    void this.receive();
  }

  get port(): number {
    return this.pool.port;
  }

  get connections(): number {
    return this.pool.ends.filter(({ closed }) => !closed).length;
  }

  get connectionsEver(): number {
    return this.pool.ends.length;
  }

  /** A new job to everybody who is connected; without a `prevHash` on the same block as before. */
  newJob(fields: JobFields = {}): void {
    this.jobNo++;
    this.job = { ...this.job, job: `j${this.jobNo}`, coinb2: this.jobNo.toString(16).padStart(8, "0"), ...fields };
    for (const end of this.pool.ends) if (!end.closed && this.greets) end.say(notify(this.job));
  }

  /** From the job on that comes with it. */
  setDifficulty(difficulty: number): void {
    this.greeting.difficulty = difficulty;
    for (const end of this.pool.ends) if (!end.closed) end.say(setDifficulty(difficulty));
    this.newJob();
  }

  sayToAll(text: string): void {
    for (const end of this.pool.ends) if (!end.closed) end.say(text);
  }

  hangUpAll(): void {
    for (const end of this.pool.ends) if (!end.closed) end.hangUp();
  }

  /** Its clock; answers that are due by then go out. */
  answerDue(nowMs: number): void {
    this.nowMs = nowMs;
    while ((this.due[0]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      const next = this.due.shift();
      next?.end.say(next.line);
    }
  }

  stop(): void {
    this.pool.stop();
    this.hangUpAll();
  }

  private async receive(): Promise<void> {
    for (;;) {
      const end = await this.pool.visitor();
      if (this.greets) this.serve(end).catch(() => {});
    }
  }

  private async serve(end: RawEnd): Promise<void> {
    await greet(end, { ...this.greeting, job: this.job });
    for (const line of end.lines) if (line["method"] === "mining.authorize") this.names.add(String((line["params"] as string[])[0]));
    for (;;) {
      const line = await end.method("mining.submit");
      this.shares++;
      this.answer(end, line);
    }
  }

  private answer(end: RawEnd, { id }: Line): void {
    if (this.verdicts === "silent" || !this.answers(this.shares)) return;
    const good = this.verdicts === "accept" || (this.verdicts !== "refuse" && this.verdicts(this.shares));
    const line = good ? { id, result: true, error: null } : { id, result: null, error: [20, "we do not like it", null] };
    if (this.slowMs === 0) end.say(line);
    else this.due.push({ atMs: this.nowMs + this.slowMs, end, line });
  }
}
