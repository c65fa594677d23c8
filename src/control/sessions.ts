import type { Statement } from "bun:sqlite";
import { hashSecret, randomSecret } from "./credentials.ts";
import type { ControlDatabase, SqlValue } from "./database.ts";
import { noteUse } from "./note-use.ts";
import { Secret } from "./secret.ts";

/** A browser that is logged in (a rig's session is a connection, and lives in the hub). */
export type BrowserSession = {
  no: number;
  userNo: number;
  /** Every form must carry it. It says whose the form is even when the session is gone (`isCsrfOf`). */
  csrf: string;
  address: string;
  agent: string;
  createdAtMs: number;
  /** When the password was last entered; some changes want that to be recent. */
  authenticatedAtMs: number;
  /** Exact to a minute. */
  lastSeenMs: number;
};

type RawSession = {
  no: number;
  user_no: number;
  csrf: string;
  address: string;
  agent: string;
  created_at_ms: number;
  authenticated_at_ms: number;
  last_seen_ms: number;
};

/** A browser that is silent for so long has to log in again; one that is not, after the second time. */
const idleMsMax = 12 * 3_600_000;
const ageMsMax = 30 * 24 * 3_600_000;
const lastSeenStepMs = 60_000;
const agentLengthMax = 300;
const sessionsPerUserMax = 50;

const sessionOf = (raw: RawSession): BrowserSession => ({
  no: raw.no,
  userNo: raw.user_no,
  csrf: raw.csrf,
  address: raw.address,
  agent: raw.agent,
  createdAtMs: raw.created_at_ms,
  authenticatedAtMs: raw.authenticated_at_ms,
  lastSeenMs: raw.last_seen_ms,
});

const ownerMark = (random: string, userNo: number) =>
  Buffer.from(hashSecret(`${random} of ${userNo}`))
    .toString("base64url")
    .slice(0, 22);

function newCsrf(userNo: number): string {
  const random = randomSecret();
  return `${random}.${ownerMark(random, userNo)}`;
}

/** Whether a form's token was given to this user, in whichever session. It proves nothing of who sends it: look where the form was kept. */
export function isCsrfOf(csrf: string, userNo: number): boolean {
  const [random = "", mark] = csrf.split(".");
  return random !== "" && mark === ownerMark(random, userNo);
}

const isOver = (session: BrowserSession, nowMs: number) => nowMs - session.lastSeenMs >= idleMsMax || nowMs - session.createdAtMs >= ageMsMax;

export class Sessions {
  readonly #database: ControlDatabase;
  readonly #insert: Statement<unknown, SqlValue[]>;
  readonly #byHash: Statement<RawSession, SqlValue[]>;
  readonly #ofUser: Statement<RawSession, SqlValue[]>;
  readonly #touch: Statement<unknown, SqlValue[]>;
  readonly #authenticated: Statement<unknown, SqlValue[]>;
  readonly #remove: Statement<unknown, SqlValue[]>;
  readonly #removeOfUser: Statement<unknown, SqlValue[]>;
  readonly #removeOld: Statement<unknown, SqlValue[]>;
  readonly #removeSurplus: Statement<unknown, SqlValue[]>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#insert = sql.prepare(
      `INSERT INTO browser_sessions (user_no, token_hash, csrf, address, agent, created_at_ms, authenticated_at_ms, last_seen_ms)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)`,
    );
    this.#byHash = sql.prepare("SELECT * FROM browser_sessions WHERE token_hash = ?");
    this.#ofUser = sql.prepare("SELECT * FROM browser_sessions WHERE user_no = ? ORDER BY no DESC");
    this.#touch = sql.prepare("UPDATE browser_sessions SET last_seen_ms = ? WHERE no = ?");
    this.#authenticated = sql.prepare("UPDATE browser_sessions SET authenticated_at_ms = ? WHERE no = ?");
    this.#remove = sql.prepare("DELETE FROM browser_sessions WHERE no = ?");
    this.#removeOfUser = sql.prepare("DELETE FROM browser_sessions WHERE user_no = ?");
    this.#removeOld = sql.prepare(`DELETE FROM browser_sessions WHERE last_seen_ms <= ?1 - ${idleMsMax} OR created_at_ms <= ?1 - ${ageMsMax}`);
    this.#removeSurplus = sql.prepare(
      `DELETE FROM browser_sessions WHERE user_no = ?1 AND no NOT IN (SELECT no FROM browser_sessions WHERE user_no = ?1 ORDER BY no DESC LIMIT ${sessionsPerUserMax})`,
    );
  }

  /** Logs a user in. The token goes into the cookie and is stored as a hash only; the oldest of too many sessions end. */
  create({ userNo, address, agent }: { userNo: number; address: string; agent: string }): { token: Secret; session: BrowserSession } {
    const token = randomSecret();
    return this.#database.transaction(() => {
      const nowMs = this.#database.now();
      const hash = hashSecret(token);
      this.#insert.run(userNo, hash, newCsrf(userNo), address, agent.slice(0, agentLengthMax), nowMs);
      this.#removeSurplus.run(userNo);
      const raw = this.#byHash.get(hash);
      if (raw === null) throw new Error("a session vanished inside its own transaction");
      this.#database.trail.note({ kind: "session", id: null, before: null, after: { address, agent: raw.agent } });
      return { token: new Secret(token), session: sessionOf(raw) };
    });
  }

  /** The session of a cookie's token; null when there is none, or it was silent for 12 hours, or is 30 days old. Notes its use at most once a minute. */
  verify(token: string, nowMs: number): BrowserSession | null {
    const raw = this.#byHash.get(hashSecret(token));
    if (raw === null) return null;
    const session = sessionOf(raw);
    if (isOver(session, nowMs)) {
      noteUse(() => this.#remove.run(session.no));
      return null;
    }
    if (nowMs - session.lastSeenMs < lastSeenStepMs) return session;
    noteUse(() => this.#touch.run(nowMs, session.no));
    return { ...session, lastSeenMs: nowMs };
  }

  /** The password was entered once more. */
  setAuthenticated(no: number): void {
    this.#authenticated.run(this.#database.now(), no);
  }

  /** Where a user is logged in, the last login first. */
  ofUser(userNo: number): BrowserSession[] {
    return this.#ofUser.all(userNo).map(sessionOf);
  }

  remove(no: number): void {
    this.#end(() => this.#remove.run(no).changes);
  }

  removeOfUser(userNo: number): void {
    this.#end(() => this.#removeOfUser.run(userNo).changes);
  }

  #end(remove: () => number): void {
    this.#database.transaction(() => {
      const count = remove();
      if (count > 0) this.#database.trail.note({ kind: "session", id: null, before: { count }, after: null });
    });
  }

  /** Deletes what is over; to be called now and then. */
  prune(): void {
    this.#removeOld.run(this.#database.now());
  }
}
