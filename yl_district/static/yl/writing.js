"use strict";

// What stands in the palette is put where the cursor is.
document.addEventListener("click", (event) => {
  const entry = event.target.closest("[data-insert]");
  const text = entry && document.getElementById(entry.closest("[data-palette]").dataset.palette);
  if (!text) return;
  text.focus();
  text.setRangeText(entry.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

// The preview follows what is typed, a moment behind it.
let waiting;
document.addEventListener("input", (event) => {
  const form = event.target.closest(".writing-form");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => form.querySelector("[data-preview]").dispatchEvent(new Event("preview")), 500);
});

// Searching leaves the entries that hold what is looked for, and their headings.
document.addEventListener("input", (event) => {
  if (event.target.id !== "palette-search") return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const group of document.querySelectorAll(".palette-group")) {
    let found = 0;
    for (const entry of group.querySelectorAll("li")) {
      entry.hidden = !entry.dataset.words.toLowerCase().includes(wanted);
      found += !entry.hidden;
    }
    group.hidden = !found;
  }
});

document.addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
});
