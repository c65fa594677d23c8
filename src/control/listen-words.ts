/** In words, why listening failed. A name that cannot be resolved comes without a code. */
export function addressRule(code: string | null, port: number): string {
  switch (code) {
    case "EADDRINUSE":
      return "is taken by another program";
    case "EACCES":
    case "EPERM":
      return port > 0 && port < 1024 ? "needs the right to use ports below 1024" : "may not be listened on by this user";
    case "EADDRNOTAVAIL":
    case "EINVAL":
    case null:
      return "is not an address of this machine";
    default:
      return `cannot be listened on (${code})`;
  }
}
