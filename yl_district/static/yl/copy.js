"use strict";

// Buttons that copy the text of an element; where the browser forbids it, the text is selected to be copied by hand.
async function isCopied(element) {
  if (element.select) element.select();
  else window.getSelection().selectAllChildren(element);
  try {
    await navigator.clipboard.writeText(element.value ?? element.textContent);
    return true;
  } catch {
    // Without HTTPS there is no such interface; the older one copies what is selected.
    return document.execCommand("copy");
  }
}

function offerCopies() {
  for (const button of document.querySelectorAll("[data-copies][hidden]")) {
    // Where the page has no place for it, the button itself says what was done.
    const place = button.parentElement.querySelector("[data-copied]") ?? button;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const copied = await isCopied(document.getElementById(button.dataset.copies));
      place.textContent = copied ? place.dataset.copied ?? "已复制" : "已选中，请按 Ctrl+C，手机上请长按";
    });
  }
}

offerCopies();
document.addEventListener("htmx:afterSettle", offerCopies);
