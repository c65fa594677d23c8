/** What people call a contract, `C-00042`, as SQL over the row of `contracts`. It is made of `no`, which is never given out twice. */
export const contractNumberSql = "printf('C-%05d', contracts.no)";
