import { addressRule } from "../control/listen-words.ts";
import type { Listener } from "../control/listeners.ts";
import type { Log } from "../log.ts";
import { type ListenerDeps, listenForRigs, type OpenListener } from "./rig-listener.ts";

export type RigPortsDeps = {
  rows: () => Listener[];
  open: ListenerDeps["open"];
  log: Log;
  now: () => number;
};

/** The ports that rigs come in on, kept as the listener rows say. */
export class RigPorts {
  private readonly listeners = new Map<number, OpenListener>();
  private readonly faults = new Map<number, string>();
  private readonly deps: RigPortsDeps;

  constructor(deps: RigPortsDeps) {
    this.deps = deps;
  }

  /** How many are open. */
  get size(): number {
    return this.listeners.size;
  }

  /** Where each listener listens, or why it does not. */
  state(): { listenerNo: number; address: string | null; fault: string | null }[] {
    return this.deps.rows().map((row) => ({
      listenerNo: row.no,
      address: this.listeners.get(row.no)?.address ?? null,
      fault: this.faults.get(row.no) ?? null,
    }));
  }

  /** Opens, closes and reopens ports until they are those of the listener rows; `first` = throws when the primary one cannot be opened. */
  open(first: boolean): void {
    const rows = new Map(this.deps.rows().map((row) => [row.no, row]));
    const former = new Map<number, OpenListener>();
    for (const [no, listener] of this.listeners) {
      if (rows.get(no)?.version === listener.row.version) continue;
      listener.stop();
      this.listeners.delete(no);
      former.set(no, listener);
    }
    for (const row of rows.values()) if (!this.listeners.has(row.no)) this.openOne(row, first && row.primary, former.get(row.no));
  }

  stop(): void {
    for (const listener of this.listeners.values()) listener.stop();
  }

  /** `former`: the port as it was until now. "Any free port" stays the one that rigs know, and a change that fails leaves them what they had. */
  private openOne(row: Listener, fatal: boolean, former: OpenListener | undefined): void {
    const { log } = this.deps;
    try {
      this.listen(row, former?.row.bind === row.bind ? former.address : row.bind);
      this.faults.delete(row.no);
    } catch (error) {
      if (fatal) throw error;
      const fault = faultOf(error as Error, row.bind);
      if (this.faults.get(row.no) !== fault) log.error("listener.failed", { bind: row.bind, error: fault });
      this.faults.set(row.no, fault);
      if (former !== undefined) this.goOn(former);
    }
  }

  private goOn(former: OpenListener): void {
    try {
      this.listen(former.row, former.address);
    } catch (error) {
      this.deps.log.error("listener.failed", { bind: former.address, error: faultOf(error as Error, former.address) });
    }
  }

  private listen(row: Listener, bind: string): void {
    const { log, open, now } = this.deps;
    const refused: ListenerDeps["refused"] = (port, address, text) => log.info("rig.refused", { listener: port.listenerId, address, text });
    this.listeners.set(row.no, listenForRigs(row, { open, refused }, now, bind));
  }
}

/** Why it does not listen; what the runtime says of an address tells neither its port nor the cause. */
function faultOf(error: Error & { code?: string }, bind: string): string {
  const { code = null, message } = error;
  return message.startsWith("Failed to listen") ? `${bind} ${addressRule(code, Number(bind.split(":").at(-1)))}` : message;
}
