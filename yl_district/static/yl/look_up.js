"use strict";

// A list that opens asks for the focus once more, a moment later; one that a quick Enter has closed meanwhile would
// open again then.
TomSelect.define("focus_once", function () {
  const { focus } = this;
  this.hook("instead", "focus", () => {
    if (!this.isFocused || !this.isOpen) focus.call(this);
  });
});

// Choices of many records are looked up by typing: the page's own address is asked for what is typed, and answers with
// a few choices and words about them. Without scripts a box beside the select takes a name instead.
(() => {
  const PAUSE = 200;
  // The place of the first choice found, below that of choosing nothing and those chosen.
  const AFTER = 1000;
  // Numbers are no names, and stay out of addresses.
  const NUMBER = /\p{Nd}{7}/u;
  const NO_NUMBERS = "这里按名称查找，不按号码：请填写姓名、名称或拼音首字母。";
  const FAILED = "没有取到数据，请检查网络，或刷新页面后重试。";

  // What an act for many rows is about is in the body of its form, and so is what is asked about it.
  async function ask(select, text) {
    if (NUMBER.test(text.replace(/[\s.-]/g, ""))) return { choices: [], told: NO_NUMBERS };
    const asked = new URLSearchParams({ choices: select.dataset.lookUp, typed: text });
    const at = select.dataset.lookUpAt ?? location.pathname;
    const { rows, csrfmiddlewaretoken } = select.form.elements;
    const options = { cache: "no-store", headers: { Accept: "application/json" } };
    if (!rows) return (await fetch(`${at}?${asked}`, options)).json();
    asked.append("rows", rows.value);
    asked.append("csrfmiddlewaretoken", csrfmiddlewaretoken.value);
    return (await fetch(at, { ...options, method: "POST", body: asked })).json();
  }

  function lookUp(select) {
    // What each text has found: the rank of each key, and the words about it.
    const found = new Map();
    const box = select.parentElement.querySelector("[data-look-up-name]");
    const told = document.createElement("div");
    told.className = "look-up-told";
    told.setAttribute("role", "status");

    const list = new TomSelect(select, {
      maxOptions: null,
      allowEmptyOption: true,
      refreshThrottle: 0,
      loadThrottle: PAUSE,
      shouldLoad: () => true,
      shouldOpen: true,
      plugins: select.multiple ? ["focus_once", "remove_button"] : ["focus_once"],
      render: { no_results: () => null },
      async load(text, done) {
        let answer;
        try {
          answer = await ask(select, text);
        } catch {
          answer = { choices: [], told: FAILED };
          delete this.loadedSearches[text];
        }
        const ranks = answer.choices.map(({ value }, place) => [value, 1 / (place + 1)]);
        found.set(text, { ranks: new Map(ranks), told: answer.told });
        done(answer.choices.map((choice, place) => ({ ...choice, $order: AFTER + place })));
      },
      // The server has searched; Enter takes nothing that another text has found.
      score: (text) => ({ value }) => found.get(text)?.ranks.get(value) ?? 0,
      onDropdownOpen() {
        this.load(this.inputValue());
      },
      // What is typed stands in the place of what is chosen.
      onType(text) {
        this.wrapper.classList.toggle("looks-up", Boolean(text));
      },
      onItemAdd() {
        this.wrapper.classList.remove("looks-up");
      },
      // The next look begins anew.
      onBlur() {
        this.wrapper.classList.remove("looks-up");
        found.clear();
        this.clearOptions(({ value }) => value === "" || this.items.includes(value));
      },
    });
    list.hook("after", "refreshOptions", () => {
      told.textContent = list.loading ? "" : found.get(list.inputValue())?.told ?? "";
      list.dropdown.append(told);
    });
    const typed = list.control_input;
    // What is typed to look up a choice is nothing that a form or a list has to hear of.
    for (const kind of ["input", "change"]) typed.addEventListener(kind, (event) => event.stopPropagation());
    select.setAttribute("aria-hidden", "true");
    box.remove();
    if (select.autofocus) {
      list.settings.openOnFocus = false;
      typed.focus();
      list.settings.openOnFocus = true;
    }
  }

  for (const select of document.querySelectorAll("select[data-look-up]")) lookUp(select);
})();
