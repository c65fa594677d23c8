import { Type } from "@sinclair/typebox";
import { assetCodePatternRule } from "../../control/asset-codes.ts";
import { timeZoneRule } from "../../control/rules.ts";
import { addSite, changeSite, removeSite } from "../actions/sites.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { siteExample } from "../examples.ts";
import { siteModel } from "../models.ts";
import { listReply, pageByNo } from "../paging.ts";
import { siteJson } from "../present-rows.ts";
import { orNull, pageOf, pageQuery, ruled, text } from "../schema-parts.ts";

const timezone = () => Type.Optional(ruled({ ...text(100), description: "Of the IANA list; UTC where none is given" }, timeZoneRule));
const pattern = () =>
  Type.Optional(
    orNull(ruled({ ...text(40), description: "Of asset codes here, like AM-{MODEL}-{000000}, which is also what null stands for" }, assetCodePatternRule)),
  );
const newSite = Type.Object({ name: text(100), timezone: timezone(), asset_code_pattern: pattern() });
const sitePatch = Type.Object({ name: Type.Optional(text(100)), timezone: timezone(), asset_code_pattern: pattern() });

/** A body as the row has it. */
function fieldsOf<B extends { asset_code_pattern?: string | null }>({ asset_code_pattern: assetCodePattern, ...rest }: B) {
  return { ...rest, ...(assetCodePattern !== undefined && { assetCodePattern }) };
}

export function siteEndpoints(parts: ApiParts): Endpoint[] {
  return [...siteReads(parts), ...siteChanges(parts)];
}

function siteReads({ deps }: ApiParts): Endpoint[] {
  const { sites } = deps.control;
  return [
    readEndpoint({
      path: "/sites",
      need: "fleet:read",
      tag: "sites",
      summary: "List sites",
      query: Type.Object(pageQuery),
      answers: [{ status: 200, description: "Sites, oldest first", schema: pageOf("Site", siteModel), example: { data: [siteExample], page: { next: null } } }],
      handle: ({ query, request }) => {
        const { rows, next } = pageByNo(sites.all(), query);
        return listReply(request, rows.map(siteJson), next);
      },
    }),
    readEndpoint({
      path: "/sites/{id}",
      need: "fleet:read",
      tag: "sites",
      summary: "Read a site",
      answers: [{ status: 200, description: "The site", schema: siteModel, example: siteExample }],
      handle: ({ id }) => {
        const site = found(sites.byId(id), "site");
        return { body: siteJson(site), version: site.version };
      },
    }),
  ];
}

function siteChanges(parts: ApiParts): Endpoint[] {
  const { deps } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/sites",
      need: "fleet:write",
      tag: "sites",
      summary: "Add a site",
      description: "A place with rigs. Fleets and rigs name it as `site_id`.",
      body: newSite,
      bodyExample: { name: siteExample.name, timezone: siteExample.timezone },
      answers: [{ status: 201, description: "The site", schema: siteModel, example: siteExample }],
      handle: ({ body, principal }) => {
        const site = addSite(deps, principal, fieldsOf(body));
        return { status: 201, body: siteJson(site), version: site.version, location: `/api/v1/sites/${site.id}` };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/sites/{id}",
      need: "fleet:write",
      tag: "sites",
      summary: "Change a site",
      body: sitePatch,
      bodyExample: { timezone: "Europe/Vienna" },
      answers: [{ status: 200, description: "The site as it is now", schema: siteModel, example: siteExample }],
      handle: ({ id, body, principal, version }) => {
        const after = changeSite(deps, principal, { id, version, patch: fieldsOf(body) });
        return { body: siteJson(after), version: after.version };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/sites/{id}",
      need: "fleet:write",
      tag: "sites",
      summary: "Remove a site",
      description: "Refused while fleets, rigs or racks are there.",
      answers: [{ status: 204, description: "Removed" }],
      problems: ["in-use"],
      handle: ({ id, principal, version }) => {
        removeSite(deps, principal, { id, version });
        return {};
      },
    }),
  ];
}
