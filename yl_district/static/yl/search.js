"use strict";

// The one search opens above the page, so that nothing typed below it is lost; without scripts its button is a link.
(() => {
  const dialog = document.querySelector("[data-search-dialog]");
  const opener = document.querySelector("[data-search-open]");

  async function openSearch() {
    const place = dialog.querySelector("[data-search-place]");
    try {
      await htmx.ajax("GET", opener.href, { target: place, swap: "innerHTML" });
    } catch {
      // The page below says why nothing could be got.
    }
    if (!document.getElementById("search-words")) return;
    dialog.showModal();
    document.getElementById("search-words").focus();
  }

  if (dialog) {
    opener.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      openSearch();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-search-close]")) dialog.close();
    });
    // Otherwise the first Escape would only empty the box.
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) dialog.close();
    });
    // What was found does not stay in the page.
    dialog.addEventListener("close", () => dialog.querySelector("[data-search-place]").replaceChildren());
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = document.getElementById("search-words");
    if (!box && !dialog) return;
    event.preventDefault();
    if (box) box.select();
    else openSearch();
  });

  // Words are searched for while they are typed; whatever holds a digit waits for Enter.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "search" || event.detail.verb !== "post") return;
    if (event.detail.triggeringEvent?.type === "submit") event.detail.parameters.sent = "yes";
    else if (/\p{Nd}/u.test(event.detail.parameters.search)) event.preventDefault();
  });

  // The arrow keys go from the box through the results and back.
  document.addEventListener("keydown", (event) => {
    const isDown = event.key === "ArrowDown";
    if (!isDown && event.key !== "ArrowUp") return;
    const box = document.getElementById("search-words");
    const stops = [box, ...document.querySelectorAll("#search-results a")];
    const at = stops.indexOf(document.activeElement);
    if (!box || at < 0) return;
    event.preventDefault();
    stops[Math.min(Math.max(at + (isDown ? 1 : -1), 0), stops.length - 1)].focus();
  });
})();
