import { Type } from "@sinclair/typebox";
import { levelsMax, slotsMax } from "../control/racks.ts";
import { rigStatuses } from "../control/rig-row.ts";
import { rowExample } from "./examples.ts";
import { algorithm, rowFields } from "./models.ts";
import { hps, idOf, model, oneOf, orNull, text, time, whole } from "./schema-parts.ts";

/** What the API answers about assets, with an example of each. */
const tail = "01kake8m3k5w9v2t7d4q6r1xyz";

export const rigModelModel = model("RigModel", {
  id: idOf("mdl"),
  name: text(100),
  algorithm: algorithm(),
  nominal_hps: hps(),
  watts: orNull(whole(1, 1_000_000)),
  ...rowFields,
});
export const modelExample = { id: `mdl_${tail}`, name: "Antminer S19 XP", algorithm: "sha256d", nominal_hps: 141000000000000, watts: 3010, ...rowExample };

export const repairModel = model("Repair", {
  id: idOf("rep"),
  at: time(),
  by: Type.String({ description: "`user:…` or `token:…`" }),
  by_name: Type.String(),
  text: Type.String(),
});
export const repairExample = {
  id: `rep_${tail}`,
  at: "2026-11-22T09:12:00.000Z",
  by: `user:usr_${tail}`,
  by_name: "kari@farm.example",
  text: "Hash board 2 replaced, fan cleaned",
};

export const rackModel = model("Rack", {
  id: idOf("rck"),
  site_id: orNull(idOf("sit")),
  building: orNull(text(100)),
  row: orNull(text(100)),
  name: text(100),
  levels: whole(1, levelsMax),
  slots: whole(1, slotsMax),
  ...rowFields,
});
export const rackExample = { id: `rck_${tail}`, site_id: `sit_${tail}`, building: "B1", row: "R3", name: "K1", levels: 4, slots: 6, ...rowExample };

const standing = () => Type.Object({ id: idOf("rig"), name: Type.String(), status: oneOf(rigStatuses), position: orNull(Type.String()) });
export const rackPositionsModel = model("RackPositions", {
  positions: Type.Array(
    Type.Object({
      level: Type.Integer({ description: "From 1, the lowest" }),
      slot: Type.Integer({ description: "From 1, the leftmost as one stands before the rack" }),
      number: Type.Integer({ description: "From 1 along the lowest level, then along the next" }),
      rigs: Type.Array(standing(), { description: "More than one = they say that they stand at the same place" }),
    }),
  ),
  unplaced: Type.Array(standing(), { description: "Rigs of this rack that say no position, or one that it has not" }),
});
const standingExample = { id: `rig_${tail}`, name: "s19-0042", status: "online", position: "1-2" };
export const rackPositionsExample = {
  positions: [
    { level: 1, slot: 1, number: 1, rigs: [] },
    { level: 1, slot: 2, number: 2, rigs: [standingExample] },
  ],
  unplaced: [{ ...standingExample, position: null }],
};
