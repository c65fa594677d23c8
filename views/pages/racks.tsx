/** @jsxImportSource @kitajs/html */

import { clockTime, count, plural } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Heading } from "../parts/heading.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { RigMark, type RigStatusWord } from "../parts/status.tsx";
import { Empty } from "../parts/text.tsx";
import type { AssetUrls, Clock, Viewer } from "../viewer.ts";

export type StandingRig = {
  id: string;
  name: string;
  status: RigStatusWord;
  statusSinceMs: number;
  reason: string;
  lifecycle: string;
  /** As somebody wrote it. */
  position: string | null;
};
export type SlotProps = { level: number; slot: number; no: number; rigs: readonly StandingRig[] };
export type RackCard = {
  id: string;
  name: string;
  levels: number;
  slots: number;
  cells: readonly SlotProps[];
  /** They say this rack, and no position of it. */
  unplaced: readonly StandingRig[];
};
/** A rack that rigs name and nobody described. */
export type NamedRack = { name: string; rigs: number; addHref: string };
export type RowLink = { text: string; href: string; rigs: number; troubled: number; current: boolean };
/** Rows that stand in one building. */
export type BuildingRows = { text: string; rows: readonly RowLink[] };
export type RowProps = {
  text: string;
  racks: readonly RackCard[];
  unshown: number;
  named: readonly NamedRack[];
  /** Where the size of all of them is told at once. */
  addAllHref: string;
  withoutRack: number;
};

export type RacksProps = {
  viewer: Viewer;
  assets: AssetUrls;
  buildings: readonly BuildingRows[];
  row: RowProps | null;
  addHref: string;
  live: string;
};

const titleOf = (rig: StandingRig, { level, slot, no }: SlotProps, { nowMs, zone }: Clock): string =>
  `${rig.name}: ${rig.status} since ${clockTime(rig.statusSinceMs, nowMs, zone)}, ${rig.reason}. Level ${level}, slot ${slot} (number ${no})`;

function Slot(props: { slot: SlotProps; clock: Clock }): JSX.Element {
  const { slot } = props;
  const place = `${slot.level}-${slot.slot}`;
  if (slot.rigs.length === 0)
    return (
      <td class="free">
        <small safe>{place}</small> <small>empty</small>
      </td>
    );
  return (
    <td class={slot.rigs.length > 1 ? "twice" : undefined}>
      <small safe>{slot.rigs.length > 1 ? `${place}: ${slot.rigs.length} rigs` : place}</small>
      {slot.rigs.map((rig) => (
        <a href={`/rigs/${rig.id}`} title={titleOf(rig, slot, props.clock)}>
          <RigMark status={rig.status} forMs={null} />
          <span safe>{rig.name}</span>
          {rig.lifecycle === "active" ? "" : <small safe>{rig.lifecycle}</small>}
        </a>
      ))}
    </td>
  );
}

