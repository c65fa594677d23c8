import type { Channel } from "../control/channels.ts";
import type { Control } from "../control/control.ts";
import type { Attempt, Delivery } from "../control/deliveries.ts";
import type { Log } from "../log.ts";
import { type Resolve, systemResolve } from "./addresses.ts";
import type { AlarmFacts } from "./alarm-facts.ts";
import { type AlarmMemory, noAlarms, stepAlarms } from "./alarms.ts";
import { conditionsOf } from "./conditions.ts";
import { sendMail } from "./mail.ts";
import { messageOf, testMessage } from "./messages.ts";
import { postWebhook } from "./webhook.ts";

export type NotifierDeps = {
  control: Pick<Control, "channels" | "deliveries" | "events" | "settings" | "transaction">;
  log: Log;
  /** Milliseconds since 1970. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  resolve?: Resolve;
  /** How long a webhook may take to answer; 5 s. */
  answerMsMax?: number;
};

/** How long after each failed attempt the next one follows; with the last one a message is given up. */
const retryAfterS: readonly number[] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];
/** Part of the wait that is chance, so that many messages do not come back at one moment. */
const jitter = 0.2;
const deliverEveryMs = 1_000;
/** After a start rigs are still coming back, and nothing that is seen means anything. */
const settleMs = 120_000;
const dueMax = 100;
const answerMsMaxUsual = 5_000;

