/** @jsxImportSource @kitajs/html */
import type { HealthMeaning } from "../../src/health/health-meaning.ts";
import { count, percent, plural } from "../format.ts";

export type MeaningProps = {
  /** Where the values of the form are worked out, and the form's id; null = the settings only stand here. */
  from: { action: string; formId: string } | null;
  /** What the settings come to; null = they are out of their ranges. */
  meaning: HealthMeaning | null;
  /** Rigs in use; 0 = none yet. */
  rigs: number;
  sharesPerMinute: number;
  degradedBelowBp: number;
  disconnectGraceS: number;
};

function rare(value: number): string {
  if (value >= 10) return count(Math.round(value));
  return value >= 0.1 ? value.toFixed(1) : value.toPrecision(1);
}

function minutesText(minutes: number): string {
  if (!Number.isFinite(minutes) || minutes > 48 * 60) return "more than two days";
  return minutes < 100 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** How often one false alarm comes, where there is less than one a month. */
function spacing(perMonth: number): string {
  if (perMonth >= 1) return `about ${rare(perMonth)} a month`;
  const months = 1 / perMonth;
  return months < 12 ? `about one in ${rare(months)} months` : `about one in ${rare(months / 12)} years`;
}

function Line(props: { term: string; value: string; note: string }): JSX.Element {
  return (
    <div>
      <dt safe>{props.term}</dt>
      <dd>
        <b safe>{props.value}</b>
        {props.note === "" ? "" : <small safe>{` ${props.note}`}</small>}
      </dd>
    </div>
  );
}

function Lines(props: MeaningProps & { meaning: HealthMeaning }): JSX.Element {
  const { meaning, rigs } = props;
  const perMonth = meaning.falseAlarmsPer1000RigMonths;
  return (
    <dl class="facts">
      <Line
        term="False alarms"
        value={`${rare(perMonth)} per 1,000 rigs a month`}
        note={rigs === 0 ? "" : `${spacing((perMonth * rigs) / 1_000)} with the ${plural(rigs, "rig")} of this fleet`}
      />
      <Line term="Dead" value={minutesText(meaning.deadMinutes)} note="its connection still open" />
      <Line term="−50 %" value={minutesText(meaning.minus50Minutes)} note="" />
      <Line term="−33 %" value={minutesText(meaning.minus33Minutes)} note="one board of three" />
      <Line
        term="−20 %"
        value={minutesText(meaning.minus20Minutes)}
        note={props.degradedBelowBp < 8_000 ? "not looked for: it lies above the threshold" : ""}
      />
      <Line term="Connection closed" value={`replaced after ${props.disconnectGraceS} s`} note="called offline after 60 s" />
    </dl>
  );
}

/** What the knobs of the judge come to, beside them: how often he cries wolf, and how soon he sees a loss (median: half are found sooner). */
export function MeaningPanel(props: MeaningProps): JSX.Element {
  const live =
    props.from === null
      ? {}
      : {
          "hx-post": props.from.action,
          "hx-trigger": `change from:#${props.from.formId}`,
          "hx-include": `#${props.from.formId}`,
          "hx-select": "#meaning",
          "hx-target": "#meaning",
          "hx-swap": "outerMorph",
          "hx-sync": "this:replace",
        };
  const { meaning } = props;
  return (
    <section class="panel" id="meaning" aria-labelledby="h-meaning" {...live}>
      <header>
        <h2 id="h-meaning">What this means</h2>
      </header>
      {meaning === null ? (
        <p class="empty">One of the settings is outside its range.</p>
      ) : (
        <>
          <p class="empty" safe>
            {`At ${props.sharesPerMinute} shares per minute, degraded below ${percent(props.degradedBelowBp / 10_000)} of nominal. Median times until the hub knows, after the loss:`}
          </p>
          <Lines {...props} meaning={meaning} />
        </>
      )}
      <p class="foot">
        Computed for a rig that serves a contract, with more shares asked for while it is under suspicion. Luck is in it: shares come at random.
      </p>
    </section>
  );
}
