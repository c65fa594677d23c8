import { Type } from "@sinclair/typebox";
import type { ContractQuery } from "../../control/contract-list.ts";
import { type Contract, type ContractState, contractStates } from "../../control/contract-row.ts";
import { contractOf, editContract } from "../actions/contract-commands.ts";
import { addContract } from "../actions/contracts.ts";
import { contractEntryExample, contractExample, newContractExample } from "../contract-examples.ts";
import { contractEntryModel, contractModel, contractPatch, newContract } from "../contract-models.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, type Reply, readEndpoint } from "../endpoint.ts";
import { openingWarnings } from "../opening-warnings.ts";
import { invalidParameter, limitOf, listReply, pageFrom } from "../paging.ts";
import { contractEntryJson, contractJson, nothingYet } from "../present-contracts.ts";
import type { Need } from "../principal.ts";
import { idOf, pageOf, pageQuery } from "../schema-parts.ts";
import { timeText } from "../times.ts";
import { presentContract, presentContracts, presentTried, tellOfContract } from "./contract-present.ts";

const readNeed: Need = ["contracts:read", "provisioning"];

const contractQuery = Type.Object({
  ...pageQuery,
  state: Type.Optional(Type.String({ maxLength: 100, description: `One or more of ${contractStates.join(", ")}, with commas between them` })),
  customer_id: Type.Optional(idOf("cus")),
  fleet_id: Type.Optional(idOf("flt")),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: "Part of the number, the reference or the customer's name" })),
});

export function contractEndpoints(parts: ApiParts): Endpoint[] {
  return [contractList(parts), adding(parts), ...contractReads(parts), editing(parts)];
}

function contractList(parts: ApiParts): Endpoint {
  const { control } = parts.deps;
  return readEndpoint({
    path: "/contracts",
    need: readNeed,
    tag: "contracts",
    summary: "List contracts",
    query: contractQuery,
    answers: [
      {
        status: 200,
        description: "Contracts, oldest first",
        schema: pageOf("Contract", contractModel),
        example: { data: [contractExample], page: { next: null } },
      },
    ],
    handle: async ({ query, request }) => {
      const asked: ContractQuery = {
        cursor: query.cursor ?? null,
        limit: limitOf(query),
        ...(query.state !== undefined && { states: statesOf(query.state) }),
        // Row numbers begin at 1: what does not exist has no contracts.
        ...(query.customer_id !== undefined && { customerNo: control.customers.byId(query.customer_id)?.no ?? 0 }),
        ...(query.fleet_id !== undefined && { fleetNo: control.fleets.byId(query.fleet_id)?.no ?? 0 }),
        ...(query.q !== undefined && { text: query.q }),
      };
      const { rows, next } = pageFrom(control.contracts.list(asked));
      return listReply(request, await presentContracts(parts, rows), next);
    },
  });
}

function statesOf(text: string): ContractState[] {
  const words = text.split(",");
  const states = contractStates.filter((state) => words.includes(state));
  if (states.length !== words.length)
    throw invalidParameter("state", `must be one or more of ${contractStates.join(", ")}, each once, with commas between them`);
  return states;
}

function contractReads(parts: ApiParts): Endpoint[] {
  const { contracts } = parts.deps.control;
  const answers = [{ status: 200 as const, description: "The contract", schema: contractModel, example: contractExample }];
  const read = async (contract: Contract): Promise<Reply> => ({ body: await presentContract(parts, contract.no), version: contract.version, isLive: true });
  return [
    readEndpoint({
      path: "/contracts/by-ref/{ref}",
      need: readNeed,
      tag: "contracts",
      summary: "Read a contract by your own reference",
      description: "For a script that lost the answer to its POST: 404 says that it may send it again.",
      answers,
      handle: ({ id }) => read(found(contracts.byExternalRef(id), "contract")),
    }),
    readEndpoint({
      path: "/contracts/{id}",
      need: readNeed,
      tag: "contracts",
      summary: "Read a contract",
      description: "What `month` holds is null until statements are there, what `health` holds while the contract is not in force.",
      answers,
      handle: ({ id }) => read(contractOf(parts.deps, id)),
    }),
    readEndpoint({
      path: "/contracts/{id}/history",
      need: readNeed,
      tag: "contracts",
      summary: "What became of a contract",
      description: "Every change, oldest first, with who made it and the terms that held from then on.",
      answers: [
        {
          status: 200,
          description: "The changes",
          schema: pageOf("ContractEntry", contractEntryModel),
          example: { data: [contractEntryExample], page: { next: null } },
        },
      ],
      handle: ({ id, request }) => {
        const contract = contractOf(parts.deps, id);
        const entries = contracts.history(contract.no).map((entry) => contractEntryJson(entry, contract, parts.ids));
        return listReply(request, entries, null);
      },
    }),
  ];
}

function adding(parts: ApiParts): Endpoint {
  const { deps, ids } = parts;
  return changeEndpoint(parts, {
    method: "POST",
    path: "/contracts",
    need: ["contracts:write", "provisioning"],
    tag: "contracts",
    summary: "Add a contract",
    description:
      "Method `threshold` promises `promised_hps`; `miners` promises rigs: `rig_ids`, or `rig_count` with `rig_nominal_hps` or a `model`. The customer and his " +
      "pools may come in the same body: a customer whose `external_ref` is known is taken as he is, pools become a profile of his. Too little capacity is a " +
      "409 with what there is, unless `allow_short`. New pools are tried for at most 3 seconds before the answer, so that `warnings` say what they are like; " +
      "they also say that a start lies in the past, and that a new customer has the name of another.",
    body: newContract,
    bodyExample: newContractExample,
    answers: [{ status: 201, description: "The contract: `activating`, or `scheduled` before its start", schema: contractModel, example: contractExample }],
    problems: ["conflict", "insufficient-capacity"],
    handle: ({ body, principal }) => {
      const contract = addContract(deps, principal, body);
      const reply = { status: 201 as const, version: contract.version, location: `/api/v1/contracts/${contract.id}` };
      const warnings = openingWarnings(deps.control, contract, timeText);
      const complete = async () => ({ ...reply, body: await presentTried(parts, contract, warnings) });
      return { ...reply, body: contractJson(contract, { ...nothingYet, warnings }, ids), tell: () => tellOfContract(parts), complete };
    },
  });
}

function editing(parts: ApiParts): Endpoint {
  const { deps, ids } = parts;
  return changeEndpoint(parts, {
    method: "PATCH",
    path: "/contracts/{id}",
    need: ["contracts:write", "provisioning"],
    tag: "contracts",
    summary: "Edit a contract",
    description: "Reference and notes. What was promised changes by `change`, `renew` and the other commands alone.",
    body: contractPatch,
    bodyExample: { notes: "calls before maintenance" },
    answers: [{ status: 200, description: "The contract as it is now", schema: contractModel, example: contractExample }],
    handle: ({ id, body, principal, version }) => {
      const contract = editContract(deps, principal, { id, version, patch: body, ids });
      const reply = { version: contract.version };
      return { ...reply, body: contractJson(contract, nothingYet, ids), complete: async () => ({ ...reply, body: await presentContract(parts, contract.no) }) };
    },
  });
}
