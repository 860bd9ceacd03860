"use strict";

// A link back to a list opens it as it was left: with its filter and page, at the same place. The lists are kept for
// this tab and this account alone, and only while the tab is open.
(() => {
  const account = document.body.dataset.account ?? "";
  const KEY = "lists";

  function kept() {
    try {
      const found = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
      return found.account === account ? found : { account, lists: {} };
    } catch {
      return { account, lists: {} };
    }
  }

  function keep(change) {
    const state = kept();
    change(state);
    try {
      sessionStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      // Without storage a link back opens the whole list.
    }
  }

  if (!account) {
    keep(() => {});
    return;
  }

  const isList = document.querySelector("form[data-rows]") !== null;
  if (isList) {
    addEventListener("pagehide", () =>
      keep((state) => {
        state.lists[location.pathname] = { search: location.search, top: scrollY };
      }),
    );
    const { returning, lists } = kept();
    if (returning === location.pathname && lists[returning]?.search === location.search) {
      scrollTo({ top: lists[returning].top, behavior: "instant" });
    }
    keep((state) => delete state.returning);
  }

  for (const link of document.querySelectorAll("a.back, .trail a")) {
    const list = kept().lists[link.pathname];
    if (!list || link.search) continue;
    link.search = list.search;
    link.addEventListener("click", () =>
      keep((state) => {
        state.returning = link.pathname;
      }),
    );
  }
})();
