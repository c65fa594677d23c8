import { batchApplyForm, batchFieldsForm, batchPage, bulkForm } from "./bulk.ts";
import { importApplyForm, importMapForm, importPage, importsPage, importTemplate, importUndo, importUndoForm, uploadForm } from "./imports.ts";
import { inventoryFile, inventoryPage } from "./inventory.ts";
import { labelsPage } from "./labels.ts";
import { addModelForm, changeModelForm, modelPage, modelsPage, removeModelForm } from "./models.ts";
import type { PageCall } from "./page-call.ts";
import type { PageParts } from "./page-parts.ts";
import { placingForm, placingPage } from "./placing.ts";
import { addRackForm, changeRackForm, newRackPage, rackPage, removeRackForm } from "./rack-forms.ts";
import { racksPage } from "./racks.ts";
import { noteRepairForm, repairsPage } from "./repairs.ts";
import { addRepairForm, giveCodeForm, rigEditForm, rigEditPage } from "./rig-edit.ts";
import { claimWorkerForm, mergeForm } from "./rig-identity.ts";

type Show = (parts: PageParts, call: PageCall) => Response | Promise<Response>;
type Routes = readonly [path: string, show: Show][];

/** For everybody who is signed in; those about one rig ask themselves who may place it. */
export const inventoryShown: Routes = [
  ["/inventory", inventoryPage],
  ["/inventory.csv", inventoryFile],
  ["/inventory/labels", labelsPage],
  ["/racks", racksPage],
  ["/repairs", repairsPage],
  ["/models", modelsPage],
  ["/rigs/:id/edit", rigEditPage],
  ["/batches/:id", batchPage],
];

/** For who may change rigs. */
export const inventoryForms: Routes = [
  ["/inventory/place", placingPage],
  ["/racks/new", newRackPage],
  ["/racks/:id", rackPage],
  ["/models/:id", modelPage],
  ["/imports", importsPage],
  ["/imports/template.csv", importTemplate],
  ["/imports/:id", importPage],
  ["/imports/:id/undo.csv", importUndo],
];

/** Where their forms are sent. */
export const inventoryChanges: Routes = [
  ["/inventory/place", placingForm],
  ["/racks", addRackForm],
  ["/racks/:id", changeRackForm],
  ["/racks/:id/delete", removeRackForm],
  ["/models", addModelForm],
  ["/models/:id", changeModelForm],
  ["/models/:id/delete", removeModelForm],
  ["/rigs/:id/give-asset-code", giveCodeForm],
  ["/rigs/:id/claim-worker", claimWorkerForm],
  ["/rigs/:id/merge", mergeForm],
  ["/imports", uploadForm],
  ["/imports/:id", importMapForm],
  ["/imports/:id/apply", importApplyForm],
  ["/imports/:id/undo", importUndoForm],
];

/** Where technicians may send forms too. */
export const inventoryPlacing: Routes = [
  ["/rigs/:id/edit", rigEditForm],
  ["/rigs/:id/repairs", addRepairForm],
  ["/rigs/bulk", bulkForm],
  ["/batches/:id", batchFieldsForm],
  ["/batches/:id/apply", batchApplyForm],
  ["/repairs/:id", noteRepairForm],
];
