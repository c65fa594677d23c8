// Boxes of a list: how many are ticked, all of a page, and from one to another with Shift. The boxes work without it.
(() => {
  "use strict";

  const boxes = () => [...document.querySelectorAll("#rows input.tick")];
  let last = null;

  function tell() {
    const ticked = boxes().filter((box) => box.checked).length;
    const all = document.getElementById("all");
    const line = document.getElementById("ticked");
    if (line) line.textContent = all?.checked || ticked === 0 ? "" : `${ticked} ticked`;
    const page = document.querySelector(".tick-page");
    if (!page) return;
    page.hidden = false;
    page.checked = ticked > 0 && ticked === boxes().length;
    page.indeterminate = ticked > 0 && !page.checked;
  }

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("#rows input.tick")) return;
    const list = boxes();
    const from = list.indexOf(last);
    const to = list.indexOf(box);
    if (event.shiftKey && from >= 0) for (const other of list.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
    last = box;
    tell();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(".tick-page")) for (const box of boxes()) box.checked = event.target.checked;
    if (event.target.matches?.(".tick-page, #all")) tell();
  });
  document.addEventListener("htmx:after:swap", tell);
  document.addEventListener("htmx:sse:after:message", tell);
  tell();
})();
