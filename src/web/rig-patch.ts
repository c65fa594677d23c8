import { type Static, Type } from "@sinclair/typebox";
import type { Control } from "../control/control.ts";
import { lends, lifecycles, type Rig, type RigPatch } from "../control/rig-row.ts";
import { macRule, notesRule } from "../control/rules.ts";
import { noIfAny } from "./paging.ts";
import { day, idOf, nominalHps, oneOf, orNull, ruled, text } from "./schema-parts.ts";

const label = () => Type.Optional(orNull(text(100)));
const placePart = () => Type.Optional(orNull(text(100)));
/** What people say of a rig, beside its name and fleet. */
export const rigFields = {
  asset_code: Type.Optional(orNull(text(64))),
  site_id: Type.Optional(orNull(idOf("sit"))),
  location: Type.Optional(
    Type.Object(
      { building: placePart(), row: placePart(), rack: placePart(), position: placePart() },
      { description: "Parts that are left out stay as they are" },
    ),
  ),
  owner_customer_id: Type.Optional(orNull(idOf("cus"))),
  model: label(),
  serial: label(),
  mac: Type.Optional(orNull(ruled(text(64), macRule))),
  warranty_until: Type.Optional(orNull(day())),
  nominal_hps: Type.Optional(orNull(nominalHps())),
  lend: Type.Optional(oneOf(lends)),
  lifecycle: Type.Optional(oneOf(lifecycles)),
  notes: Type.Optional(ruled(Type.String({ maxLength: 4_000 }), notesRule(4_000))),
};
const rigBody = Type.Object({ ...rigFields, name: Type.Optional(Type.String()), fleet_id: Type.Optional(Type.String()) });
export type RigBody = Static<typeof rigBody>;

/** What a body says of a rig, laid over the rig as it is (null = a new one). */
export function rigPatchOf({ fleets }: Pick<Control, "fleets">, body: RigBody, current: Rig | null): RigPatch {
  const { model, serial, mac, lend, lifecycle, notes, location } = body;
  const place = current?.location ?? { building: null, row: null, rack: null, position: null };
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.fleet_id !== undefined && { fleetNo: noIfAny(fleets.byId(body.fleet_id)) }),
    ...(body.asset_code !== undefined && { assetCode: body.asset_code }),
    ...(body.site_id !== undefined && { siteId: body.site_id }),
    ...(location !== undefined && { location: { ...place, ...location } }),
    ...(body.owner_customer_id !== undefined && { ownerCustomerId: body.owner_customer_id }),
    ...(model !== undefined && { model }),
    ...(serial !== undefined && { serial }),
    ...(mac !== undefined && { mac }),
    ...(body.warranty_until !== undefined && { warrantyUntil: body.warranty_until }),
    ...(body.nominal_hps !== undefined && { nominalHps: body.nominal_hps }),
    ...(lend !== undefined && { lend }),
    ...(lifecycle !== undefined && { lifecycle }),
    ...(notes !== undefined && { notes }),
  };
}
