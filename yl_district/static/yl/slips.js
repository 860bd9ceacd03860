"use strict";

// Puts one link on the clipboard; where the browser gives no access to it, selects the link for copying by hand.
async function copyLink(button) {
  const link = document.getElementById(button.dataset.copy);
  window.getSelection().selectAllChildren(link);
  let copied = false;
  try {
    await navigator.clipboard.writeText(link.textContent);
    copied = true;
  } catch {
    // Without HTTPS there is no such interface; the older one copies what is selected.
    copied = document.execCommand("copy");
  }
  button.textContent = copied ? "已复制" : "已选中，请按 Ctrl+C";
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copyLink(button));
}
