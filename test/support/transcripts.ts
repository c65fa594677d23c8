import { readdirSync, readFileSync } from "node:fs";
import type { Line } from "./raw-ends.ts";

export type Header = { firmware: string; origin: string; quirk: string; checks: string[]; extranonce2Bytes?: number };
export type Entry = { from: "rig" | "hub" | "pool"; line?: string; expect?: Line; next?: boolean; class?: string };
export type Transcript = { header: Header; entries: Entry[] };

const folder = new URL("../../fixtures/stratum/", import.meta.url);

function transcripts(): Transcript[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted()
    .map((name) => {
      const [header, ...entries] = readFileSync(new URL(name, folder), "utf8").trim().split("\n");
      return { header: JSON.parse(header ?? "") as Header, entries: entries.map((line) => JSON.parse(line) as Entry) };
    });
}

/** All transcripts that the real hub is played to (fixtures/stratum/README.md). */
export function flowTranscripts(): Transcript[] {
  return transcripts().filter(({ header }) => header.checks.includes("flow"));
}

export function isPoolTranscript({ entries }: Transcript): boolean {
  return entries.some(({ from }) => from === "pool");
}

/** Every line that one side says in any transcript. */
export function allLines(from: "rig" | "pool"): string[] {
  return transcripts().flatMap(({ entries }) => entries.flatMap((entry) => (entry.from === from && entry.line !== undefined ? [entry.line] : [])));
}
