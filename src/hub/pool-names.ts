import { classifyReject } from "../stratum/v1/error-codes.ts";
import type { Response } from "../stratum/v1/response.ts";

const firstNameId = 16;
const accountBefore = /[^._+/-][._+/-]\{rig\}/;

/** A name that the pool is to be told before work goes up under it, and the id of that request. */
export type Introduction = { id: number; name: string };

/** The names that one session sends work under, and which of them the pool takes. */
export class PoolNames {
  /** What the session itself is logged in as. */
  readonly login: string;
  /** It knows only the name of the login: ckpool answers a second authorize with nothing, and shares under its name with "Worker mismatch". */
  private takesOne = false;
  private readonly username: string;
  /** Of the session: what an operator should know of it. */
  private readonly warnings: Set<string>;
  private readonly states = new Map<string, "asked" | "granted" | "refused">();
  private readonly ids = new Map<number, string>();
  private nextId = firstNameId;

  constructor(username: string, warnings: Set<string>) {
    this.username = username;
    this.warnings = warnings;
    this.login = username.replaceAll("{rig}", "hub");
  }

  /** The account's own, or the rig's where the username says `{rig}` and the pool takes it. */
  of(rigName: string): string {
    if (!this.username.includes("{rig}")) return this.username;
    if (this.takesOne) return this.login;
    const name = this.username.replaceAll("{rig}", rigName);
    return this.isSameAccount && this.states.get(name) === "refused" ? this.login : name;
  }

  /** What to tell the pool of a name; null where it has been told. */
  introduction(name: string): Introduction | null {
    if (name === this.login || this.states.has(name)) return null;
    const id = this.nextId++;
    this.states.set(name, "asked");
    this.ids.set(id, name);
    return { id, name };
  }

  /** Takes the answer to an introduction; null where the response is to something else. `id`: -1 for none of ours. */
  answer(id: number, response: Response): { refused: string | null } | null {
    const name = this.ids.size === 0 ? undefined : this.ids.get(id);
    if (name === undefined) return null;
    this.ids.delete(id);
    this.states.set(name, response.accepted ? "granted" : "refused");
    // It was only slow to grant it.
    if (response.accepted) this.believeInOne(false);
    return { refused: response.accepted ? null : name };
  }

  /** Whether the share was refused for its name alone, so that the name of the login may do; from then on it stands for that name. A name that was granted is not to blame. */
  blames(name: string, refusal: { code: number; text: string }): boolean {
    const state = this.states.get(name);
    if (!this.isSameAccount || name === this.login || state === "granted" || classifyReject(refusal) !== "unauthorized") return false;
    if (state === "asked") this.believeInOne(true);
    this.states.set(name, "refused");
    return true;
  }

  private believeInOne(takesOne: boolean): void {
    this.takesOne = takesOne;
    const warning = `takes one worker name per connection: rigs that share one work there as ${this.login}; in mode per-rig each has its own name`;
    if (takesOne) this.warnings.add(warning);
    else this.warnings.delete(warning);
  }

  /** What stands before `{rig}` and a separator is the account, so that work under any of its names is paid to the same; farm7 and farmhub are two accounts. */
  private get isSameAccount(): boolean {
    return accountBefore.test(this.username);
  }
}
