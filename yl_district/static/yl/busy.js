"use strict";

// A form whose answer takes a while says so, once it has been sent.
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.busy;
  const place = words && event.target.querySelector(".busy");
  if (!place) return;
  place.textContent = words;
  place.hidden = false;
});
window.addEventListener("pageshow", () => {
  for (const place of document.querySelectorAll(".busy")) place.hidden = true;
});
