import { Type } from "@sinclair/typebox";
import type { Loan } from "../../control/loans.ts";
import { TooScattered } from "../../ledger/delivered-works.ts";
import { type ApiParts, type Endpoint, readEndpoint } from "../endpoint.ts";
import { LoanWorks, within } from "../loan-works.ts";
import { invalidParameter, limitOf, listReply } from "../paging.ts";
import { idOf, model, oneOf, orNull, pageOf, pageQuery, time, windowQuery, workHashes } from "../schema-parts.ts";
import { timeText } from "../times.ts";
import { type Window, windowOf } from "./windows.ts";

const dayMs = 86_400_000;
const summedMax = 20_000;

const work = () => ({
  ...workHashes(),
  description:
    "Delivered to the contract in the loan's time within the window, by receipt: accepted less what pools refused, never below 0; expected hashes as text",
});
const shared = {
  kind: Type.Union([Type.Literal("stand-in"), Type.Literal("lent")], {
    description: "`stand-in`: a house rig in the place of one that failed; `lent`: one customer's rig for another's contract",
  }),
  owner_customer_id: orNull({ ...idOf("cus"), description: "Whose rig it was when the allocation began; null = the house's" }),
  contract_id: orNull(idOf("ctr")),
  borrower_customer_id: idOf("cus"),
};

export const loanModel = model("Loan", {
  allocation_id: idOf("alc"),
  ...shared,
  rig_id: orNull(idOf("rig")),
  fraction: Type.Number(),
  from: time(),
  to: orNull(
    time("When the rig left the contract: a stand-in stays, and so does its loan, when the failed rig is well again and becomes a spare; null = it goes on"),
  ),
  reason: Type.Object({ code: Type.String(), text: Type.String() }),
  seconds: Type.Number({ description: "Of its time that lie within the window" }),
  work_hashes: work(),
});
export const loanSummaryModel = model("LoanSummary", {
  from: time(),
  to: time(),
  as_of: time("Shares up to here are counted"),
  by_contract: Type.Array(
    Type.Object({
      ...shared,
      loans: Type.Integer(),
      rigs: Type.Integer(),
      rig_seconds: Type.Number({ description: "Seconds times fraction" }),
      work_hashes: work(),
    }),
  ),
});

const tail = "01kake8m3k5w9v2t7d4q6r1xyz";
const sharedExample = { kind: "stand-in", owner_customer_id: null, contract_id: `ctr_${tail}`, borrower_customer_id: `cus_${tail}` };
const loanExample = {
  allocation_id: `alc_${tail}`,
  ...sharedExample,
  rig_id: `rig_${tail}`,
  fraction: 1,
  from: "2026-11-22T02:13:05.000Z",
  to: "2026-11-22T05:40:00.000Z",
  reason: { code: "replaces", text: "S21-031 replaces S21-005, which has sent no accepted share for 95 s; chosen: same rack" },
  seconds: 12_415,
  work_hashes: "2483000000000000000",
};
const summaryExample = {
  from: "2026-11-22T00:00:00.000Z",
  to: "2026-11-23T00:00:00.000Z",
  as_of: "2026-11-23T00:00:00.000Z",
  by_contract: [{ ...sharedExample, loans: 3, rigs: 2, rig_seconds: 40_120, work_hashes: "8024000000000000000" }],
};

/** The ledger reads no more for one answer than it can in some seconds. */
function orShorter(error: unknown): never {
  if (error instanceof TooScattered)
    throw invalidParameter("from", "must be later: the loans of this window are too many and too far apart to be summed at once");
  throw error;
}

/** What pools refuse stands for work of before: a short time may have less than none. */
const workText = (delivered: bigint): string => String(delivered < 0n ? 0n : delivered);

function partiesOf({ ids }: ApiParts, { kind, ownerCustomerId, contractNo, borrowerCustomerId }: Loan) {
  return { kind, owner_customer_id: ownerCustomerId, contract_id: ids.contract(contractNo), borrower_customer_id: borrowerCustomerId };
}

