import type { ContractListQuery } from "../../../views/pages/contracts.tsx";
import { contractWords } from "../../../views/parts/status.tsx";

const searchCharsMax = 100;

/** What an address asks for; what it cannot mean falls back to its neutral value, for a link that somebody typed must still open. */
export function readContractQuery(url: URL): ContractListQuery {
  const asked = url.searchParams.get("show") ?? "";
  const page = Number(url.searchParams.get("page"));
  return {
    q: (url.searchParams.get("q") ?? "").trim().slice(0, searchCharsMax).trimEnd(),
    show: asked === "attention" ? asked : (contractWords.find((word) => word === asked) ?? ""),
    page: Number.isSafeInteger(page) && page > 0 && page < 1_000 ? page : 1,
  };
}
