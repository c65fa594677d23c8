import type { Statement } from "bun:sqlite";
import type { ControlDatabase, SqlValue } from "./database.ts";
import type { Fleets } from "./fleets.ts";
import { type Failure, type Invalid, inside, inUse, invalid, invalidAll, type Result, succeed, taken, together } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { bindRule, booleanRule, checkFields, cidrRule, integerRule, oneOfRule, textRule } from "./rules.ts";

export type ListenerTls = { certFile: string; keyFile: string };
/** Bytes of the rig's extranonce1 and of its extranonce2; see `work/extranonce.ts`. */
export type ListenerExtranonce = { e1Bytes: number; e2Bytes: number };

/** A port that rigs connect to. */
export type Listener = RowBase & {
  /** `host:port`, IPv6 in brackets; port 0 = any free one. */
  bind: string;
  fleetNo: number;
  protocol: "v1";
  tls: ListenerTls | null;
  /** Addresses or ranges from which a PROXY header is believed. */
  proxyFrom: string[];
  /** Whether a rig that nobody knows may enrol itself here. */
  enrol: boolean;
  extranonce: ListenerExtranonce;
  /** The listener that the flag `--stratum` names. */
  primary: boolean;
};

type ListenerFields = Omit<Listener, keyof RowBase | "primary">;
export type ListenerPatch = Partial<ListenerFields>;
/** Defaults: protocol v1, no TLS, no PROXY, enrol, extranonce 1 + 3 bytes. */
export type ListenerInput = ListenerPatch & Pick<ListenerFields, "bind" | "fleetNo">;

type RawListener = RawBase & {
  bind: string;
  fleet_no: number;
  protocol: "v1";
  tls_cert_file: string | null;
  tls_key_file: string | null;
  proxy_from: string;
  enrol: number;
  e1_bytes: number;
  e2_bytes: number;
  is_primary: number;
};

const mapping: Mapping<Listener, RawListener> = {
  table: "listeners",
  noun: "listener",
  prefix: "lsn",
  columns: ["bind", "fleet_no", "protocol", "tls_cert_file", "tls_key_file", "proxy_from", "enrol", "e1_bytes", "e2_bytes", "is_primary"],
  read: (raw) => ({
    bind: raw.bind,
    fleetNo: raw.fleet_no,
    protocol: raw.protocol,
    tls: raw.tls_cert_file === null || raw.tls_key_file === null ? null : { certFile: raw.tls_cert_file, keyFile: raw.tls_key_file },
    proxyFrom: JSON.parse(raw.proxy_from),
    enrol: raw.enrol === 1,
    extranonce: { e1Bytes: raw.e1_bytes, e2Bytes: raw.e2_bytes },
    primary: raw.is_primary === 1,
  }),
  write: (listener) => [
    ...[listener.bind, listener.fleetNo, listener.protocol, listener.tls?.certFile ?? null, listener.tls?.keyFile ?? null],
    ...[JSON.stringify(listener.proxyFrom), listener.enrol, listener.extranonce.e1Bytes, listener.extranonce.e2Bytes, listener.primary],
  ],
};

const proxyFromMax = 32;
const rules = { bind: bindRule, protocol: oneOfRule(["v1"]), enrol: booleanRule };
const tlsRules = { certFile: textRule(4_096), keyFile: textRule(4_096) };
// Fewer than 2 bytes of extranonce2 run dry on a fast rig within a job; miners' firmware handles up to 8.
const extranonceRules = { e1Bytes: integerRule(1, 4), e2Bytes: integerRule(2, 8) };

const defaults = {
  protocol: "v1",
  tls: null,
  proxyFrom: [] as string[],
  enrol: true,
  extranonce: { e1Bytes: 1, e2Bytes: 3 },
} as const;

function checkProxyFrom(ranges: string[]): Invalid | null {
  if (ranges.length > proxyFromMax) return invalid("proxyFrom", `must name at most ${proxyFromMax} ranges`);
  return invalidAll(
    ranges.flatMap((range, index) => {
      const rule = cidrRule(range);
      return rule === null ? [] : [{ field: `proxyFrom.${index}`, rule }];
    }),
  );
}

