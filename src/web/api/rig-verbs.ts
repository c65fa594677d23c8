import { type TObject, Type } from "@sinclair/typebox";
import type { StandingWord } from "../../control/rig-standing.ts";
import { claimWorker, drainRig, mergeRig, parkRig, sayStanding, unparkRig } from "../actions/rig-verbs.ts";
import { type ApiParts, type ChangeAsked, type ChangeReply, changeEndpoint, type Endpoint } from "../endpoint.ts";
import { rigExample } from "../examples.ts";
import { rigModel } from "../models.ts";
import { idOf, text } from "../schema-parts.ts";
import { movedReply, rigName, rigReply } from "./rig-changes.ts";

const workerName = Type.Object({ name: rigName() });
const mergeInto = Type.Object({ into: idOf("rig") });

type Verb<B extends TObject> = {
  name: string;
  summary: string;
  description: string;
  body?: B;
  bodyExample?: unknown;
  handle: (asked: ChangeAsked<B>) => ChangeReply;
};

/** `POST /rigs/{id}/<verb>`: answers the rig as it is then, and again the same when it was so already. */
function verbEndpoint<B extends TObject>(parts: ApiParts, { name, ...verb }: Verb<B>): Endpoint {
  return changeEndpoint(parts, {
    method: "POST",
    path: `/rigs/{id}/${name}`,
    need: "fleet:write",
    tag: "rigs",
    answers: [{ status: 200, description: "The rig", schema: rigModel, example: rigExample }],
    problems: ["conflict"],
    ...verb,
  });
}

export function rigVerbs(parts: ApiParts): Endpoint[] {
  return [...placeVerbs(parts), ...standingVerbs(parts), ...identityVerbs(parts)];
}

const because = Type.Object({ reason: Type.Optional(text(200, 0)) });

function standingVerbs(parts: ApiParts): Endpoint[] {
  const { deps, bell } = parts;
  const say = (word: StandingWord, summary: string, description: string) =>
    verbEndpoint(parts, {
      ...{ name: word, summary, description, body: because, bodyExample: { reason: "checked on the bench" } },
      handle: ({ id, body, principal }) => rigReply(parts, sayStanding(deps, principal, { id, word, reason: body.reason ?? "" }), { tell: bell.soon }),
    });
  return [
    say("quarantine", "Quarantine a rig", "Whatever its shares say, it mines for the house and is given to nobody, until it is released."),
    say("release", "Release a rig from quarantine", "It is vetted anew."),
    say(
      "pass",
      "Pass a rig out of vetting",
      "It counts as `online` at once and is watched like any other. Refused while it has no nominal hashrate, and for one that is not in vetting.",
    ),
  ];
}

function placeVerbs(parts: ApiParts): Endpoint[] {
  const { deps, bell } = parts;
  return [
    verbEndpoint(parts, {
      name: "drain",
      summary: "Drain a rig",
      description: "Its contracts get another rig first; then it mines for the house and is given to nobody. Refused for a pinned rig.",
      handle: ({ id, principal }) => rigReply(parts, drainRig(deps, principal, { id, draining: true }), { tell: bell.soon }),
    }),
    verbEndpoint(parts, {
      name: "undrain",
      summary: "End the draining of a rig",
      description: "It may be given to contracts again.",
      handle: ({ id, principal }) => rigReply(parts, drainRig(deps, principal, { id, draining: false }), { tell: bell.soon }),
    }),
    verbEndpoint(parts, {
      name: "park",
      summary: "Park a rig",
      description: "It mines for the house at once, whomever it serves, and is given to nobody until it is unparked. Refused for a pinned rig.",
      handle: ({ id, principal }) => movedReply(parts, parkRig(deps, principal, id)),
    }),
    verbEndpoint(parts, {
      name: "unpark",
      summary: "Unpark a rig",
      description: "It may be given to contracts again; until one needs it, it goes on mining for the house.",
      handle: ({ id, principal }) => rigReply(parts, unparkRig(deps, principal, id), { tell: bell.soon }),
    }),
  ];
}

function identityVerbs(parts: ApiParts): Endpoint[] {
  const { deps, bell } = parts;
  return [
    verbEndpoint(parts, {
      name: "claim-worker",
      summary: "Lead a worker name to a rig",
      description:
        "For a machine whose worker was renamed or whose control board was swapped: from its next login on it is this rig. " +
        "Refused for the name of another rig of the fleet; merge that one, if the two are one machine.",
      body: workerName,
      bodyExample: { name: "s19-0042-new" },
      handle: ({ id, body, principal }) => rigReply(parts, claimWorker(deps, principal, { id, name: body.name, claims: true }), { tell: bell.soon }),
    }),
    verbEndpoint(parts, {
      name: "release-worker",
      summary: "Take a claimed worker name from a rig",
      description: "Whoever logs in with it next enrols as a rig of its own.",
      body: workerName,
      bodyExample: { name: "s19-0042-old" },
      handle: ({ id, body, principal }) => rigReply(parts, claimWorker(deps, principal, { id, name: body.name, claims: false }), { tell: bell.soon }),
    }),
    verbEndpoint(parts, {
      name: "merge",
      summary: "Merge a rig into another",
      description:
        "For two rows that are one machine. This one goes; `into` stays, gets its worker names, and its details where it has none itself. " +
        "Shares and allocations of both count for the one that stays. Refused while this one serves a contract.",
      body: mergeInto,
      bodyExample: { into: rigExample.id },
      handle: ({ id, body, principal }) => rigReply(parts, mergeRig(deps, principal, { id, into: body.into }), { tell: bell.soon }),
    }),
  ];
}
