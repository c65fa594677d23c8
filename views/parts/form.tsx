/** @jsxImportSource @kitajs/html */
/** What was typed and what is wrong with it; a message stands beside the field that it names. */
export type FormState = {
  values: Readonly<Record<string, string>>;
  /** By field; under the empty name what is wrong with the whole. */
  errors: Readonly<Record<string, string>>;
  /** Where one may mend it, such as the rigs that stand in the way; in a tab of its own, so that what was typed stays. */
  mend?: { href: string; text: string };
  /** A login that the change asks for, with the form sealed, so that it comes back filled. */
  signIn?: string;
  /** What somebody else changed since the form was opened. */
  conflict?: Conflict;
};

/** A field that is not what it was, or a list of which it is the first, and who changed it last; null = it is not known. */
export type Difference = { field: string; name: string; by: string; loaded: string | null; typed: string | null; stored: string | null };
/** `both` changed what the reader changed too; `also` is what is taken over from the other one. */
export type Conflict = { by: string; both: readonly Difference[]; also: readonly Difference[] };

export const blankForm: FormState = Object.freeze({ values: {}, errors: {} });

export type FieldProps = {
  form: FormState;
  name: string;
  label: string;
  hint?: string;
  type?: "text" | "email" | "password" | "number" | "datetime-local" | "date";
  /** Takes a number with a fraction: the phone shows the keys for it. */
  decimal?: boolean;
  placeholder?: string;
  autocomplete?: string;
  required?: boolean;
  /** What a browser offers while one types; anything else may be typed too. */
  list?: readonly string[];
  /** The first field of a form takes the caret, unless another one is at fault. */
  first?: boolean;
};

function describedBy(props: { name: string; hint?: string | undefined; error: string | undefined }): string | undefined {
  const ids = [props.hint === undefined ? "" : `${props.name}-hint`, props.error === undefined ? "" : `${props.name}-error`];
  return ids.filter((id) => id !== "").join(" ") || undefined;
}

function takesCaret(props: { form: FormState; name: string; first?: boolean | undefined }): boolean {
  const faulty = Object.keys(props.form.errors)[0];
  return faulty === undefined ? props.first === true : faulty === props.name;
}

function Notes(props: { name: string; hint?: string | undefined; error: string | undefined }): JSX.Element {
  return (
    <>
      {props.hint === undefined ? (
        ""
      ) : (
        <p class="hint" id={`${props.name}-hint`} safe>
          {props.hint}
        </p>
      )}
      {props.error === undefined ? (
        ""
      ) : (
        <p class="error" id={`${props.name}-error`} safe>
          {props.error}
        </p>
      )}
    </>
  );
}

/** Of a password that was typed into a form that is shown again: without a script its field is empty now. */
const unsentHint = "A password is never sent back: where the field is empty, type it again.";
const sealedHint = "What you typed is kept: leave it empty to use that.";

/** A labelled input. A password is never sent back, whatever was typed. */
export function Field(props: FieldProps): JSX.Element {
  const error = props.form.errors[props.name];
  const type = props.type ?? "text";
  const isUnsent = type === "password" && (props.form.values[props.name] ?? "") !== "";
  const unsent = props.form.values["_sealed"] ? sealedHint : unsentHint;
  const hint = isUnsent ? [props.hint, unsent].filter((text) => text !== undefined).join(" ") : props.hint;
  return (
    <div class="field">
      <label for={props.name} safe>
        {props.label}
      </label>
      <input
        id={props.name}
        name={props.name}
        type={type}
        value={type === "password" ? "" : (props.form.values[props.name] ?? "")}
        placeholder={props.placeholder}
        autocomplete={props.autocomplete ?? "off"}
        required={props.required ?? false}
        autofocus={takesCaret(props)}
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={describedBy({ name: props.name, hint, error })}
        inputmode={props.decimal === true ? "decimal" : undefined}
        step={type === "datetime-local" ? "1" : undefined}
        spellcheck="false"
        list={props.list === undefined ? undefined : `${props.name}-list`}
      />
      {props.list === undefined ? (
        ""
      ) : (
        <datalist id={`${props.name}-list`}>
          {props.list.map((text) => (
            <option value={text} />
          ))}
        </datalist>
      )}
      <Notes name={props.name} hint={hint} error={error} />
    </div>
  );
}

