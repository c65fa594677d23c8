import type { Site, SiteInput } from "../../control/sites.ts";
import { accepted } from "../control-result.ts";
import type { WebDeps } from "../deps.ts";
import type { Principal } from "../principal.ts";
import { recordAct, type Subject } from "./record.ts";

export const siteSubject = ({ id, name }: Site): Subject => ({ kind: "site", id, name });

/** Adds a site and writes it down; run it in a transaction. */
export function addSite({ control }: Pick<WebDeps, "control">, principal: Principal, input: SiteInput): Site {
  const site = accepted(control.sites.create(input), "site");
  recordAct(control, principal, { verb: "added", subject: siteSubject(site) });
  return site;
}
