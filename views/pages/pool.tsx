/** @jsxImportSource @kitajs/html */
import { Layout } from "../layout.tsx";
import { ChartPanel } from "../parts/chart-panel.tsx";
import type { ChartProps } from "../parts/hashrate-chart.tsx";
import { Heading } from "../parts/heading.tsx";
import { How } from "../parts/how.tsx";
import type { RangePickerProps } from "../parts/range-picker.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";
import { type PoolRow, PoolTable } from "./pools.tsx";

export type PoolProps = { viewer: Viewer; assets: AssetUrls; pool: PoolRow; username: string; live: string; chart: PoolChart };

export type PoolChart = { chart: ChartProps; picker: RangePickerProps };

/** One pool for those who may look but not change. */
export function PoolPage(props: PoolProps): JSX.Element {
  return (
    <Layout title={props.pool.name} current="pools" viewer={props.viewer} assets={props.assets} live={props.live}>
      <Heading crumbs={[{ text: "Pools", href: "/pools" }]} title={props.pool.name} />
      <section class="panel scroll all-columns" aria-label="Pool">
        <PoolTable pools={[props.pool]} clock={props.viewer} />
        <p class="foot">
          User <code safe>{props.username}</code>
        </p>
        <How figures={["answers", "rejected", "spark"]} />
      </section>
      <ChartPanel title="Effective hashrate at this pool" {...props.chart} />
    </Layout>
  );
}
