import type { Control } from "../../control/control.ts";
import { actorName, actorOf, type Principal } from "../principal.ts";

/** What an event is about: `kind` is the product's word ("pool"), `name` what people call this one. */
export type Subject = { kind: string; id: string; name: string };
type Fields = Readonly<Record<string, unknown>>;

/** Fields that every change touches. */
const bookkeeping = new Set(["version", "updated_at"]);

/** What was done to what; `words` = what follows "somebody …", where verb, kind and name do not make a sentence. */
export type Act = { verb: string; subject: Subject; words?: string; data?: Fields };

/** Writes an event such as `pool.added`, with who did it. */
export function recordAct(control: Pick<Control, "events">, principal: Principal, act: Act): void {
  const { verb, subject, words = `${verb} ${subject.kind} ${subject.name}`, data } = act;
  const type = `${subject.kind}.${verb}`;
  const text = `${actorName(principal)} ${words}`;
  control.events.append({ type, subjectKind: subject.kind, subjectId: subject.id, text, data: { by: actorOf(principal), ...data } });
}

/** Writes the event `….changed` with old and new values of the fields that differ; nothing where none does. `secret` names changed fields whose values stay out. */
export function recordChange(
  control: Pick<Control, "events">,
  principal: Principal,
  change: { subject: Subject; before: Fields; after: Fields; secret?: readonly string[] },
): void {
  const { subject, before, after, secret = [] } = change;
  const differing = Object.keys(after).filter((field) => !bookkeeping.has(field) && !Bun.deepEquals(before[field], after[field]));
  const changed = [...differing, ...secret];
  if (changed.length === 0) return;
  const pick = (fields: Fields) => Object.fromEntries(differing.map((field) => [field, fields[field] ?? null]));
  const text = `${actorName(principal)} changed ${subject.kind} ${subject.name}: ${changed.join(", ")}`;
  const data = { by: actorOf(principal), changed, from: pick(before), to: pick(after) };
  control.events.append({ type: `${subject.kind}.changed`, subjectKind: subject.kind, subjectId: subject.id, text, data });
}
