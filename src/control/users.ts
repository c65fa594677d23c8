import type { Statement } from "bun:sqlite";
import { randomSecret } from "./credentials.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { type Failure, invalid, type Result, succeed, taken, together } from "./result.ts";
import { type ExpectedVersion, type Mapping, patched, type RawBase, type RowBase, RowTable } from "./row-table.ts";
import { checkFields, emailRule, oneOfRule, textRule } from "./rules.ts";
import { type Role, roles } from "./scopes.ts";
import { Secret } from "./secret.ts";
import type { Sessions } from "./sessions.ts";
import type { Settings } from "./settings.ts";

/** Somebody who logs in with a browser. */
export type User = RowBase & {
  /** In lower case; unique. */
  email: string;
  name: string;
  role: Role;
};

export type UserInput = { email: string; name?: string; role: Role; password: string | Secret };
export type UserPatch = Partial<Pick<User, "email" | "name" | "role">>;

type StoredUser = User & { passwordHash: Secret };
type RawUser = RawBase & { email: string; name: string; role: Role; password_hash: string };

const mapping: Mapping<StoredUser, RawUser> = {
  table: "users",
  noun: "user",
  prefix: "usr",
  columns: ["email", "name", "role", "password_hash"],
  read: (raw) => ({ email: raw.email, name: raw.name, role: raw.role, passwordHash: new Secret(raw.password_hash) }),
  write: (user) => [user.email, user.name, user.role, user.passwordHash.reveal()],
};