/** A labelled text of several lines. */
export function TextArea(props: { form: FormState; name: string; label: string; hint?: string; rows?: number }): JSX.Element {
  const error = props.form.errors[props.name];
  return (
    <div class="field">
      <label for={props.name} safe>
        {props.label}
      </label>
      <textarea
        id={props.name}
        name={props.name}
        rows={String(props.rows ?? 4)}
        autofocus={takesCaret({ form: props.form, name: props.name })}
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={describedBy({ name: props.name, hint: props.hint, error })}
        safe
      >
        {props.form.values[props.name] ?? ""}
      </textarea>
      <Notes name={props.name} hint={props.hint} error={error} />
    </div>
  );
}

export type Choice = { value: string; text: string };

export function Select(props: { form: FormState; name: string; label: string; choices: readonly Choice[]; hint?: string }): JSX.Element {
  const error = props.form.errors[props.name];
  const chosen = props.form.values[props.name] ?? "";
  return (
    <div class="field">
      <label for={props.name} safe>
        {props.label}
      </label>
      <select
        id={props.name}
        name={props.name}
        autofocus={takesCaret({ form: props.form, name: props.name })}
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={describedBy({ name: props.name, hint: props.hint, error })}
      >
        {props.choices.map((choice) => (
          <option value={choice.value} selected={choice.value === chosen} safe>
            {choice.text}
          </option>
        ))}
      </select>
      <Notes name={props.name} hint={props.hint} error={error} />
    </div>
  );
}

/** A box to tick; `1` is sent when it is ticked, nothing when not. */
export function Check(props: { form: FormState; name: string; label: string; hint?: string }): JSX.Element {
  const error = props.form.errors[props.name];
  return (
    <div class="field check">
      <input
        id={props.name}
        name={props.name}
        type="checkbox"
        value="1"
        checked={props.form.values[props.name] === "1"}
        aria-invalid={error === undefined ? undefined : "true"}
        aria-describedby={describedBy({ name: props.name, hint: props.hint, error })}
      />
      <label for={props.name} safe>
        {props.label}
      </label>
      <Notes name={props.name} hint={props.hint} error={error} />
    </div>
  );
}

/**
 * The token that proves the form came from our own page, and the version that the person saw. With `form`, the form of an edit, what it was
 * opened with goes along: a refused one stays of the version of its first page, and says no more than that page of what it was opened with.
 */
export function Hidden(props: { csrf: string; version?: number; form?: FormState }): JSX.Element {
  const { version, form } = props;
  const isSent = form?.values["_csrf"] !== undefined;
  const loaded = form?.values["_loaded"] ?? (isSent || form === undefined || version === undefined ? undefined : JSON.stringify(form.values));
  return (
    <>
      <input type="hidden" name="_csrf" value={props.csrf} />
      {version === undefined ? "" : <input type="hidden" name="version" value={form?.values["version"] ?? String(version)} />}
      {form?.values["_sealed"] === undefined ? "" : <input type="hidden" name="_sealed" value={form.values["_sealed"]} />}
      {loaded === undefined ? "" : <input type="hidden" name="_loaded" value={loaded} />}
    </>
  );
}

const wordsOf = (field: string): string => field.replaceAll("_", " ");
const shown = (text: string | null): string => (text === null ? "not known" : text || "empty");

/** A field by its name, which `labelled` turns into the words beside it; several that are one value have a name of their own. */
function FieldName(props: { field: string; name: string }): JSX.Element {
  if (props.field !== props.name) return <span safe>{wordsOf(props.name)}</span>;
  return (
    <span data-label={props.field} safe>
      {wordsOf(props.name)}
    </span>
  );
}

