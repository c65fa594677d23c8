import type { TObject } from "@sinclair/typebox";
import type { Contract } from "../../control/contract-row.ts";
import { type Changed, changeContract, renewContract, resumeContract, suspendContract, terminateContract } from "../actions/contract-commands.ts";
import { msOf } from "../actions/contracts.ts";
import { contractExample } from "../contract-examples.ts";
import { contractChange, contractModel, renewal, suspension, termination } from "../contract-models.ts";
import { type ApiParts, type ChangeReply, type ChangeSpec, changeEndpoint, type Endpoint } from "../endpoint.ts";
import { contractJson, nothingYet } from "../present-contracts.ts";
import { Problem } from "../problems.ts";
import { presentContract, tellOfContract } from "./contract-present.ts";

type Command<B extends TObject> = Pick<ChangeSpec<B>, "summary" | "description" | "body" | "bodyExample" | "problems"> & {
  word: string;
  act: (asked: Parameters<ChangeSpec<B>["handle"]>[0]) => Changed;
};

/** The commands of a billing system. Each may be repeated, with its key or without: what is done already is answered as it is. */
export function contractCommands(parts: ApiParts): Endpoint[] {
  const { deps, ids } = parts;
  return [
    command(parts, {
      word: "suspend",
      summary: "Suspend a contract",
      description: "Its rigs mine for the house, and its clock stands still. One that is suspended stays as it is.",
      body: suspension,
      bodyExample: { reason: "invoice 2026-117 is overdue" },
      act: ({ id, body, principal }) => only(suspendContract(deps, principal, { id, reason: body.reason })),
    }),
    command(parts, {
      word: "resume",
      summary: "Resume a contract",
      description: "It goes on as it was before it was suspended. One that is not suspended stays as it is.",
      act: ({ id, principal }) => only(resumeContract(deps, principal, id)),
    }),
    command(parts, {
      word: "change",
      summary: "Change what is promised",
      description:
        "From now on. Only the difference moves rigs. More than before must be there to be promised, unless this change says `allow_short: true`: that the contract was sold short once is no leave to raise it.",
      body: contractChange,
      bodyExample: { promised_hps: 6_000_000_000_000_000 },
      problems: ["conflict", "insufficient-capacity"],
      act: ({ id, body, principal }) => changeContract(deps, principal, { id, version: null, entry: body, ids }),
    }),
    command(parts, {
      word: "renew",
      summary: "Renew a contract",
      description: "A later end, or null for an open one; no rig moves. It takes back a termination that has not come yet.",
      body: renewal,
      bodyExample: { ends_at: "2028-11-22T00:00:00Z" },
      act: ({ id, body, principal }) => only(renewContract(deps, principal, { id, endsAtMs: body.ends_at === null ? null : msOf(body.ends_at) })),
    }),
    command(parts, {
      word: "terminate",
      summary: "Terminate a contract",
      description: "Now, or at a moment that is still to come, before its end. Its rigs are free, its history stays. One that has ended stays as it is.",
      body: termination,
      bodyExample: { reason: "cancelled by the customer" },
      act: ({ id, body, principal }) =>
        only(terminateContract(deps, principal, { id, atMs: body.at === undefined ? null : msOf(body.at), reason: body.reason })),
    }),
  ];
}

/** Commands that leave it to the planner who moves. */
const only = (contract: Contract): Changed => ({ contract, moves: [] });

function command<B extends TObject>(parts: ApiParts, { word, act, problems = ["conflict"], ...doc }: Command<B>): Endpoint {
  return changeEndpoint<B>(parts, {
    ...doc,
    method: "POST",
    path: `/contracts/{id}/${word}`,
    need: ["contracts:write", "provisioning"],
    tag: "contracts",
    answers: [{ status: 200, description: "The contract as it is now", schema: contractModel, example: contractExample }],
    problems,
    handle: (asked) =>
      commandReply(
        parts,
        orState(parts, asked.id, () => act(asked)),
      ),
  });
}

/** A refusal for the contract's state says the state, so that a script need not read the words. */
function orState<T>({ deps }: ApiParts, id: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const state = deps.control.contracts.byId(id)?.state;
    if (!(error instanceof Problem) || error.kind !== "conflict" || state === undefined) throw error;
    const { detail, errors } = error;
    throw new Problem("conflict", detail, { errors, members: { current_state: state } });
  }
}

function commandReply(parts: ApiParts, { contract, moves }: Changed): ChangeReply {
  const tell = () => {
    if (moves.length > 0) parts.deps.hub.applyMoves(moves);
    tellOfContract(parts);
  };
  const reply = { version: contract.version, tell };
  return {
    ...reply,
    body: contractJson(contract, nothingYet, parts.ids),
    complete: async () => ({ ...reply, body: await presentContract(parts, contract.no) }),
  };
}
