"use strict";

// WeChat's browser saves no files and prints nothing: it says so instead of doing nothing.
if (/MicroMessenger/i.test(navigator.userAgent)) {
  const WORDS = "微信里不能下载或打印。请在电脑上下载，或点右上角用浏览器打开。";

  function refuse(event, beside) {
    event.preventDefault();
    event.stopImmediatePropagation();
    document.getElementById("wechat-notice")?.remove();
    const notice = document.createElement("p");
    notice.id = "wechat-notice";
    notice.className = "alert alert-warning mt-2";
    notice.setAttribute("role", "alert");
    notice.textContent = WORDS;
    beside.after(notice);
    notice.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const act = event.target.closest('a[download], a[data-file], a[href*="/export/"], [data-print]');
    // A whole list is asked for on a page of its own, which opens here as well.
    if (act && !act.pathname?.includes("/full")) refuse(event, act);
  }, true);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-stays]")) refuse(event, event.target);
  }, true);
}
