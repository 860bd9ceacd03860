"use strict";

// Buttons that copy the text of a field; where the browser forbids it, the text is selected to be copied by hand.
for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copies);
    const said = button.parentElement.querySelector("[data-copied]");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "已复制，可以粘贴到工作群。";
    } catch {
      said.textContent = "浏览器不允许直接复制。文字已选中，请按 Ctrl+C，手机上请长按复制。";
    }
  });
}