/** OWASP's second choice for argon2id: 19 MiB, two passes; some 30 ms of one core. */
const argon2id = Object.freeze({ algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const);

/** Length is what helps (NIST SP 800-63B); the upper end keeps hashing cheap. */
const passwordLengthMin = 10;
const passwordLengthMax = 200;

const rules = { email: emailRule, name: textRule(100), role: oneOfRule(roles) };

const publicOf = ({ passwordHash: _hash, ...user }: StoredUser): User => user;
const textOf = (password: string | Secret) => (password instanceof Secret ? password.reveal() : password);
const normalEmail = (email: string) => email.trim().toLowerCase();

function fieldsOf({ email, name, role }: UserInput) {
  const address = normalEmail(email);
  return { email: address, name: name ?? address.split("@")[0] ?? address, role };
}

function checkPassword(password: string): Failure | null {
  const isFit = password.length >= passwordLengthMin && password.length <= passwordLengthMax;
  return isFit ? null : invalid("password", `must have ${passwordLengthMin} to ${passwordLengthMax} characters`);
}

export class Users {
  readonly #database: ControlDatabase;
  readonly #rows: RowTable<StoredUser, RawUser>;
  readonly #settings: Settings;
  readonly #sessions: Sessions;
  readonly #byEmail: Statement<RawUser, SqlValue[]>;
  readonly #count: Statement<{ count: number }, SqlValue[]>;
  #decoyHash: Promise<string> | null = null;

  constructor(database: ControlDatabase, { settings, sessions }: { settings: Settings; sessions: Sessions }) {
    this.#database = database;
    this.#rows = new RowTable(database, mapping);
    this.#settings = settings;
    this.#sessions = sessions;
    this.#byEmail = this.#rows.prepare("email = ? AND removed_at_ms IS NULL");
    this.#count = database.sql.prepare("SELECT count(*) AS count FROM users WHERE removed_at_ms IS NULL");
  }

  all(): User[] {
    return this.#rows.all().map(publicOf);
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }

  /** Finds removed users too: the record goes on naming them. */
  byNo(no: number): User | null {
    const user = this.#rows.byNo(no);
    return user === null ? null : publicOf(user);
  }

  byId(id: string): User | null {
    const user = this.#rows.byId(id);
    return user === null ? null : publicOf(user);
  }

  byEmail(email: string): User | null {
    const user = this.#stored(email);
    return user === null ? null : publicOf(user);
  }

  /** Adds a user; the name defaults to the part of the address before the @. */
  async add(input: UserInput): Promise<Result<User>> {
    const prepared = await this.#prepare(input);
    return prepared.ok ? this.#insert(prepared.value) : prepared;
  }

  /** The account behind the set-up link: made only if there is no user yet and the link's token is good; both in one transaction. */
  async addFirstOwner(input: Omit<UserInput, "role">, setupToken: string): Promise<Result<User>> {
    // Before the hashing too, so that nobody without the link can make the hub work.
    if (this.count() > 0 || !this.#settings.isSetupToken(setupToken)) return invalid("setupToken", "is not valid any more");
    const prepared = await this.#prepare({ ...input, role: "owner" });
    if (!prepared.ok) return prepared;
    return this.#database.transaction(() => {
      const isFirst = this.count() === 0 && this.#settings.consumeSetupToken(setupToken);
      return isFirst ? this.#insert(prepared.value) : invalid("setupToken", "is not valid any more");
    });
  }

  /** The user with that address and password, or null. Takes as long for an address that nobody has as for a wrong password. */
  async verify(email: string, password: string | Secret): Promise<User | null> {
    const text = textOf(password);
    if (text.length > passwordLengthMax) return null;
    const user = this.#stored(email);
    this.#decoyHash ??= Bun.password.hash(randomSecret(), argon2id);
    const hash = user?.passwordHash.reveal() ?? (await this.#decoyHash);
    const isRight = await Bun.password.verify(text, hash);
    // Meanwhile he may have been removed, or have got another password: then this one opens nothing any more.
    const now = user === null ? null : this.#rows.byId(user.id);
    return isRight && now?.passwordHash.reveal() === hash ? publicOf(now) : null;
  }

  /** There must be an owner left. */
  update(id: string, patch: UserPatch, expected: ExpectedVersion): Result<User> {
    const edited = this.#rows.edit(id, expected, (current) => {
      const next = patched(current, patch.email === undefined ? patch : { ...patch, email: normalEmail(patch.email) });
      return this.#check(next, current) ?? (next.role === "owner" ? null : this.#checkOwners(current, "role")) ?? succeed(next);
    });
    return edited.ok ? succeed(publicOf(edited.value)) : edited;
  }

  /** The rule that a new password breaks; null = it may be one. */
  passwordFault(password: string | Secret): string | null {
    const broken = checkPassword(textOf(password));
    return broken?.problem === "invalid" ? broken.rule : null;
  }

  /** Sets a new password and logs the user out everywhere. */
  async setPassword(id: string, password: string | Secret): Promise<Result<User>> {
    const text = textOf(password);
    const broken = checkPassword(text);
    if (broken !== null) return broken;
    const passwordHash = new Secret(await Bun.password.hash(text, argon2id));
    return this.#database.transaction(() => {
      const edited = this.#rows.edit(id, null, (current) => succeed({ ...current, passwordHash }));
      if (edited.ok) this.#sessions.removeOfUser(edited.value.no);
      return edited.ok ? succeed(publicOf(edited.value)) : edited;
    });
  }

  /** Removes a user and logs him out everywhere; the last owner stays. */
  remove(id: string, expected: ExpectedVersion): Result<User> {
    const removed = this.#rows.remove(id, expected, (user) => {
      const refusal = this.#checkOwners(user, "id");
      if (refusal === null) this.#sessions.removeOfUser(user.no);
      return refusal;
    });
    return removed.ok ? succeed(publicOf(removed.value)) : removed;
  }

  #stored(email: string): StoredUser | null {
    return this.#rows.find(this.#byEmail, normalEmail(email));
  }

  /** Why such a user cannot be added; null when he can. Takes no time for hashing. */
  faultOf(input: UserInput): Failure | null {
    return together(this.#check(fieldsOf(input), null), checkPassword(textOf(input.password)));
  }

  async #prepare(input: UserInput): Promise<Result<Omit<StoredUser, keyof RowBase>>> {
    const passwordHash = async () => new Secret(await Bun.password.hash(textOf(input.password), argon2id));
    return this.faultOf(input) ?? succeed({ ...fieldsOf(input), passwordHash: await passwordHash() });
  }

  #insert(fields: Omit<StoredUser, keyof RowBase>): Result<User> {
    return this.#database.transaction(() => this.#check(fields, null) ?? succeed(publicOf(this.#rows.insert(fields))));
  }

  #check(user: Omit<User, keyof RowBase>, current: User | null): Failure | null {
    const namesake = this.#stored(user.email);
    const isTaken = namesake !== null && namesake.no !== current?.no;
    return together<Failure>(checkFields(user, rules), isTaken ? taken("email", "is the address of another user") : null);
  }

  #checkOwners(user: User, field: string): Failure | null {
    const isLast = user.role === "owner" && !this.#rows.all().some(({ no, role }) => role === "owner" && no !== user.no);
    return isLast ? invalid(field, "is that of the last owner; name another one first") : null;
  }
}
