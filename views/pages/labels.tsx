/** @jsxImportSource @kitajs/html */

import { count } from "../format.ts";
import { Layout } from "../layout.tsx";
import { type Choice, Field, type FormState, Select } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { QrCode, type QrModules } from "../parts/qr-code.tsx";
import { Empty } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";

/** What may be in the printer: sheets with so many labels, or a roll with one label after the other. The style sheet has their measures. */
export const labelSizes = [
  { name: "a4-21", text: "A4, 21 labels of 63.5 x 38.1 mm (L7160)", perSheet: 21 },
  { name: "a4-24", text: "A4, 24 labels of 70 x 36 mm (3474)", perSheet: 24 },
  { name: "a4-65", text: "A4, 65 labels of 38.1 x 21.2 mm (L7651)", perSheet: 65 },
  { name: "roll-62x29", text: "Roll, 62 x 29 mm", perSheet: 1 },
  { name: "roll-50x25", text: "Roll, 50 x 25 mm", perSheet: 1 },
] as const;
export type LabelSize = (typeof labelSizes)[number];

export type Label = {
  id: string;
  name: string;
  assetCode: string | null;
  model: string | null;
  serial: string | null;
  place: string;
  /** Of the QR code of the rig's address. */
  modules: QrModules;
};

export type LabelsProps = {
  viewer: Viewer;
  assets: AssetUrls;
  size: LabelSize;
  /** Labels of the first sheet that are used up already. */
  skip: number;
  labels: readonly Label[];
  total: number;
  /** The next labels; null = these are the last. */
  next: string | null;
  form: FormState;
  sites: readonly Choice[];
  /** Rigs that are named by id, to be kept in the form. */
  ids: string;
  /** What a code begins with, to be seen before a hundred are printed. */
  origin: string;
};

function LabelCard(props: { label: Label }): JSX.Element {
  const { label } = props;
  return (
    <li class="label">
      <QrCode modules={label.modules} label={`QR code: the page of rig ${label.name}`} />
      <div>
        <b safe>{label.assetCode ?? label.name}</b>
        {label.assetCode === null ? "" : <span safe>{label.name}</span>}
        {label.model === null ? "" : <span safe>{label.model}</span>}
        {label.serial === null ? "" : <span safe>{`SN ${label.serial}`}</span>}
        {label.place === "" ? "" : <span safe>{label.place}</span>}
      </div>
    </li>
  );
}

function Chooser(props: LabelsProps): JSX.Element {
  const { form, ids } = props;
  return (
    <form method="get" action="/inventory/labels" class="panel body row" aria-label="Which labels">
      <Select form={form} name="size" label="Labels" choices={labelSizes.map(({ name, text }) => ({ value: name, text }))} />
      <Field form={form} name="skip" label="Already used on the sheet" type="number" />
      <Field form={form} name="q" label="Name, code, model, serial, MAC" />
      <Select form={form} name="site" label="Site" choices={[{ value: "", text: "any" }, ...props.sites]} />
      <Field form={form} name="building" label="Building" />
      <Field form={form} name="row" label="Row" />
      <Field form={form} name="rack" label="Rack" />
      {ids === "" ? "" : <input type="hidden" name="ids" value={ids} />}
      <button type="submit">Show</button>
    </form>
  );
}

export function LabelsPage(props: LabelsProps): JSX.Element {
  const { viewer, labels, size, total } = props;
  const of = labels.length === total ? count(total) : `${count(labels.length)} of ${count(total)}`;
  return (
    <Layout title="Labels" current="inventory" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Inventory", href: "/inventory" }]} title="Labels" isPrinted={false} />
      <Chooser {...props} />
      {total === 0 ? <Empty text="No rig matches." /> : ""}
      <p class="hint unprinted" hidden={total === 0} safe>
        {`${of} ${labels.length === 1 ? "label" : "labels"}, to be printed at 100 % without margins of the browser's own. Each code opens ${props.origin}/rigs/…; print from the address that phones reach.`}
      </p>
      {props.next === null ? (
        ""
      ) : (
        <p class="actions unprinted">
          <a class="button" rel="next" href={props.next}>
            Next labels
          </a>
        </p>
      )}
      <ul class={`labels ${size.name}`} hidden={total === 0}>
        {Array.from({ length: props.skip }, () => (
          <li class="label used" aria-hidden="true" />
        ))}
        <InTurns of={labels} draw={(label) => <LabelCard label={label} />} />
      </ul>
    </Layout>
  );
}
