import { Type } from "@sinclair/typebox";
import type { Customer } from "../../control/customers.ts";
import { addCustomer, changeCustomer, removeCustomer } from "../actions/customers.ts";
import { newCustomerFields } from "../contract-models.ts";
import { type ApiParts, changeEndpoint, type Endpoint, found, readEndpoint } from "../endpoint.ts";
import { customerExample } from "../examples.ts";
import { customerModel } from "../models.ts";
import { namesakeWarnings } from "../namesake-warnings.ts";
import { limitOf, listReply, pageFrom } from "../paging.ts";
import { customerJson } from "../present-rows.ts";
import { pageOf, pageQuery, text } from "../schema-parts.ts";

const name = () => text(200);
const newCustomer = Type.Object({ name: name(), ...newCustomerFields });
const customerPatch = Type.Object({ name: Type.Optional(name()), ...newCustomerFields });

export function customerEndpoints(parts: ApiParts): Endpoint[] {
  return [...customerReads(parts), ...customerChanges(parts)];
}

function presented({ deps }: ApiParts, customers: readonly Customer[]) {
  const namesakes = namesakeWarnings(deps.control, "customers", customers);
  return customers.map((customer) => customerJson(customer, namesakes(customer)));
}

const presentedOne = (parts: ApiParts, customer: Customer) => presented(parts, [customer])[0];

function customerReads(parts: ApiParts): Endpoint[] {
  const { customers } = parts.deps.control;
  return [
    readEndpoint({
      path: "/customers",
      need: "customers:read",
      tag: "customers",
      summary: "List customers",
      query: Type.Object({
        ...pageQuery,
        external_ref: Type.Optional(text(100)),
        q: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: "Part of the name, e-mail or reference" })),
      }),
      answers: [
        {
          status: 200,
          description: "Customers in the order of their names",
          schema: pageOf("Customer", customerModel),
          example: { data: [customerExample], page: { next: null } },
        },
      ],
      handle: ({ query, request }) => {
        const filter = { ...(query.external_ref !== undefined && { externalRef: query.external_ref }), ...(query.q !== undefined && { text: query.q }) };
        const { rows, next } = pageFrom(customers.list({ ...filter, cursor: query.cursor ?? null, limit: limitOf(query) }));
        return listReply(request, presented(parts, rows), next);
      },
    }),
    readEndpoint({
      path: "/customers/{id}",
      need: "customers:read",
      tag: "customers",
      summary: "Read a customer",
      answers: [{ status: 200, description: "The customer", schema: customerModel, example: customerExample }],
      handle: ({ id }) => {
        const customer = found(customers.byId(id), "customer");
        return { body: presentedOne(parts, customer), version: customer.version, isLive: true };
      },
    }),
  ];
}

function customerChanges(parts: ApiParts): Endpoint[] {
  const { deps } = parts;
  return [
    changeEndpoint(parts, {
      method: "POST",
      path: "/customers",
      need: "customers:write",
      tag: "customers",
      summary: "Add a customer",
      body: newCustomer,
      bodyExample: { name: "Hashhaus GmbH", external_ref: "client-311", email: "ops@hashhaus.example", timezone: "Europe/Vienna" },
      answers: [{ status: 201, description: "The customer", schema: customerModel, example: customerExample }],
      handle: ({ body, principal }) => {
        const customer = addCustomer(deps, principal, body);
        return { status: 201, body: presentedOne(parts, customer), version: customer.version, location: `/api/v1/customers/${customer.id}` };
      },
    }),
    changeEndpoint(parts, {
      method: "PATCH",
      path: "/customers/{id}",
      need: "customers:write",
      tag: "customers",
      summary: "Change a customer",
      body: customerPatch,
      bodyExample: { email: "noc@hashhaus.example" },
      answers: [{ status: 200, description: "The customer as he is now", schema: customerModel, example: customerExample }],
      handle: ({ id, body, principal, version }) => {
        const customer = changeCustomer(deps, principal, { id, version, entry: body });
        return { body: presentedOne(parts, customer), version: customer.version };
      },
    }),
    changeEndpoint(parts, {
      method: "DELETE",
      path: "/customers/{id}",
      need: "customers:write",
      tag: "customers",
      summary: "Remove a customer",
      description: "Refused while a contract, pool, profile or rig belongs to him. His history stays.",
      answers: [{ status: 204, description: "Removed" }],
      problems: ["in-use"],
      handle: ({ id, principal, version }) => {
        removeCustomer(deps, principal, { id, version });
        return {};
      },
    }),
  ];
}
