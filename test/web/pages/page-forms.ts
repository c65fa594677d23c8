/** A form of a page as a browser would send it, untouched. */
export type PageForm = { action: string; fields: Record<string, string> /** Names of those into which one types. */; typed: string[] };

const unescaped = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&#34;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const attribute = (attributes: string, name: string): string | null => {
  const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1];
  return found === undefined ? null : unescaped(found);
};

/** Of a tag; a `>` may stand between quotes. */
const inside = `((?:[^>"]|"[^"]*")*)`;
const untyped = new Set(["hidden", "checkbox", "radio", "file", "submit"]);

/** All forms of a page that change something. */
export function formsOf(html: string): PageForm[] {
  return [...html.matchAll(new RegExp(`<form${inside}>(.*?)</form>`, "gs"))].flatMap(([, head = "", inner = ""]) => {
    const action = attribute(head, "action");
    return attribute(head, "method") === "post" && action !== null ? [formOf(action, inner)] : [];
  });
}

function formOf(action: string, inner: string): PageForm {
  const form: PageForm = { action, fields: {}, typed: [] };
  for (const [, attributes = ""] of inner.matchAll(new RegExp(`<input${inside}>`, "g"))) takeInput(form, attributes);
  for (const [, attributes = "", options = ""] of inner.matchAll(new RegExp(`<select${inside}>(.*?)</select>`, "gs"))) {
    const all = [...options.matchAll(new RegExp(`<option${inside}>`, "g"))].map(([, one = ""]) => one);
    const chosen = all.find((one) => /\sselected/.test(one)) ?? all[0];
    form.fields[attribute(attributes, "name") ?? ""] = attribute(chosen ?? "", "value") ?? "";
  }
  for (const [, attributes = "", text = ""] of inner.matchAll(new RegExp(`<textarea${inside}>(.*?)</textarea>`, "gs"))) {
    const name = attribute(attributes, "name") ?? "";
    form.fields[name] = unescaped(text);
    form.typed.push(name);
  }
  return form;
}

function takeInput(form: PageForm, attributes: string): void {
  const name = attribute(attributes, "name");
  const type = attribute(attributes, "type") ?? "text";
  if (name === null || ((type === "checkbox" || type === "radio") && !/\schecked/.test(attributes))) return;
  form.fields[name] = attribute(attributes, "value") ?? "";
  if (!untyped.has(type)) form.typed.push(name);
}
