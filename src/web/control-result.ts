import { brokenOf, type Failure, type Result } from "../control/result.ts";
import { invalidFields, Problem } from "./problems.ts";

/** A field of a row in the API's words: `houseProfileNo` is `house_profile_id` outside, since row numbers stay inside. */
export function apiField(field: string): string {
  const snake = (name: string) =>
    name
      .replace(/Nos$/, "Ids")
      .replace(/No$/, "Id")
      .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return field.split(".").map(snake).join("/");
}

/** The value of a successful change; every failure becomes the problem that tells a script what to do about it. `what` is the kind of thing: "pool". */
export function accepted<T>(result: Result<T>, what: string, fieldName: (field: string) => string = apiField): T {
  if (result.ok) return result.value;
  throw problemOf(result, what, fieldName);
}

function problemOf(failure: Failure, what: string, fieldName: (field: string) => string): Problem {
  switch (failure.problem) {
    case "invalid":
      return invalidFields(brokenOf(failure).map(({ field, rule }) => ({ field: fieldName(field), rule })));
    case "taken":
      return new Problem("conflict", `${fieldName(failure.field)}: ${failure.rule}`, {
        errors: [{ pointer: `/${fieldName(failure.field)}`, detail: failure.rule }],
      });
    case "missing":
      return new Problem("not-found", `there is no such ${what}`);
    case "stale":
      return new Problem("precondition-failed", `the ${what} ${failure.rule}`);
    case "conflict":
      return new Problem("conflict", `the ${what} ${failure.rule}`);
    case "in-use":
      return new Problem("in-use", `this ${what} ${failure.rule}`, {
        errors: failure.usedBy.map(({ kind, id, name }) => ({ pointer: "", detail: `is used by ${kind} ${name} (${id})` })),
      });
  }
}
