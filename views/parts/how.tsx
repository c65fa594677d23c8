/** @jsxImportSource @kitajs/html */

/** What figures are, in the words of the definitions that they are computed by. */
const texts = Object.freeze({
  effective:
    "Effective hashrate: the work of the shares that the hub accepted in the window, divided by the seconds in which the hub ran. A share's work is the difficulty that it was given with times the hashes per difficulty (sha256d 2^32, scrypt 2^16), not the luck of its hash.",
  delivered:
    "Delivered: work of accepted shares whose pool was live when they came in, less what the pool refused or left unanswered, at the pool's difficulty; divided by the seconds in which the hub ran.",
  interval:
    "95 % band: shares come by chance. From so many shares of such work the true rate lies between these two in 19 of 20 cases; a longer window has a narrower band. ± beside a percentage is half of it, in points.",
  rejected: "Rejected: work that pools refused or left unanswered, of all the work sent to them, at the pools' difficulty.",
  spare: "Spare: what could be promised on top, for good: house rigs that are well and serve nobody, less the fleet's reserve.",
  status:
    "Status: told from shares alone, by counts expected and seen, with the fleet's stated rate of false alarms; the rule that decided it stands beside it.",
  strip:
    "A bar is delivered over promised in its time; both leave out the time in which no hub ran. It is amber below the contract's tolerance and red below half. A bar of a few shares may be low or high by luck.",
  day: "Last 24 h: a bar for each hour, the running one among them: effective hashrate over nominal, or over the rig's own best hour where it has no nominal. It is cut at 115 %, amber below what counts as degraded in its fleet, red below half. Grey: no hub ran. There is no bar before the rig was known.",
  answers:
    "Answers: of the shares that the pool was sent, half were answered within the first time and 99 of 100 within the second (above 16 ms at most 6 % too long). One that was not answered within 3 s, as long as the hub waits, counts as slower than any. Counted in memory over the last hour: after a restart since then.",
  spark:
    "Hashrate, 24 h: work of the shares that the hub accepted for the pool's jobs, by the quarter of an hour, from nothing to the highest of the day. Grey: no hub ran.",
  nominal: "Nominal: what the rig should do: declared, from its model, from h= in its password, or learned from its first 400 shares.",
});
export type Figure = keyof typeof texts;

/** How the figures beside it are computed; closed until somebody asks. */
export function How(props: { figures: readonly Figure[] }): JSX.Element {
  return (
    <details class="how">
      <summary>How is this computed?</summary>
      {props.figures.map((figure) => (
        <p>{texts[figure]}</p>
      ))}
    </details>
  );
}
