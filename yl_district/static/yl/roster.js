"use strict";

// A roster, of an activity or of a cadre's youths: rows are found by typing, ticked all at once by group, and counted on
// the button.
const roster = document.querySelector("form.roster");
const tools = roster?.querySelector("[data-roster-tools]");
if (tools) {
  const boxes = [...roster.querySelectorAll(".roster-rows input")];
  const groups = [...roster.querySelectorAll(".roster-group")];
  const again = tools.querySelector("[data-roster-again]");
  const filter = tools.querySelector("input");
  const rowOf = (box) => box.closest("[data-row]") ?? box.closest(".roster-row");
  const shownIn = (place) => [...place.querySelectorAll(".roster-rows input")].filter((box) => !rowOf(box).hidden);

  function count() {
    const number = boxes.filter((box) => box.checked).length;
    roster.querySelector("[data-roster-count]").textContent = number ? `（${number} 人）` : "";
    for (const group of groups) {
      const shown = shownIn(group);
      group.hidden = !shown.length;
      group.querySelector("[data-roster-all]").textContent = shown.every((box) => box.checked) ? "全不选" : "全选";
    }
  }

  for (const group of groups) {
    const all = group.querySelector("[data-roster-all]");
    all.hidden = false;
    all.addEventListener("click", () => {
      const shown = shownIn(group);
      const ticks = !shown.every((box) => box.checked);
      for (const box of shown) box.checked = ticks;
      count();
    });
  }
  again?.addEventListener("click", () => {
    for (const box of boxes) if ("cameLast" in box.dataset) box.checked = true;
    count();
  });
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const box of boxes) {
      const { dataset, textContent } = box.closest(".roster-row");
      rowOf(box).hidden = !`${textContent.toLowerCase()} ${dataset.words}`.includes(wanted);
    }
    roster.querySelector("[data-roster-none]").hidden = shownIn(roster).length > 0;
    count();
  });
  // Enter looks for a name and does not send the list.
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  roster.addEventListener("change", count);
  window.addEventListener("pageshow", count);
  tools.hidden = false;
  count();
}
