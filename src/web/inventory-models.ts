import { Type } from "@sinclair/typebox";
import { rowExample } from "./examples.ts";
import { algorithm, rowFields } from "./models.ts";
import { hps, idOf, model, orNull, text, time, whole } from "./schema-parts.ts";

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
