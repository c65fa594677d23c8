// The palette and the keys. All of it is also reachable without: the search has a page, rows are links.
(() => {
  "use strict";
  const palette = document.getElementById("palette");
  const help = document.getElementById("key-help");
  const input = document.getElementById("palette-q");
  const list = document.getElementById("palette-list");
  if (!palette || !help || !input || !list) return;

  function open(text) {
    input.value = text;
    clear();
    if (!palette.open) palette.showModal();
    input.focus();
    // Also for no text at all: then the pages are offered.
    htmx.trigger(input.form, "submit");
  }

  // Whoever is faster than htmx, which begins a moment after the page is there, is answered then.
  document.addEventListener("htmx:after:process", () => palette.open && list.childElementCount === 0 && htmx.trigger(input.form, "submit"), { once: true });

  const options = () => [...list.querySelectorAll("[role=option]")];
  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }
  /** What was found for another text is no answer to this one, nor is what is still on its way. */
  function clear() {
    htmx.trigger(input.form, "htmx:abort");
    list.replaceChildren();
    choose(undefined);
  }
  function step(by) {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (all.length > 0) choose(all[(at + by + all.length) % all.length]);
  }
  document.addEventListener("htmx:after:swap", () => {
    if (palette.open && !list.querySelector("[aria-selected=true]")) choose(options()[0]);
  });
  input.addEventListener("input", clear);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const chosen = list.querySelector("[aria-selected=true]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && chosen) chosen.click();
    // Whoever is faster than the answer gets the page of the search; an event would only fill the list.
    else if (event.key === "Enter") input.form.submit();
    else return;
    event.preventDefault();
  });
  // A click beside a dialog is a click on the dialog itself.
  for (const dialog of [palette, help]) dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  for (const search of document.querySelectorAll("[data-palette]")) {
    search.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      open(search.value);
    });
  }

  const rowOf = (element) => element?.closest?.("main tbody tr, main .events li, main .attention li");
  const linkOf = (row) => row.querySelector("th a[href], a[href]");
  /** To the next or the previous row that leads somewhere; Enter on its link opens it. */
  function go(by) {
    const rows = [...document.querySelectorAll("main tbody tr, main .events li, main .attention li")].filter((row) => linkOf(row)?.checkVisibility());
    const at = rows.indexOf(rowOf(document.activeElement));
    const next = rows[at < 0 && by < 0 ? rows.length - 1 : at + by];
    if (!next) return;
    linkOf(next).focus();
    next.scrollIntoView({ block: "nearest" });
  }
  const filter = () => document.querySelector("main input[type=search], main .filters input:not([type=hidden])");
  const commands = {
    "/": () => filter()?.focus(),
    "?": () => help.showModal(),
    j: () => go(1),
    k: () => go(-1),
    x: () => rowOf(document.activeElement)?.querySelector("input[type=checkbox]")?.click(),
    g: () => {
      isGoing = true;
      setTimeout(() => {
        isGoing = false;
      }, 1_500);
    },
  };
  let isGoing = false;

  const isTyping = (element) => element.closest?.("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]") != null;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open("");
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.body.dataset.keys !== "on" || document.querySelector("dialog[open]")) return;
    if (isGoing) {
      isGoing = false;
      const place = help.querySelector(`a[data-go="${CSS.escape(event.key)}"]`);
      if (place) {
        event.preventDefault();
        place.click();
        return;
      }
    }
    const command = Object.hasOwn(commands, event.key) ? commands[event.key] : undefined;
    if (!command) return;
    event.preventDefault();
    command();
  });
})();