export function loanEndpoints(parts: ApiParts): Endpoint[] {
  const { deps, ids } = parts;
  const { loans } = deps.control;
  const loanWorks = new LoanWorks(deps);
  const need = ["fleet:read", "contracts:read"] as const;
  return [
    readEndpoint({
      path: "/loans",
      need,
      tag: "loans",
      summary: "Who lent rigs to whom, and why",
      description:
        "Loans in force at any moment of `[from, to)`, by default of the last 24 hours, in the order in which they were decided. " +
        "A stand-in's loan lasts as long as it serves in the failed rig's stead, not as long as the failure: the rig that comes back becomes a spare.",
      query: Type.Object({ ...pageQuery, ...windowQuery, kind: Type.Optional(oneOf(["stand-in", "lent"])) }),
      answers: [{ status: 200, description: "Loans", schema: pageOf("Loan", loanModel), example: { data: [loanExample], page: { next: null } } }],
      handle: async ({ query, request }) => {
        const window = windowOf(query, deps.now() + 1, dayMs);
        const limit = limitOf(query);
        const afterNo = Number(query.cursor ?? 0);
        if (!Number.isSafeInteger(afterNo) || afterNo < 0) throw invalidParameter("cursor", "must be `page.next` of the page before");
        const found = loans.range({ ...window, afterNo, limit: limit + 1 });
        const rows = found.slice(0, limit);
        const { works } = await loanWorks.of(rows, window).catch(orShorter);
        const merged = deps.control.rigs.merged();
        const data = rows.map((loan, index) => {
          const { id, rigNo, fraction, fromMs, toMs, reason } = loan;
          const part = within(loan, window);
          const seconds = (part.toMs - part.fromMs) / 1_000;
          const term = { from: timeText(fromMs), to: timeText(toMs), reason, seconds, work_hashes: workText(works[index] ?? 0n) };
          return { allocation_id: id, ...partiesOf(parts, loan), rig_id: ids.rig(merged.get(rigNo) ?? rigNo), fraction, ...term };
        });
        const picked = query.kind === undefined ? data : data.filter(({ kind }) => kind === query.kind);
        return listReply(request, picked, found.length > limit ? String(rows.at(-1)?.no) : null);
      },
    }),
    readEndpoint({
      path: "/loans/summary",
      need,
      tag: "loans",
      summary: "What failures cost the house",
      description:
        "The loans of `[from, to)`, by default of the last 24 hours, by owner and contract. Stand-ins are what failures took from the house, for as long as they serve.",
      query: Type.Object(windowQuery),
      answers: [{ status: 200, description: "Sums", schema: loanSummaryModel, example: summaryExample }],
      handle: async ({ query }) => {
        const window = windowOf(query, deps.now() + 1, dayMs);
        const rows = loans.range({ ...window, afterNo: 0, limit: summedMax + 1 });
        if (rows.length > summedMax) throw invalidParameter("from", `must be later: there are more than ${summedMax} loans in this window`);
        const { works, asOfMs } = await loanWorks.of(rows, window).catch(orShorter);
        const groups = Map.groupBy([...rows.entries()], ([, loan]) => `${loan.ownerCustomerId} ${loan.contractNo}`);
        const sums = [...groups.values()].map((group) => sumOf(parts, group, { works, window }));
        return { body: { from: timeText(window.fromMs), to: timeText(window.toMs), as_of: timeText(asOfMs), by_contract: sums } };
      },
    }),
  ];
}

function sumOf(parts: ApiParts, group: [number, Loan][], { works, window }: { works: readonly bigint[]; window: Window }) {
  const [[, first] = []] = group;
  const delivered = group.reduce((sum, [index]) => sum + (works[index] ?? 0n), 0n);
  const rigSeconds = group.reduce((sum, [, loan]) => {
    const { fromMs, toMs } = within(loan, window);
    return sum + ((toMs - fromMs) / 1_000) * loan.fraction;
  }, 0);
  const merged = parts.deps.control.rigs.merged();
  const rigs = new Set(group.map(([, { rigNo }]) => merged.get(rigNo) ?? rigNo)).size;
  return { ...(first !== undefined && partiesOf(parts, first)), loans: group.length, rigs, rig_seconds: rigSeconds, work_hashes: workText(delivered) };
}
