"use strict";

// Long choices can be searched by typing; several choices become removable words.
function enhanceChoices(root) {
  if (!window.TomSelect) return;
  for (const select of root.querySelectorAll("form.entry select")) {
    if (select.tomselect || (!select.multiple && select.options.length < 12)) continue;
    new TomSelect(select, {
      maxOptions: null,
      allowEmptyOption: true,
      // Otherwise Enter, pressed soon after the last letter, takes what was offered before it.
      refreshThrottle: 0,
      plugins: select.multiple ? ["focus_once", "remove_button"] : ["focus_once"],
      render: { no_results: () => '<div class="no-results">没有符合的选项</div>' },
    });
    // The field in its place bears the label.
    select.setAttribute("aria-hidden", "true");
  }
}

// What is made for printing has a button for it, where scripts run.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form is sent once: a second press of the button waits for the answer to the first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form.entry")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  // A form that is answered with a file stays on the screen, and may be sent again a little later.
  if ("stays" in form.dataset) setTimeout(() => delete form.dataset.sent, 3000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// On narrow screens conditions and palettes stay folded until they are wanted; wide ones always show them.
const wide = window.matchMedia("(min-width: 768px)");
function foldConditions() {
  for (const details of document.querySelectorAll("details[data-folds]")) details.open = wide.matches;
}
wide.addEventListener("change", foldConditions);

document.addEventListener("DOMContentLoaded", () => {
  foldConditions();
  enhanceChoices(document);
});

// The box above a list ticks and unticks its page; without scripts the choice beside the acts does.
function offerTicks() {
  for (const box of document.querySelectorAll("[data-tick-all]")) box.hidden = false;
}
document.addEventListener("DOMContentLoaded", offerTicks);
document.addEventListener("htmx:afterSettle", offerTicks);
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-tick-all]");
  if (!all) return;
  for (const box of all.closest("table").querySelectorAll("td.tick input")) box.checked = all.checked;
});

// Conditions that hold anyway stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest("form[data-rows]");
  if (!form) return;
  for (const control of form.elements) {
    if (control.name && control.value === (control.dataset.default ?? "")) event.detail.formData.delete(control.name);
  }
});

// After the end of a session `session.js` asks for the password; everything else that fails is said in words.
document.addEventListener("htmx:responseError", (event) => {
  const words = event.detail.xhr.status === 503
    ? "数据库暂时不能使用，请稍后再试；您填写的内容仍在本页。"
    : "没有取到数据，请稍后重试。";
  const place = document.getElementById("rows") ?? document.getElementById("content");
  place?.insertAdjacentHTML("afterbegin", `<p class="alert alert-danger m-3" role="alert">${words}</p>`);
});

// Controls that belong to one choice stay hidden while another is made.
document.addEventListener("change", (event) => {
  const choice = event.target;
  for (const part of choice.form?.querySelectorAll(`[data-shown-by="${choice.name}"]`) ?? []) {
    part.hidden = part.dataset.shownFor !== choice.value;
  }
});

// What few records need is folded on a phone alone.
document.addEventListener("DOMContentLoaded", () => {
  for (const details of document.querySelectorAll("details[data-opens-wide]")) details.open ||= wide.matches;
});
