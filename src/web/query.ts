import type { Static, TObject, TSchema } from "@sinclair/typebox";
import { Problem } from "./problems.ts";
import { checked, type Shape } from "./validate.ts";

/** The URL's parameters in the shape's types. Unknown, repeated and malformed ones are a 422. */
export function readQuery<T extends TObject>(shape: Shape<T>, url: string): Static<T> {
  const start = url.indexOf("?");
  const given = new URLSearchParams(start < 0 ? "" : url.slice(start + 1));
  const values: Record<string, unknown> = Object.create(null);
  for (const [name, text] of given) {
    if (name in values) throw new Problem("invalid", `${name}: may be given once`, { errors: [{ pointer: `#query/${name}`, detail: "may be given once" }] });
    values[name] = readValue(shape.schema.properties[name], text);
  }
  return checked(shape, values, "#query");
}

/** Text stays text where the schema wants text; what does not read as a number stays as it is, so that the schema refuses it with its own rule. */
function readValue(schema: TSchema | undefined, text: string): unknown {
  switch (schema?.["type"]) {
    case "integer":
    case "number":
      return /^-?\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : text;
    default:
      return text;
  }
}
