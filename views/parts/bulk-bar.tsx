/** @jsxImportSource @kitajs/html */
import { count } from "../format.ts";
import { Hidden } from "./form.tsx";

/** The form that the boxes of the rows belong to, wherever they stand on the page. */
export const bulkFormId = "bulk";

export type BulkOp = { value: string; text: string };

/** A row's box; the list is kept live, and a morph leaves what is ticked. */
export function RowTick(props: { id: string; name: string }): JSX.Element {
  return (
    <td class="ticked">
      <input type="checkbox" class="tick" name="id" value={props.id} form={bulkFormId} autocomplete="off" aria-label={`Tick ${props.name}`} />
    </td>
  );
}

/** What may be done with the ticked rigs, or with all that match. Nothing happens before the next page has said what it would do. */
export function BulkBar(props: { csrf: string; ops: readonly BulkOp[]; matching: number; query: { q: string; status: string } }): JSX.Element {
  return (
    <form method="post" action="/rigs/bulk" id={bulkFormId} class="panel bulk" aria-label="Many rigs at once">
      <Hidden csrf={props.csrf} />
      <input type="hidden" name="q" value={props.query.q} />
      <input type="hidden" name="status" value={props.query.status} />
      <output id="ticked" class="dim" aria-live="polite" />
      <span>
        <input type="checkbox" class="tick" id="all" name="all" value="1" autocomplete="off" />{" "}
        <label for="all" safe>{`all ${count(props.matching)} that match`}</label>
      </span>
      <label for="op">With these rigs</label>
      <select id="op" name="op">
        {props.ops.map((op) => (
          <option value={op.value} safe>
            {op.text}
          </option>
        ))}
      </select>
      <button type="submit">See what it would do</button>
    </form>
  );
}
