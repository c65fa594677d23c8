/** @jsxImportSource @kitajs/html */
import type { PoolState } from "../../src/health/facts.ts";
import { duration } from "../format.ts";
import { Glyph, type Shape } from "./glyph.tsx";

/** A rig's status in the product's seven words, and of those that are offline the ones that never came; in the order in which an operator wants to see them. */
export const rigStatusOrder = ["rejecting", "offline", "degraded", "flapping", "quarantined", "vetting", "online", "never seen"] as const;
export type RigStatusWord = (typeof rigStatusOrder)[number];

export type Tone = "ok" | "warn" | "bad" | "off" | "new";
export type Look = { shape: Shape; tone: Tone };

export const rigLooks: Readonly<Record<RigStatusWord, Look>> = Object.freeze({
  vetting: { shape: "diamond", tone: "new" },
  online: { shape: "disc", tone: "ok" },
  degraded: { shape: "up", tone: "warn" },
  offline: { shape: "ring", tone: "off" },
  rejecting: { shape: "square", tone: "bad" },
  flapping: { shape: "zigzag", tone: "warn" },
  quarantined: { shape: "barred", tone: "bad" },
  "never seen": { shape: "dots", tone: "off" },
});

const poolLooks: Readonly<Record<PoolState, Look>> = Object.freeze({
  unused: { shape: "ring", tone: "off" },
  connecting: { shape: "diamond", tone: "new" },
  live: { shape: "disc", tone: "ok" },
  warm: { shape: "half", tone: "ok" },
  failing: { shape: "up", tone: "warn" },
  ejected: { shape: "square", tone: "bad" },
  misconfigured: { shape: "cross", tone: "bad" },
});

/** A contract's state; of one that is active, how it is doing. */
export const contractWords = ["down", "degraded", "activating", "scheduled", "active", "delivering", "suspended", "ended"] as const;
export type ContractWord = (typeof contractWords)[number];
/** Those that have not ended, in the order in which an operator wants to see them. */
export const contractWordOrder: readonly ContractWord[] = contractWords.filter((word) => word !== "ended");

export const contractLooks: Readonly<Record<ContractWord, Look>> = Object.freeze({
  scheduled: { shape: "diamond", tone: "new" },
  activating: { shape: "half", tone: "new" },
  active: { shape: "disc", tone: "ok" },
  delivering: { shape: "disc", tone: "ok" },
  degraded: { shape: "up", tone: "warn" },
  down: { shape: "square", tone: "bad" },
  suspended: { shape: "barred", tone: "off" },
  ended: { shape: "ring", tone: "off" },
});

/** What may be the matter with a fleet as a whole. */
export type FleetWord = "alarm" | "unwell" | "held" | "houseless";
const fleetLooks: Readonly<Record<FleetWord, Look>> = Object.freeze({
  alarm: { shape: "square", tone: "bad" },
  unwell: { shape: "up", tone: "warn" },
  held: { shape: "barred", tone: "warn" },
  houseless: { shape: "cross", tone: "bad" },
});

/** Glyph, word and, unless null, how long it has been so. */
export function Mark(props: { word: string; look: Look; forMs: number | null }): JSX.Element {
  return (
    <span class={`mark ${props.look.tone}`}>
      <Glyph shape={props.look.shape} />
      <b safe>{props.word}</b>
      {props.forMs === null ? "" : <small safe>{duration(props.forMs)}</small>}
    </span>
  );
}

export function RigMark(props: { status: RigStatusWord; forMs: number | null }): JSX.Element {
  return <Mark word={props.status} look={rigLooks[props.status]} forMs={props.forMs} />;
}

export function PoolMark(props: { state: PoolState; forMs: number | null }): JSX.Element {
  return <Mark word={props.state} look={poolLooks[props.state]} forMs={props.forMs} />;
}

export function FleetMark(props: { word: FleetWord }): JSX.Element {
  return <Mark word={props.word} look={fleetLooks[props.word]} forMs={null} />;
}

export function ContractMark(props: { word: ContractWord; forMs: number | null }): JSX.Element {
  return <Mark word={props.word} look={contractLooks[props.word]} forMs={props.forMs} />;
}

/** Whether something is as it should be, in two words of the caller. */
export function CheckMark(props: { ok: boolean; words: readonly [well: string, unwell: string] }): JSX.Element {
  return <Mark word={props.words[props.ok ? 0 : 1]} look={props.ok ? { shape: "disc", tone: "ok" } : { shape: "up", tone: "warn" }} forMs={null} />;
}

/** What anything is called that has a status: a contract's word, a fleet's, a rig's status or a pool's state. */
export type AnyMark =
  | { kind: "contract"; word: ContractWord }
  | { kind: "fleet"; word: FleetWord }
  | { kind: "rig"; status: RigStatusWord }
  | { kind: "pool"; state: PoolState };

export function StatusMark(props: { mark: AnyMark; forMs: number | null }): JSX.Element {
  const { mark, forMs } = props;
  switch (mark.kind) {
    case "contract":
      return <ContractMark word={mark.word} forMs={forMs} />;
    case "fleet":
      return <FleetMark word={mark.word} />;
    case "rig":
      return <RigMark status={mark.status} forMs={forMs} />;
    case "pool":
      return <PoolMark state={mark.state} forMs={forMs} />;
  }
}