/** A PROXY header stands before the first byte of TLS, where the runtime's TLS sockets do not look for it. */
function checkBalancer({ tls, proxyFrom }: ListenerFields): Invalid | null {
  if (tls === null || proxyFrom.length === 0) return null;
  return invalid("proxyFrom", "cannot be had together with tls: let the balancer end TLS, or give the rigs that speak TLS a port of their own");
}

export class Listeners {
  readonly #rows: RowTable<Listener, RawListener>;
  readonly #fleets: Fleets;
  readonly #byBind: Statement<RawListener, SqlValue[]>;
  readonly #primary: Statement<RawListener, SqlValue[]>;

  constructor(database: ControlDatabase, fleets: Fleets) {
    this.#rows = new RowTable(database, mapping);
    this.#fleets = fleets;
    this.#byBind = this.#rows.prepare("bind = ? AND removed_at_ms IS NULL");
    this.#primary = this.#rows.prepare("is_primary = 1 AND removed_at_ms IS NULL");
  }

  /** All listeners that are not removed, oldest first. */
  all(): Listener[] {
    return this.#rows.all();
  }

  byNo(no: number): Listener | null {
    return this.#rows.byNo(no);
  }

  byId(id: string): Listener | null {
    return this.#rows.byId(id);
  }

  /**
   * The listener that the flag `--stratum` names: its address follows the flag, the rest is the operator's. If another listener
   * has that address already, it takes the place of the old one.
   */
  ensurePrimary(bind: string): Result<Listener> {
    return this.#rows.database.transaction(() => {
      const primary = this.#rows.find(this.#primary);
      if (primary?.bind === bind) return succeed(primary);
      const owner = bind.endsWith(":0") ? null : this.#rows.find(this.#byBind, bind);
      if (owner !== null) {
        if (primary !== null) this.#rows.remove(primary.id, null, () => null);
        return succeed(this.#rows.write({ ...owner, primary: true }));
      }
      if (primary !== null) return this.update(primary.id, { bind }, null);
      return this.#insert({ ...defaults, bind, fleetNo: this.#fleets.ensureMain().no, primary: true });
    });
  }

  create(input: ListenerInput): Result<Listener> {
    return this.#rows.database.transaction(() => this.#insert({ ...patched<ListenerFields>({ ...defaults, bind: "", fleetNo: 0 }, input), primary: false }));
  }

  update(id: string, patch: ListenerPatch, expected: ExpectedVersion): Result<Listener> {
    return this.#rows.edit(id, expected, (current) => {
      const next = patched(current, patch);
      return this.#check(next, current) ?? succeed(next);
    });
  }

  /** Refused for the listener of the flag `--stratum`. */
  remove(id: string, expected: ExpectedVersion): Result<Listener> {
    return this.#rows.remove(id, expected, ({ primary }) => (primary ? inUse([{ kind: "flag", id: "--stratum", name: "--stratum" }]) : null));
  }

  #insert(fields: Omit<Listener, keyof RowBase>): Result<Listener> {
    return this.#check(fields, null) ?? succeed(this.#rows.insert(fields));
  }

  #check(listener: ListenerFields, current: Listener | null): Failure | null {
    return together<Failure>(
      checkFields(listener, rules),
      checkProxyFrom(listener.proxyFrom),
      inside("tls", listener.tls === null ? null : checkFields(listener.tls, tlsRules)),
      inside("extranonce", checkFields(listener.extranonce, extranonceRules)),
      checkBalancer(listener),
      this.#fleets.all().some(({ no }) => no === listener.fleetNo) ? null : invalid("fleetNo", "must name a fleet that exists"),
      this.#checkBind(listener, current),
    );
  }

  #checkBind(listener: ListenerFields, current: Listener | null): Failure | null {
    const owner = listener.bind.endsWith(":0") ? null : this.#rows.find(this.#byBind, listener.bind);
    return owner === null || owner.no === current?.no ? null : taken("bind", "is the address of another listener");
  }
}