function RackTable(props: { rack: RackCard; clock: Clock }): JSX.Element {
  const { rack } = props;
  // As one stands before it: the highest level is drawn first.
  const levels = Array.from({ length: rack.levels }, (_, at) => rack.levels - at);
  return (
    <section class="scroll" aria-label={`Positions of rack ${rack.name}`} tabindex="0">
      <table class="rack">
        <thead>
          <tr>
            <th scope="col">Level</th>
            {Array.from({ length: rack.slots }, (_, at) => (
              <th scope="col" safe>{`Slot ${at + 1}`}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          <InTurns
            of={levels}
            draw={(level) => (
              <tr>
                <th scope="row" safe>
                  {String(level)}
                </th>
                {rack.cells.slice((level - 1) * rack.slots, level * rack.slots).map((slot) => (
                  <Slot slot={slot} clock={props.clock} />
                ))}
              </tr>
            )}
          />
        </tbody>
      </table>
    </section>
  );
}

function RigLinks(props: { rigs: readonly StandingRig[]; withPosition: boolean }): JSX.Element {
  return (
    <>
      {props.rigs.map((rig, at) => (
        <>
          {at === 0 ? "" : ", "}
          <a href={`/rigs/${rig.id}`} safe>
            {rig.name}
          </a>
          {props.withPosition ? <span safe>{rig.position === null ? " (says none)" : ` (says ${rig.position})`}</span> : ""}
        </>
      ))}
    </>
  );
}

function RackFaults(props: { rack: RackCard }): JSX.Element {
  const { cells, unplaced, name } = props.rack;
  const twice = cells.filter(({ rigs }) => rigs.length > 1);
  if (twice.length === 0 && unplaced.length === 0) return "";
  return (
    <ul class="body warn">
      {twice.map((slot) => (
        <li>
          <span safe>{`${slot.rigs.length} rigs say that they stand at ${slot.level}-${slot.slot}: `}</span>
          <RigLinks rigs={slot.rigs} withPosition={false} />.
        </li>
      ))}
      {unplaced.length === 0 ? (
        ""
      ) : (
        <li>
          <span safe>{`${unplaced.length === 1 ? "One rig says" : `${unplaced.length} rigs say`} rack ${name}, but no position that it has: `}</span>
          <RigLinks rigs={unplaced} withPosition={true} />.
        </li>
      )}
    </ul>
  );
}

/** What changes while one looks: who stands in a rack, and how it is. */
export function RackNow(props: { rack: RackCard; clock: Clock }): JSX.Element {
  const { rack } = props;
  const taken = rack.cells.filter(({ rigs }) => rigs.length > 0).length;
  return (
    <div id={`now-${rack.id}`}>
      <RackTable rack={rack} clock={props.clock} />
      <p class="foot" safe>{`${count(taken)} of ${count(rack.cells.length)} positions taken.`}</p>
      <RackFaults rack={rack} />
    </div>
  );
}

function Rack(props: { rack: RackCard; clock: Clock; mayWrite: boolean }): JSX.Element {
  const { rack } = props;
  return (
    <section class="panel" id={rack.id} aria-labelledby={`h-${rack.id}`}>
      <header>
        <h3 id={`h-${rack.id}`} safe>{`Rack ${rack.name}`}</h3>
        {props.mayWrite ? <a href={`/racks/${rack.id}`}>Change</a> : ""}
      </header>
      <RackNow rack={rack} clock={props.clock} />
    </section>
  );
}

function RackRow(props: { row: RowProps; clock: Clock; mayWrite: boolean }): JSX.Element {
  const { row, mayWrite } = props;
  return (
    <>
      <h2 class="lead" safe>
        {row.text}
      </h2>
      <InTurns of={row.racks} draw={(rack) => <Rack rack={rack} clock={props.clock} mayWrite={mayWrite} />} />
      {row.unshown === 0 ? "" : <p class="notice" safe>{`${plural(row.unshown, "more rack stands", "more racks stand")} in this row than one page draws.`}</p>}
      {row.named.length === 0 && row.withoutRack === 0 ? "" : <Loose row={row} mayWrite={mayWrite} />}
    </>
  );
}

function Loose(props: { row: RowProps; mayWrite: boolean }): JSX.Element {
  const { row } = props;
  return (
    <section class="panel" aria-label="Rigs without a described rack">
      {row.named.length > 0 ? (
        <header>
          <span class="dim">Racks that rigs name, whose size nobody told</span>
          {props.mayWrite && row.named.length > 1 ? (
            <a class="button" href={row.addAllHref}>
              Tell the size of all
            </a>
          ) : (
            ""
          )}
        </header>
      ) : (
        ""
      )}
      <ul class="body">
        {row.named.map((named) => (
          <li>
            <b safe>{`Rack ${named.name}`}</b>{" "}
            <span class="dim" safe>
              {plural(named.rigs, "rig")}
            </span>{" "}
            {props.mayWrite ? <a href={named.addHref}>Tell its size</a> : ""}
          </li>
        ))}
        {row.withoutRack === 0 ? "" : <li safe>{`${plural(row.withoutRack, "rig says", "rigs say")} no rack.`}</li>}
      </ul>
    </section>
  );
}

function Rows(props: { buildings: readonly BuildingRows[] }): JSX.Element {
  return (
    <>
      {props.buildings.map((building) => (
        <nav class="chips" aria-label={`Rows of ${building.text}`}>
          <span class="chip-head" safe>
            {building.text}
          </span>
          {building.rows.map((row) => (
            <a class="chip" href={row.href} aria-current={row.current ? "true" : undefined}>
              <span safe>{row.text}</span> <span safe>{row.troubled === 0 ? count(row.rigs) : `${count(row.rigs)}, ${count(row.troubled)} in trouble`}</span>
            </a>
          ))}
        </nav>
      ))}
    </>
  );
}

export function RacksPage(props: RacksProps): JSX.Element {
  const { viewer } = props;
  return (
    <Layout title="Racks" current="inventory" viewer={viewer} assets={props.assets} live={props.live}>
      <Heading crumbs={[{ text: "Inventory", href: "/inventory" }]} title="Racks">
        {viewer.mayWrite ? (
          <a class="button primary" href={props.addHref}>
            Add racks
          </a>
        ) : (
          ""
        )}
      </Heading>
      {props.buildings.length === 0 ? (
        <section class="panel" aria-label="Racks">
          <Empty text="No rack yet, and no rig that says where it stands. A rack has levels and slots; its rigs are those that name its place." />
        </section>
      ) : (
        ""
      )}
      <Rows buildings={props.buildings} />
      {props.row === null ? "" : <RackRow row={props.row} clock={viewer} mayWrite={viewer.mayWrite} />}
    </Layout>
  );
}
