import { Type } from "@sinclair/typebox";
import type { Profile } from "../../control/profiles.ts";
import { recordAct, recordChange } from "../actions/record.ts";
import { accepted } from "../control-result.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { profileExample } from "../examples.ts";
import { Faults } from "../faults.ts";
import { profileModel } from "../models.ts";
import { listReply, noOf, pageByNo } from "../paging.ts";
import type { PoolsByNo } from "../pool-views.ts";
import { profileJson } from "../present-rows.ts";
import { profileWarnings } from "../profile-warnings.ts";
import { idOf, orNull, pageOf, pageQuery, text, whole } from "../schema-parts.ts";

const poolIds = () => Type.Array(idOf("pol"), { minItems: 1, maxItems: 5, uniqueItems: true, description: "In order: the first is used while it is well" });
const optional = { return_after_s: Type.Optional(whole(0, 86_400)), customer_id: Type.Optional(orNull(idOf("cus"))) };
const newProfile = Type.Object({ name: text(100), pool_ids: poolIds(), ...optional });
const profilePatch = Type.Object({ name: Type.Optional(text(100)), pool_ids: Type.Optional(poolIds()), ...optional });

const subjectOf = ({ id, name }: Profile) => ({ kind: "profile", id, name });

export function profileEndpoints(parts: ApiParts): Endpoint[] {
  return [...profileReads(parts), ...profileChanges(parts)];
}

/** As the API shows them; the record of a change has no warnings. */
function presented(parts: ApiParts, profiles: readonly Profile[], known?: PoolsByNo) {
  const warnings = profileWarnings(parts, profiles, known);
  return profiles.map((profile) => ({ ...profileJson(profile, parts.ids), warnings: warnings.get(profile.no) ?? [] }));
}

const presentedOne = (parts: ApiParts, profile: Profile) => presented(parts, [profile])[0];

function profileReads(parts: ApiParts): Endpoint[] {
  const { profiles } = parts.deps.control;
  return [
    readEndpoint({
      path: "/profiles",
      need: "pools:read",
      tag: "profiles",
      summary: "List profiles",
      query: Type.Object(pageQuery),
      answers: [
        {
          status: 200,
          description: "Profiles, oldest first",
          schema: pageOf("Profile", profileModel),
          example: { data: [profileExample], page: { next: null } },
        },
      ],
      handle: async ({ query, request }) => {
        const { rows, next } = pageByNo(profiles.all(), query);
        return listReply(request, presented(parts, rows, await parts.pools.current()), next);
      },
    }),
    readEndpoint({
      path: "/profiles/{id}",
      need: "pools:read",
      tag: "profiles",
      summary: "Read a profile",
      answers: [{ status: 200, description: "The profile", schema: profileModel, example: profileExample }],
      handle: ({ id }) => {
        const profile = found(profiles.byId(id), "profile");
        return { body: presentedOne(parts, profile), version: profile.version, isLive: true };
      },
    }),
  ];
}

/** Pool ids as row numbers; those that lead nowhere are kept as faults, each by its place. */
function poolNosOf({ deps }: ApiParts, poolIdList: readonly string[], faults: Faults): number[] {
  return poolIdList.map((id, index) => faults.read(() => noOf(`pool_ids/${index}`, deps.control.pools.byId(id), "pool"), ["pool_ids"]) ?? 0);
}

function profileChanges(parts: ApiParts): Endpoint[] {
  const { deps, ids, bell } = parts;
  const { control } = deps;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/profiles",
      need: "pools:write",
      tag: "profiles",
      summary: "Add a profile",
      description: "An ordered list of up to five pools of one algorithm.",
      body: newProfile,
      bodyExample: { name: "House", pool_ids: profileExample.pool_ids },
      answers: [{ status: 201, description: "The profile", schema: profileModel, example: profileExample }],
      handle: ({ body, principal }) => {
        const faults = new Faults();
        const input = { name: body.name, poolNos: poolNosOf(parts, body.pool_ids, faults) };
        const optionalInput = { ...(body.return_after_s !== undefined && { returnAfterS: body.return_after_s }), customerId: body.customer_id ?? null };
        const profile = faults.settle(() => accepted(control.profiles.create({ ...input, ...optionalInput }), "profile"));
        recordAct(control, principal, { verb: "added", subject: subjectOf(profile), data: { pool_ids: body.pool_ids } });
        const location = `/api/v1/profiles/${profile.id}`;
        return { status: 201, body: presentedOne(parts, profile), version: profile.version, location, tell: bell.now };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/profiles/{id}",
      need: "pools:write",
      tag: "profiles",
      summary: "Change a profile",
      description: "Rigs that mine through it move to the pool that is first now.",
      body: profilePatch,
      bodyExample: { return_after_s: 300 },
      answers: [{ status: 200, description: "The profile as it is now", schema: profileModel, example: profileExample }],
      handle: ({ id, body, principal, version }) => {
        const before = found(control.profiles.byId(id), "profile");
        const faults = new Faults();
        const patch = {
          ...(body.name !== undefined && { name: body.name }),
          ...(body.pool_ids !== undefined && { poolNos: poolNosOf(parts, body.pool_ids, faults) }),
          ...(body.return_after_s !== undefined && { returnAfterS: body.return_after_s }),
          ...(body.customer_id !== undefined && { customerId: body.customer_id }),
        };
        const after = faults.settle(() => accepted(control.profiles.update(id, patch, version), "profile"));
        recordChange(control, principal, { subject: subjectOf(after), before: profileJson(before, ids), after: profileJson(after, ids) });
        return { body: presentedOne(parts, after), version: after.version, tell: bell.now };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/profiles/{id}",
      need: "pools:write",
      tag: "profiles",
      summary: "Remove a profile",
      description: "Refused while it is a fleet's house, or a rig is pinned to it or works through it.",
      answers: [{ status: 204, description: "Removed" }],
      problems: ["in-use"],
      handle: ({ id, principal, version }) => {
        const profile = accepted(control.profiles.remove(id, version), "profile");
        recordAct(control, principal, { verb: "removed", subject: subjectOf(profile) });
        return { tell: bell.now };
      },
    }),
  ];
}
