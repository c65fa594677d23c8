const shownChars = 40;

/** What to say of a filter of the address that means nothing here, so that nobody takes the whole list for what he asked for. `read` = what it was taken for. */
export function unknownFilter(url: URL, name: string, { read, all }: { read: string; all: string }): string[] {
  const asked = (url.searchParams.get(name) ?? "").trim();
  return asked === "" || read !== "" ? [] : [`There is no ${name} “${asked.slice(0, shownChars)}” to filter by: ${all}.`];
}
