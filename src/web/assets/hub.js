// Ours, after htmx and its stream extension. No page needs it: without it pages are plain and stand still.
(() => {
  "use strict";

  // Trusted Types: htmx gets a policy that hands our own server's HTML through and turns every script text into nothing;
  // attributes that would be evaluated (hx-on, js:) fail loudly.
  htmx.registerExtension("notrust", {
    init(api) {
      const deny = () => {
        throw new Error("inline script attributes are disabled");
      };
      const policy = window.trustedTypes?.createPolicy("htmx", { createHTML: (html) => html, createScript: () => "" });
      api.initSecurity(policy ?? null, deny, deny);
    },
  });

  const words = { live: "Live", lost: "Reconnecting", stale: "Stale", waiting: "Connecting" };
  function show(state) {
    const badge = document.getElementById("badge");
    if (!badge || badge.textContent === words[state]) return;
    badge.textContent = words[state];
    badge.dataset.state = state === "stale" ? "lost" : state;
    document.body.toggleAttribute("data-stale", state === "lost" || state === "stale");
  }

  // Each tick of a stream brings its moment. Three without one, and what stands on the page is old, whatever the connection says.
  const ticksMissed = 3;
  let overdue;
  function heard() {
    show("live");
    clearTimeout(overdue);
    const everyMs = Number(document.getElementById("as-of")?.dataset.every);
    if (everyMs > 0) overdue = setTimeout(() => show("stale"), everyMs * ticksMissed + 500);
  }

  document.addEventListener("htmx:sse:after:connection", () => show("live"));
  document.addEventListener("htmx:sse:after:message", heard);
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt > 0) show("lost");
  });
  document.addEventListener("htmx:sse:error", (event) => {
    show("lost");
    // Signed out meanwhile: only a whole page can ask for the password.
    if (event.detail.status === 401) location.reload();
  });
  // A hidden page has no stream; what it missed comes first when it is seen again.
  document.addEventListener("visibilitychange", () => clearTimeout(overdue));

  function toast(text) {
    const line = document.createElement("p");
    line.className = "notice bad";
    line.setAttribute("role", "alert");
    line.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    line.append(" ", close);
    document.getElementById("toasts")?.replaceChildren(line);
  }
  document.addEventListener("click", ({ target }) => target.closest?.("#toasts button")?.parentElement.remove());
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx?.response?.status ?? 0;
    if (status >= 500 || status === 0) toast("The hub could not do that. Look at its log.");
  });
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx?.request.method === "POST") toast("The hub did not answer. What you typed is still here.");
  });

  // Copy buttons exist in the page, hidden until we know that they will work.
  const offerCopies = () => {
    if (navigator.clipboard) for (const button of document.querySelectorAll(".copier")) button.hidden = false;
  };
  offerCopies();
  document.addEventListener("htmx:after:swap", offerCopies);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.(".copier");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  });

  // Where nobody has chosen a zone yet, the browser's own is the likely one.
  const zones = document.querySelector("form[data-own-zone] select[name=time_zone]");
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zones && [...zones.options].some(({ value }) => value === ownZone)) zones.value = ownZone;

  // What opened over the page closes when one looks elsewhere.
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open], details.other[open]")) if (!open.contains(event.target)) open.open = false;
  });
})();
