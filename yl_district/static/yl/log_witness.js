"use strict";

// The browser keeps the code of the log's last line that its user was shown, and says so once the log lacks it.
document.addEventListener("DOMContentLoaded", async () => {
  const KEY = "yl-log-witnesses";
  const MOST = 20;
  const place = document.querySelector("[data-witness]");

  function kept() {
    try {
      const codes = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(codes) ? codes.map(String).slice(0, MOST) : [];
    } catch {
      return [];
    }
  }
  function keep(lost) {
    const codes = [...lost, place.dataset.witness].filter(Boolean).slice(-MOST);
    localStorage.setItem(KEY, JSON.stringify(codes));
  }

  const codes = kept();
  let lost = [];
  if (codes.length) {
    const asked = new URLSearchParams(codes.map((code) => ["code", code]));
    const answer = await fetch(`${place.dataset.check}?${asked}`);
    if (!answer.ok) return;
    ({ lost } = await answer.json());
  }
  keep(lost);
  // Of an empty log there is nothing to keep.
  const told = place.querySelector("[data-kept]");
  if (told) told.hidden = false;
  if (!lost.length) return;
  const alert = document.querySelector("[data-witnesses-lost]");
  alert.querySelector("[data-codes]").textContent = lost.join("、");
  alert.hidden = false;
  alert.querySelector("button").addEventListener("click", () => {
    keep([]);
    alert.hidden = true;
  });
});
