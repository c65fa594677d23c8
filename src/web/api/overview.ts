import { type ApiParts, type Endpoint, readEndpoint } from "../endpoint.ts";
import { summaryExample, whoamiExample } from "../examples.ts";
import { summaryModel, whoamiModel } from "../models.ts";
import { timeText } from "../times.ts";

export function overviewEndpoints(parts: ApiParts): Endpoint[] {
  return [whoami(), summary(parts)];
}

function whoami(): Endpoint {
  return readEndpoint({
    path: "/whoami",
    need: null,
    tag: "account",
    summary: "Whose token this is",
    description: "Any valid token may ask. A good first call for a script that was just given its token.",
    answers: [{ status: 200, description: "The token, without its secret", schema: whoamiModel, example: whoamiExample }],
    handle: ({ principal }) => {
      const scopes = principal.kind === "token" ? principal.scopes : [];
      const expiresAtMs = principal.kind === "token" ? principal.expiresAtMs : null;
      return { body: { token_id: principal.id, name: principal.name, scopes, expires_at: timeText(expiresAtMs) } };
    },
  });
}

function summary({ deps, figures }: ApiParts): Endpoint {
  return readEndpoint({
    path: "/summary",
    need: "fleet:read",
    tag: "account",
    summary: "The farm at a glance",
    answers: [{ status: 200, description: "Figures of this moment", schema: summaryModel, example: summaryExample }],
    handle: async () => {
      const nowMs = deps.now();
      return {
        body: {
          at: timeText(nowMs),
          delivered_hps: await figures.deliveredHps(),
          promised_hps: deps.control.contracts.promisedHps(),
          rigs: deps.control.rigs.countByStatus(),
          rigs_never_seen: deps.control.rigs.neverSeen(),
          sessions: deps.hub.sessions(),
          contracts_at_risk: contractsAtRisk(deps),
        },
      };
    },
  });
}

/** Those in force that get less than was promised. */
function contractsAtRisk({ control, contracts }: ApiParts["deps"]): number {
  if (contracts === undefined) return 0;
  const inForce = control.contracts.all().filter(({ state }) => state === "active" || state === "activating");
  return inForce.filter(({ no }) => (contracts.health(no)?.state ?? "delivering") !== "delivering").length;
}
