/** @jsxImportSource @kitajs/html */

import { count } from "../format.ts";
import { Layout } from "../layout.tsx";
import { Confirm } from "../parts/ask.tsx";
import { Field, FormErrors, type FormState, Hidden } from "../parts/form.tsx";
import { Heading } from "../parts/heading.tsx";
import { InTurns } from "../parts/in-turns.tsx";
import { Empty, Warnings } from "../parts/text.tsx";
import type { AssetUrls, Viewer } from "../viewer.ts";
import { type ContractLine, ContractTable } from "./contracts.tsx";

export type CustomerLine = { id: string; name: string; externalRef: string | null; email: string | null; contracts: number };

export type CustomersProps = { viewer: Viewer; assets: AssetUrls; q: string; rows: CustomerLine[]; nextHref: string | null };

export function CustomersPage(props: CustomersProps): JSX.Element {
  const { viewer, rows } = props;
  return (
    <Layout title="Customers" current="customers" viewer={viewer} assets={props.assets} live={null}>
      <div class="title">
        <h1>Customers</h1>
        <form class="search" method="get" action="/customers">
          <input type="search" name="q" value={props.q} placeholder="Name, e-mail or reference" aria-label="Search customers" autocomplete="off" />
          <button type="submit">Search</button>
        </form>
        {viewer.mayWrite ? (
          <a class="button" href="/customers/new">
            Add customer
          </a>
        ) : (
          ""
        )}
      </div>
      <section class="panel" aria-label="Customers">
        {rows.length === 0 ? (
          <Empty text={props.q === "" ? "No customer yet. One may also come with his first contract." : "No customer matches."} />
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">Customer</th>
                <th scope="col" class="c2">
                  Reference
                </th>
                <th scope="col">E-mail</th>
                <th scope="col" class="n">
                  Contracts
                </th>
              </tr>
            </thead>
            <tbody>
              <InTurns
                of={rows}
                draw={(line) => (
                  <tr id={line.id}>
                    <th scope="row">
                      <a href={`/customers/${line.id}`} safe>
                        {line.name}
                      </a>
                    </th>
                    <td class="c2 raw" safe>
                      {line.externalRef ?? "–"}
                    </td>
                    <td class="raw" safe>
                      {line.email ?? "–"}
                    </td>
                    <td class="n" safe>
                      {count(line.contracts)}
                    </td>
                  </tr>
                )}
              />
            </tbody>
          </table>
        )}
      </section>
      {props.nextHref === null ? (
        ""
      ) : (
        <nav class="paging" aria-label="Pages">
          <a class="button" rel="next" href={props.nextHref}>
            Next
          </a>
        </nav>
      )}
    </Layout>
  );
}

export type CustomerPageProps = {
  viewer: Viewer;
  assets: AssetUrls;
  /** Null for a new one. */
  customer: { id: string; name: string; version: number } | null;
  warnings: readonly string[];
  contracts: ContractLine[];
  facts: readonly { label: string; value: string }[];
  form: FormState;
};

function CustomerForm(props: CustomerPageProps): JSX.Element {
  const { customer, form } = props;
  return (
    <form method="post" action={customer === null ? "/customers" : `/customers/${customer.id}`} novalidate class="panel stack">
      <Hidden csrf={props.viewer.csrf} {...(customer === null ? {} : { version: customer.version, form: props.form })} />
      <Field form={form} name="name" label="Name" required first={customer === null} />
      <Field form={form} name="external_ref" label="Your reference" hint="What your own system knows him by; unique." />
      <Field form={form} name="email" label="E-mail" />
      <Field form={form} name="timezone" label="Time zone" placeholder="Europe/Oslo" hint="His days and months are counted in it." />
      <p class="actions">
        <button type="submit" class="primary">
          {customer === null ? "Add customer" : "Save"}
        </button>
        <a class="button" href="/customers">
          Cancel
        </a>
      </p>
    </form>
  );
}

/** One customer: his contracts, and who he is. */
export function CustomerPage(props: CustomerPageProps): JSX.Element {
  const { viewer, customer } = props;
  const title = customer === null ? "New customer" : customer.name;
  return (
    <Layout title={title} current="customers" viewer={viewer} assets={props.assets} live={null}>
      <Heading crumbs={[{ text: "Customers", href: "/customers" }]} title={title}>
        {customer === null || !viewer.mayWrite ? (
          ""
        ) : (
          <a class="button primary" href={`/contracts/new?customer=${customer.id}`}>
            New contract
          </a>
        )}
      </Heading>
      <Warnings texts={props.warnings} />
      <FormErrors form={props.form} />
      {customer === null ? (
        ""
      ) : (
        <section class="panel" aria-labelledby="h-contracts">
          <header>
            <h2 id="h-contracts">Contracts</h2>
          </header>
          {props.contracts.length === 0 ? <Empty text="None." /> : <ContractTable rows={props.contracts} clock={viewer} named={false} />}
        </section>
      )}
      {viewer.mayWrite ? (
        <CustomerForm {...props} />
      ) : (
        <section class="panel" aria-label="Customer">
          <dl class="facts">
            {props.facts.map((line) => (
              <div>
                <dt safe>{line.label}</dt>
                <dd safe>{line.value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {customer === null || !viewer.mayWrite ? (
        ""
      ) : (
        <Confirm
          action={`/customers/${customer.id}/delete`}
          csrf={viewer.csrf}
          version={customer.version}
          verb="Delete"
          question={`Delete ${customer.name}?`}
        />
      )}
    </Layout>
  );
}
