import type { Choice } from "../../../views/parts/form.tsx";

const searchCharsMax = 100;

/** What events may be about. */
export const eventKinds: readonly Choice[] = [
  { value: "", text: "everything" },
  { value: "rig", text: "rigs" },
  { value: "contract", text: "contracts" },
  { value: "pool", text: "pools" },
  { value: "profile", text: "profiles" },
  { value: "fleet", text: "fleets" },
  { value: "site", text: "sites" },
  { value: "customer", text: "customers" },
  { value: "user", text: "users" },
  { value: "hub", text: "the hub itself" },
];

/** `until`: as it was typed; `before`: the number of the event that the page before ended with. */
export type EventQuery = { about: string; q: string; until: string; before: number | null };

/** What the address asks for; what it cannot mean is left out. */
export function readEventQuery(url: URL): EventQuery {
  const get = (name: string) => (url.searchParams.get(name) ?? "").trim().slice(0, searchCharsMax).trimEnd();
  const before = Number(get("before"));
  return {
    about: eventKinds.some(({ value }) => value === get("about")) ? get("about") : "",
    q: get("q"),
    until: get("until"),
    before: Number.isSafeInteger(before) && before > 0 ? before : null,
  };
}

/** The query as fields of an address; neutral values are left out. */
export function eventFields({ about, q, until, before }: EventQuery): [name: string, value: string][] {
  const fields: [name: string, value: string][] = [
    ["about", about],
    ["q", q],
    ["until", until],
    ["before", before === null ? "" : String(before)],
  ];
  return fields.filter(([, value]) => value !== "");
}
