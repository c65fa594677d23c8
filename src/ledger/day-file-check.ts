import { basename } from "node:path";
import { sha256Of } from "./parquet.ts";
import type { Piece } from "./share-sources.ts";

/** Files looked at in one go: of itself, and after a question failed on some file. */
const filesInTurn = 1;
const filesInHurry = 50;

/** What DuckDB says when a file is the matter. */
const speaksOfFiles = /parquet|IO Error|No magic bytes|snappy|zstd/i;

/** A file that the disk does not give back is damaged; one that we may not open just now is looked at another time. */
function sumOf({ file, sha256 }: Piece): Promise<string> {
  return sha256Of(file).catch((error: NodeJS.ErrnoException) => (error.code === "EIO" ? "" : sha256));
}

/** Finds damaged day files: one after the other in turn, those at once that a question stumbled on. */
export class DayFileCheck {
  #turn = 0;
  #hurry = 0;
  readonly #suspects = new Set<string>();
  readonly #givenUp = new Set<string>();

  /** A question failed. Its message may name the file; else any of them may be the one. */
  suspect(error: unknown, pieces: readonly Piece[]): void {
    if (pieces.length === 0) return;
    const text = String(error);
    const named = pieces.filter(({ file }) => text.includes(basename(file)));
    for (const { file } of named) this.#suspects.add(file);
    if (named.length === 0 && speaksOfFiles.test(text)) this.#hurry = pieces.length;
  }

  /** Nothing can be done about a file's damage until the next start. */
  giveUp({ file }: Piece): void {
    this.#givenUp.add(file);
  }

  /** Of the pieces that were checked this time, those whose file is not as it was written, or is gone. */
  async damaged(pieces: readonly Piece[]): Promise<Piece[]> {
    const inTurn = Math.min(pieces.length, this.#hurry > 0 ? filesInHurry : filesInTurn);
    this.#hurry = Math.max(0, this.#hurry - inTurn);
    const turn = Array.from({ length: inTurn }, (_, index) => pieces[(this.#turn + index) % pieces.length] as Piece);
    this.#turn += inTurn;
    const suspected = pieces.filter(({ file }) => this.#suspects.has(file));
    this.#suspects.clear();
    const found: Piece[] = [];
    for (const piece of new Set([...suspected, ...turn])) {
      const isOther = async () => (await sumOf(piece)) !== piece.sha256;
      if (piece.sha256 !== "" && !this.#givenUp.has(piece.file) && (await isOther())) found.push(piece);
    }
    return found;
  }
}
