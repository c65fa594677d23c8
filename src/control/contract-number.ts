/** What people call a contract, `C-00042`, as SQL over the row of `contracts`. It is made of `no`, which is never given out twice. */
export const contractNumberSql = "printf('C-%05d', contracts.no)";

/** The same of a row number that is at hand. */
export const contractNumber = (no: number): string => `C-${String(no).padStart(5, "0")}`;

/** The row number of what somebody typed, such as `c-42`; null where it is no number of a contract; these begin with 1. */
export function contractNoOf(typed: string): number | null {
  const [, digits] = /^(?:C-?)?0*([1-9]\d{0,11})$/i.exec(typed.trim()) ?? [];
  return digits === undefined ? null : Number(digits);
}
