import { Type } from "@sinclair/typebox";
import type { Rig } from "../../control/rig-row.ts";
import { rigNameWords } from "../../control/rules.ts";
import { recordAct } from "../actions/record.ts";
import { addRig, changeRig } from "../actions/rig-details.ts";
import { type Moved, pinRig, pinToContract, rigOf, rigSubject, unpinRig } from "../actions/rigs.ts";
import { accepted } from "../control-result.ts";
import { type ApiParts, type ChangeReply, changeEndpoint, type Endpoint } from "../endpoint.ts";
import { rigExample } from "../examples.ts";
import { noRates } from "../live-figures.ts";
import { rigModel } from "../models.ts";
import { noIfAny } from "../paging.ts";
import { invalidField } from "../problems.ts";
import { rigFields, rigPatchOf } from "../rig-patch.ts";
import { idOf } from "../schema-parts.ts";
import { presentOneRig, presentRig } from "./rigs.ts";

export const rigName = () =>
  Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: "^[A-Za-z0-9_-]{1,64}$",
    "x-rule": rigNameWords,
    description: "What it logs in as: the part of its worker after the last `.`, which is why it has none itself",
  });
const newRig = Type.Object({ name: rigName(), fleet_id: idOf("flt"), ...rigFields });
const rigPatch = Type.Object({ name: Type.Optional(rigName()), fleet_id: Type.Optional(idOf("flt")), ...rigFields });
const pin = Type.Object({ profile_id: Type.Optional(idOf("prf")), contract_id: Type.Optional(idOf("ctr")) });

/** The rig with its figures, once the change is on disk. */
export function rigReply(parts: ApiParts, rig: Rig, reply: ChangeReply = {}): ChangeReply {
  const complete = async () => ({ ...reply, version: rig.version, body: await presentOneRig(parts, rig) });
  return { ...reply, version: rig.version, body: presentRig(parts, rig, noRates), complete };
}

export function rigChanges(parts: ApiParts): Endpoint[] {
  const { deps, bell } = parts;
  const { control } = deps;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/rigs",
      need: "fleet:write",
      tag: "rigs",
      summary: "Enter a rig",
      description: "For rigs that shall be known before they connect. Rigs that nobody entered enrol themselves.",
      body: newRig,
      bodyExample: { name: "s19-0042", fleet_id: rigExample.fleet_id, nominal_hps: 141000000000000 },
      answers: [{ status: 201, description: "The rig", schema: rigModel, example: rigExample }],
      handle: ({ body, principal }) => {
        const fleetNo = noIfAny(control.fleets.byId(body.fleet_id));
        const rig = addRig(deps, principal, { ...rigPatchOf(deps.control, body, null), name: body.name, fleetNo });
        return rigReply(parts, rig, { status: 201, location: `/api/v1/rigs/${rig.id}`, tell: bell.soon });
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/rigs/{id}",
      need: "fleet:write",
      tag: "rigs",
      summary: "Change a rig",
      description:
        "A new fleet moves it to that fleet's house profile unless it is pinned. A new name leaves the old one among its `worker_names`: the machine goes on logging in with it. " +
        "`lifecycle`: `maintenance` drains it; `storage` and `retired` are refused while it serves a contract or is pinned.",
      problems: ["in-use"],
      body: rigPatch,
      bodyExample: { location: { row: "3", rack: "12" }, notes: "fan replaced" },
      answers: [{ status: 200, description: "The rig as it is now", schema: rigModel, example: rigExample }],
      handle: ({ id, body, principal, version }) => {
        const before = rigOf(deps, id);
        const rig = changeRig(deps, principal, { id, version, patch: rigPatchOf(deps.control, body, before) });
        return rigReply(parts, rig, { tell: bell.soon });
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/rigs/{id}",
      need: "fleet:write",
      tag: "rigs",
      summary: "Remove a rig",
      description: "Its history stays. If it connects again it enrols as a new rig.",
      answers: [{ status: 204, description: "Removed" }],
      problems: ["in-use"],
      handle: ({ id, principal, version }) => {
        const rig = accepted(control.rigs.remove(id, version), "rig");
        recordAct(control, principal, { verb: "removed", subject: rigSubject(rig) });
        return { tell: bell.soon };
      },
    }),
  ];
}

export function rigPins(parts: ApiParts): Endpoint[] {
  const { deps } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/rigs/{id}/pin",
      need: "fleet:write",
      tag: "rigs",
      summary: "Pin a rig to a profile or a contract",
      description:
        "`profile_id` takes it out of the plan and sends it through the profile, booked to the house; refused for a customer's profile and for one of another " +
        "algorithm. `contract_id` fixes it to the contract until that ends; before its start, and while it is suspended, the rig waits at the house. Answers " +
        "at once; `serving` changes when the new job is sent. The rig stays connected.",
      body: pin,
      bodyExample: { profile_id: rigExample.id.replace("rig_", "prf_") },
      answers: [{ status: 200, description: "The rig", schema: rigModel, example: rigExample }],
      problems: ["conflict"],
      handle: ({ id, body: { profile_id, contract_id }, principal }) => {
        if ((profile_id === undefined) === (contract_id === undefined)) throw invalidField("profile_id", "is required, or else contract_id; one of the two");
        if (contract_id !== undefined) return movedReply(parts, pinToContract(deps, principal, { id, contractId: contract_id }));
        return movedReply(parts, pinRig(deps, principal, { id, profileId: profile_id ?? "" }));
      },
    }),
    changeEndpoint(parts, {
      method: "POST",
      path: "/rigs/{id}/unpin",
      need: "fleet:write",
      tag: "rigs",
      summary: "Unpin a rig",
      description: "Gives it back to the plan: from a profile it goes to the house at once, from a contract when the plan says so.",
      answers: [{ status: 200, description: "The rig", schema: rigModel, example: rigExample }],
      handle: ({ id, principal }) => movedReply(parts, unpinRig(deps, principal, id)),
    }),
  ];
}

/** The record is on disk when the hub hears of the move; then it reads the rigs again, because others may have to be planned anew. */
export function movedReply(parts: ApiParts, { rig, moves }: Moved): ChangeReply {
  const tell = () => {
    if (moves.length > 0) parts.deps.hub.applyMoves(moves);
    parts.bell.soon();
    parts.deps.contracts?.changed();
  };
  return rigReply(parts, rig, { tell });
}
