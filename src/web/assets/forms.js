// Forms are sent without leaving their page: what is refused comes back in place, what was typed stays, passwords too.
(() => {
  "use strict";

  // A form that came back through the login stands at the login's address; its page's own is the one to reload and to copy.
  const own = document.querySelector("link[rel=canonical]");
  if (own) history.replaceState(history.state, "", own.getAttribute("href"));

  /** Shows what the answer wants looked at: the first faulty field, else what is said of the whole. */
  function lookAt(main) {
    const field = main.querySelector("[aria-invalid=true]");
    // A field whose part of the form is closed cannot take the caret.
    for (let part = field?.closest("details:not([open])"); part; part = part.parentElement?.closest("details:not([open])")) part.open = true;
    if (field) field.focus();
    else (main.querySelector("[role=alert], .notice") ?? main).scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    // A field may be called `method`, which then hides the form's own.
    if (typeof htmx === "undefined" || event.defaultPrevented || form.getAttribute("method") !== "post" || form.matches("[hx-post], [data-plain]")) return;
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    let isLeaving = false;
    let hasAnswer = false;
    let isSignedOut = false;
    const note = ({ detail: { ctx } }) => {
      isLeaving = ctx.keepIndicators === true;
      hasAnswer = ctx.status === "swapped" && ctx.target?.id === "main";
    };
    // What was taken shows a new page; what was refused shows the same one, in which the fields keep what no answer repeats.
    const choose = ({ detail: { ctx } }) => {
      isSignedOut = ctx.response.status === 401;
      if (isSignedOut) ctx.swap = "none";
      else ctx.swap = ctx.response.status < 400 ? "outerHTML" : "outerMorph";
    };
    form.addEventListener("htmx:after:request", choose, { once: true });
    form.addEventListener("htmx:finally:request", note, { once: true });
    const path = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    try {
      await htmx.ajax("POST", path, { source: form, event, target: "#main", select: "#main" });
    } finally {
      if (!isLeaving) form.ariaBusy = null;
    }
    if (isLeaving) return;
    // The session has ended: sent as a browser does it, the form goes through the login and comes back filled.
    if (isSignedOut) {
      form.dataset.plain = "";
      form.requestSubmit(submitter);
      return;
    }
    // What is said of the whole stands behind the dialog that asked.
    for (const dialog of document.querySelectorAll("dialog.ask[open]")) if (!dialog.querySelector("[aria-invalid=true]")) dialog.close();
    if (hasAnswer) lookAt(document.getElementById("main"));
  });
  // A file on a slow line takes longer than an answer may.
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (ctx.request.method === "POST") ctx.request.timeout = "120s";
  });
  // Whoever comes back to a page that was left by a form may send it again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.ariaBusy = null;
  });

  // Dialogs that ask first are opened by their browser; older ones need this.
  if (!("commandForElement" in HTMLButtonElement.prototype))
    document.addEventListener("click", ({ target }) => {
      const button = target.closest?.("button[commandfor]");
      const dialog = button && document.getElementById(button.getAttribute("commandfor"));
      if (!dialog) return;
      if (button.getAttribute("command") === "close") dialog.close();
      else dialog.showModal();
    });
})();
