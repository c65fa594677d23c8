import { type Fault, type JsonId, writeError, writeResult } from "../stratum/v1/envelope.ts";
import { errorCodes, errorTexts } from "../stratum/v1/error-codes.ts";
import type { Authorize, RigMessage } from "../stratum/v1/rig-messages.ts";
import { passwordHints } from "../stratum/v1/worker-names.ts";
import { readLogin } from "./login-rules.ts";
import type { RigDifficulty } from "./rig-difficulty.ts";
import type { Caller, RigFloor } from "./rig-floor.ts";
import type { RosterRig } from "./roster.ts";

/** A rig's connection, as those who log in over it see it. */
export type Entrant = Omit<Caller, "rig" | "others"> & {
  /** Whose connection it is: the first that logged in. */
  rig: RosterRig | null;
  /** Further workers, by the string they log in with. */
  others: Map<string, RosterRig> | null;
  /** The string of the first. */
  worker: string;
  readonly tuning: RigDifficulty;
  /** What came while an enrolment is being written, in order; null = none is. */
  waiting: (RigMessage | Fault)[] | null;
  /** Takes the next message. */
  handle: (message: RigMessage | Fault) => void;
  /** Somebody is known: where it has subscribed too, it works from now on. */
  start: () => void;
};

/** A login: of a rig that is known, of one that enrols itself, or refused with what is wrong. What comes while it is being enrolled waits. */
export function onAuthorize(session: Entrant, message: Authorize, floor: RigFloor): void {
  const login = readLogin(message.user, session.rig === null ? 0 : 1 + (session.others?.size ?? 0));
  if ("wrong" in login) {
    refuse(session, message.id, login.wrong, floor);
    return;
  }
  const { port } = session;
  const known = floor.roster.find(port.fleetNo, login.name);
  const shut = port.enrol ? floor.roster.noRoom : `no rig named ${login.name} is known, and rigs do not enrol themselves here`;
  if (known !== null) admit(session, message, known, floor);
  else if (shut !== null) refuse(session, message.id, shut, floor);
  else enrol(session, message, login.name, floor);
}

function enrol(session: Entrant, message: Authorize, name: string, floor: RigFloor): void {
  session.waiting = [];
  const { nominalHps } = passwordHints(message.password);
  floor.roster.enrol({ fleetNo: session.port.fleetNo, name, nominalHps }, (rig) => enrolled(session, message, rig, floor));
}

function enrolled(session: Entrant, message: Authorize, rig: RosterRig | null, floor: RigFloor): void {
  if (session.closed) return;
  const waiting = session.waiting ?? [];
  session.waiting = null;
  if (rig === null) refuse(session, message.id, "the hub could not enrol this rig; it will try again at the next login", floor);
  else admit(session, message, rig, floor);
  for (const next of waiting) resume(session, next);
}

/** What waited for an enrolment; where another login of the connection has to be enrolled in turn, it waits again. */
function resume(session: Entrant, message: RigMessage | Fault): void {
  if (session.closed) return;
  if (session.waiting === null) session.handle(message);
  else session.waiting.push(message);
}

function refuse(session: Entrant, id: JsonId, text: string, floor: RigFloor): void {
  floor.refused(session, text);
  session.reply(writeError(id, errorCodes.unauthorized, `${errorTexts.unauthorized}: ${text}`));
}

function admit(session: Entrant, message: Authorize, rig: RosterRig, floor: RigFloor): void {
  const wrong = floor.unfit(session, rig);
  if (wrong !== null) {
    refuse(session, message.id, wrong, floor);
    return;
  }
  session.reply(writeResult(message.id, true));
  const hints = passwordHints(message.password);
  floor.hinted(rig, hints);
  // A second login of the same rig is no second rig.
  const joins = !rig.sessions.includes(session);
  if (joins) rig.join(session);
  const isFirst = session.rig === null;
  if (isFirst) {
    session.rig = rig;
    session.worker = message.user;
    session.tuning.begin({ hinted: hints.difficulty, former: rig.workedAt(floor.now()) });
  } else if (message.user !== session.worker) {
    session.others = (session.others ?? new Map<string, RosterRig>()).set(message.user, rig);
  }
  if (joins) floor.admitted(session, rig);
  if (isFirst) session.start();
}