/** A page whose summary of errors calls each field as its label does. The summary stands before the fields, and knows them by name only. */
export function labelled(page: string): string {
  return page.replace(/<span data-label="([\w-]+)">([^<]*)<\/span>/g, (_mark, field: string, words: string) => {
    const label = new RegExp(`<(?:label for="${field}"|fieldset id="${field}")[^>]*>(?:<legend>)?([^<]+)<`).exec(page)?.[1] ?? words;
    return label.trim();
  });
}

/** What is wrong with the form, field by field, each with the way to it; silent when nothing is. */
export function FormErrors(props: { form: FormState }): JSX.Element {
  const { errors, mend, conflict, signIn } = props.form;
  if (conflict !== undefined) return <Changed conflict={conflict} />;
  const named = Object.entries(errors).filter(([name]) => name !== "");
  const whole = errors[""] ?? (named.length === 0 ? undefined : "Nothing was changed. Look at:");
  if (whole === undefined) return "";
  return (
    <div class="notice bad" role="alert">
      <span safe>{whole}</span>{" "}
      {mend === undefined ? (
        ""
      ) : (
        <a href={mend.href} target="_blank" rel="noopener" safe>
          {mend.text}
        </a>
      )}
      {signIn === undefined ? "" : <SignInAgain kept={signIn} />}
      {named.length === 0 ? "" : <FieldList fields={named} />}
    </div>
  );
}

function SignInAgain(props: { kept: string }): JSX.Element {
  return (
    <form method="post" action="/login/again" data-plain="">
      <input type="hidden" name="kept" value={props.kept} />
      <button type="submit">Sign in again, and come back here</button>
    </form>
  );
}

function FieldList(props: { fields: readonly (readonly [name: string, text: string])[] }): JSX.Element {
  return (
    <ul>
      {props.fields.map(([name, text]) => (
        <li>
          <a href={`#${name}`}>
            <FieldName field={name} name={name} />
          </a>
          : <span safe>{text}</span>
        </li>
      ))}
    </ul>
  );
}

/** Somebody else was faster: what is taken over from him, and what is to be decided. */
function Changed(props: { conflict: Conflict }): JSX.Element {
  const { by, both, also } = props.conflict;
  return (
    <div class="notice warn" role="alert">
      <p
        safe
      >{`Nothing was saved: this was changed meanwhile by ${by}. ${both.length === 0 ? "Save again to keep both." : "Save again to overwrite what both of you changed, or mend it:"}`}</p>
      {also.length === 0 ? (
        ""
      ) : (
        <p>
          <span safe>{`Also changed meanwhile by ${[...new Set(also.map((one) => one.by))].join(" and ")}`}</span>
          {also.map(({ field, name, loaded, stored }, at) => (
            <>
              {at === 0 ? ": " : ", "}
              <FieldName field={field} name={name} /> <span safe>{`(${shown(loaded)} → ${shown(stored)})`}</span>
            </>
          ))}
          .
        </p>
      )}
      {both.length === 0 ? "" : <BothChanged both={both} />}
    </div>
  );
}

function BothChanged(props: { both: readonly Difference[] }): JSX.Element {
  return (
    <table class="differences">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">You loaded</th>
          <th scope="col">You typed</th>
          <th scope="col">Now stored</th>
        </tr>
      </thead>
      <tbody>
        {props.both.map(({ field, name, loaded, typed, stored }) => (
          <tr>
            <th scope="row">
              <a href={`#${field}`}>
                <FieldName field={field} name={name} />
              </a>
            </th>
            <td class="wrap">
              <bdi safe>{shown(loaded)}</bdi>
            </td>
            <td class="wrap">
              <bdi safe>{shown(typed)}</bdi>
            </td>
            <td class="wrap">
              <bdi safe>{shown(stored)}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
