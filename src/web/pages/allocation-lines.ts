import type { AllocationLine } from "../../../views/parts/allocation-list.tsx";
import type { Allocation } from "../../control/allocations.ts";
import type { Control } from "../../control/control.ts";

type Rows = Pick<Control, "contracts" | "customers" | "profiles" | "rigs" | "tokens" | "users">;
type Named = { text: string; href: string | null };

function kept<K, V>(read: (key: K) => V): (key: K) => V {
  const values = new Map<K, V>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined || values.has(key)) return known as V;
    const value = read(key);
    values.set(key, value);
    return value;
  };
}

/** Who decided, as people know him: `planner` and `restart` as they are, a user by his address, a token by its name. */
function deciderText({ users, tokens }: Pick<Rows, "users" | "tokens">, decidedBy: string): string {
  const [kind = "", id = ""] = decidedBy.split(":", 2);
  if (kind === "user") return users.byId(id)?.email ?? "a user who is gone";
  if (kind === "token") return `token ${tokens.byId(id)?.name ?? "that is gone"}`;
  return decidedBy;
}

/** Names of what allocations point at, each read once for a page. */
export class AllocationLines {
  readonly rig: (no: number) => Named;
  readonly #contract: (no: number) => Named;
  readonly #profile: (no: number) => string;
  readonly #decider: (decidedBy: string) => string;

  constructor(rows: Rows) {
    this.rig = kept((no) => {
      const rig = rows.rigs.byNo(no);
      return rig === null ? { text: `rig ${no}`, href: null } : { text: rig.name, href: `/rigs/${rig.id}` };
    });
    this.#contract = kept((no) => {
      const contract = rows.contracts.byNo(no);
      if (contract === null) return { text: `contract ${no}`, href: null };
      const customer = rows.customers.byNo(contract.customerNo)?.name;
      return { text: customer === undefined ? contract.number : `${contract.number} ${customer}`, href: `/contracts/${contract.id}` };
    });
    this.#profile = kept((no) => rows.profiles.byNo(no)?.name ?? "–");
    this.#decider = kept((decidedBy) => deciderText(rows, decidedBy));
  }

  /** Whom an allocation serves. */
  destination({ contractNo, profileNo }: Pick<Allocation, "contractNo" | "profileNo">): Named {
    if (contractNo !== null) return this.#contract(contractNo);
    return { text: profileNo === null ? "the house" : `the house, by profile ${this.#profile(profileNo)}`, href: null };
  }

  of(row: Allocation): AllocationLine {
    return {
      id: row.id,
      fromMs: row.fromMs,
      toMs: row.toMs,
      rig: this.rig(row.rigNo),
      to: this.destination(row),
      fraction: row.fraction,
      reason: row.reason.text,
      decidedBy: this.#decider(row.decidedBy),
    };
  }
}
