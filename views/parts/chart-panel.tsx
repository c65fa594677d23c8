/** @jsxImportSource @kitajs/html */
import { type ChartProps, HashrateChart } from "./hashrate-chart.tsx";
import { How } from "./how.tsx";
import { RangePicker, type RangePickerProps } from "./range-picker.tsx";

/** A curve over the time in the address, on a page whose other figures are of now. */
export function ChartPanel(props: { title: string; chart: ChartProps; picker: RangePickerProps }): JSX.Element {
  return (
    <section class="panel" id="hashrate" aria-labelledby="h-hashrate">
      <header>
        <h2 id="h-hashrate" safe>
          {props.title}
        </h2>
        <RangePicker {...props.picker} />
      </header>
      <HashrateChart {...props.chart} />
      <How figures={["effective", "interval"]} />
    </section>
  );
}
