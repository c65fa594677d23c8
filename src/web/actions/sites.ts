import type { Site, SiteInput, SitePatch } from "../../control/sites.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import { siteJson } from "../present-rows.ts";
import type { Principal } from "../principal.ts";
import { notFound } from "../problems.ts";
import { recordAct, recordChange, type Subject } from "./record.ts";

const siteSubject = ({ id, name }: Site): Subject => ({ kind: "site", id, name });

/** Adds a site and writes it down; run it in a transaction. */
export function addSite({ control }: Pick<WebDeps, "control">, principal: Principal, input: SiteInput): Site {
  const site = accepted(control.sites.create(input), "site");
  recordAct(control, principal, { verb: "added", subject: siteSubject(site) });
  return site;
}

/** `version` is the one that the person saw; null = whatever is there. */
export type SiteChange = { id: string; version: number | null; patch: SitePatch };

/** Changes a site and writes down what differs; run it in a transaction. */
export function changeSite({ control }: Pick<WebDeps, "control">, principal: Principal, { id, version, patch }: SiteChange): Site {
  const before = control.sites.byId(id);
  if (before === null) throw notFound("site");
  const after = accepted(control.sites.update(id, patch, version), "site");
  recordChange(control, principal, { subject: siteSubject(after), before: siteJson(before), after: siteJson(after) });
  return after;
}

/** Refused while fleets, rigs or racks are there. */
export function removeSite({ control }: Pick<WebDeps, "control">, principal: Principal, { id, version }: { id: string; version: number | null }): void {
  const site = accepted(control.sites.remove(id, version), "site");
  recordAct(control, principal, { verb: "removed", subject: siteSubject(site) });
}