/** Tells people of each cause, once when it begins and once when it is over. What is on its way is kept in the control database. */
export class Notifier {
  readonly #deps: NotifierDeps;
  readonly #resolve: Resolve;
  readonly #startedAtMs: number;
  #memory: AlarmMemory;
  #timer: ReturnType<typeof setInterval> | null = null;
  #delivering: Promise<void> | null = null;

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
    this.#resolve = deps.resolve ?? systemResolve;
    this.#startedAtMs = deps.now();
    const kept = deps.control.deliveries.alarmMemory() as AlarmMemory | null;
    // What an earlier version kept means nothing now; what is still wrong is told again.
    this.#memory = kept?.startsMs === undefined ? noAlarms() : kept;
  }

  /** Begins to deliver what is due, about once a second. */
  start(): void {
    this.#timer ??= setInterval(() => void this.deliver(), deliverEveryMs);
  }

  /** Ends that, and waits for the attempts under way (45 s at most). */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#delivering;
  }

  /**
   * Looks at the farm; to be called every ten seconds or so. What began or is over goes to every enabled channel and into the events,
   * in one transaction with what the alarms remember. In the first two minutes of a run nothing is looked at.
   */
  observe(facts: AlarmFacts): void {
    if (facts.nowMs - this.#startedAtMs < settleMs) return;
    const { control } = this.#deps;
    const isOn = new Set(this.#memory.causes.filter(({ goneMs }) => goneMs === null).map(({ condition }) => condition.key));
    const moment = { nowMs: facts.nowMs, newId: () => crypto.randomUUID() };
    const { memory, notices } = stepAlarms(
      this.#memory,
      conditionsOf(facts, (key) => isOn.has(key)),
      moment,
    );
    if (notices.length === 0 && Bun.deepEquals(memory, this.#memory)) return;
    control.transaction(() => {
      const messages = notices.map((notice) => messageOf(notice, facts.nowMs));
      const channelNos = this.#enabled().map(({ no }) => no);
      for (const message of messages) control.deliveries.add(channelNos, message);
      control.events.append(...messages.map(({ type, subject, data }) => ({ type, subjectKind: "hub", subjectId: null, text: subject, data })));
      control.deliveries.rememberAlarms(memory);
    });
    this.#memory = memory;
  }

  /** Tries all messages that are due, each channel's one after the other, the channels side by side. Never throws. */
  deliver(): Promise<void> {
    this.#delivering ??= this.#deliverDue().finally(() => {
      this.#delivering = null;
    });
    return this.#delivering;
  }

  /** Sends one message through a channel at once, enabled or not, and says what became of it. Null for a channel that does not exist. */
  async test(channelId: string): Promise<{ ok: boolean; text: string } | null> {
    const channel = this.#deps.control.channels.byId(channelId);
    if (channel === null) return null;
    const nowMs = this.#deps.now();
    const message = testMessage(channel.name, nowMs);
    const id = `test_${crypto.randomUUID()}`;
    const tried = await this.#try(channel, {
      no: 0,
      id,
      channelNo: channel.no,
      message,
      createdAtMs: nowMs,
      state: "waiting",
      attempts: 0,
      atMs: nowMs,
      fault: null,
    });
    return tried.ok ? { ok: true, text: "the message was taken" } : { ok: false, text: tried.fault };
  }

  #enabled(): Channel[] {
    return this.#deps.control.channels.all().filter(({ enabled }) => enabled);
  }

  async #deliverDue(): Promise<void> {
    const { control, log, now } = this.#deps;
    try {
      const byChannel = Map.groupBy(control.deliveries.due(now(), dueMax), ({ channelNo }) => channelNo);
      await Promise.all([...byChannel].map(([channelNo, deliveries]) => this.#deliverThrough(channelNo, deliveries)));
    } catch (error) {
      log.error("notify.failed", { error: String(error) });
    }
  }

  async #deliverThrough(channelNo: number, deliveries: readonly Delivery[]): Promise<void> {
    const { control, log } = this.#deps;
    for (const delivery of deliveries) {
      const channel = control.channels.byNo(channelNo);
      const attempt = channel === null ? { ok: false as const, fault: "the channel was removed", retryAtMs: null } : await this.#attempt(channel, delivery);
      control.deliveries.settle(delivery.no, attempt);
      if (attempt.ok || channel === null) continue;
      log.warn("notify.undelivered", { channel: channel.name, delivery: delivery.id, fault: attempt.fault, given_up: attempt.retryAtMs === null });
      if (attempt.retryAtMs === null) this.#tellGivenUp(channel, delivery, attempt.fault);
      // What one message ran into the next would run into too; they wait for their turns.
      if (attempt.retryAtMs !== null) break;
    }
  }

  async #attempt(channel: Channel, delivery: Delivery): Promise<Attempt> {
    const tried = await this.#try(channel, delivery);
    if (tried.ok) return tried;
    const waitS = tried.isFinal ? undefined : retryAfterS[delivery.attempts];
    const spread = 1 + jitter * (2 * this.#deps.random() - 1);
    return { ok: false, fault: tried.fault, retryAtMs: waitS === undefined ? null : this.#deps.now() + Math.round(waitS * 1_000 * spread) };
  }

  async #try(channel: Channel, delivery: Delivery): Promise<{ ok: true } | { ok: false; fault: string; isFinal: boolean }> {
    const { control, now } = this.#deps;
    const sending = {
      channel,
      nowMs: now(),
      resolve: this.#resolve,
      farmName: control.settings.get("farmName"),
      answerMsMax: this.#deps.answerMsMax ?? answerMsMaxUsual,
    };
    try {
      if (channel.target.kind === "email") {
        await sendMail(channel.target, delivery, sending);
        return { ok: true };
      }
      const { status, isFinal } = await postWebhook(channel.target, delivery, sending);
      return status >= 200 && status < 300 ? { ok: true } : { ok: false, fault: `the address answered ${status}`, isFinal };
    } catch (error) {
      return { ok: false, fault: error instanceof Error ? error.message : String(error), isFinal: false };
    }
  }

  #tellGivenUp(channel: Channel, { message }: Delivery, fault: string): void {
    const text = `channel ${channel.name} did not take “${message.subject}”: ${fault}`;
    this.#deps.control.events.record({ type: "channel.gave-up", subjectKind: "channel", subjectId: channel.id, text, data: { fault } });
  }
}
