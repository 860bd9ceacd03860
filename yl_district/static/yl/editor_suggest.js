"use strict";

// Names of figures that become numbers while somebody writes: after "{" all that is offered, and after the beginning of
// a name, which the key Tab completes.
const reportSuggest = (() => {
  const MOST = 7;
  const LONGEST = 16;
  const SHORTEST = 3;

  let open = null;
  const box = document.createElement("ul");
  box.className = "write-suggest";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "可以插入的数字");
  box.hidden = true;

  const entries = () => reportSuggest.offered.flatMap((group) => group.entries);

  function found(words) {
    const wanted = words.trim().toLowerCase();
    const all = entries().filter((entry) => entry.words.includes(wanted));
    return [...all].sort((one, other) => !one.name.startsWith(words) - !other.name.startsWith(words)).slice(0, MOST);
  }

  // What stands before the cursor, up to the last node that is no text.
  function before($from) {
    return $from.parent.textBetween(Math.max(0, $from.parentOffset - LONGEST), $from.parentOffset, null, "\ufffc");
  }

  function meant(text) {
    const asked = /\{([^{}]*)$/.exec(text);
    if (asked) return { isAsked: true, length: asked[0].length, entries: found(asked[1]) };
    for (let length = Math.min(text.length, LONGEST); length >= SHORTEST - 1; length -= 1) {
      const words = text.slice(-length);
      const named = entries().filter(({ name }) => (length < SHORTEST ? name === words : name.startsWith(words)));
      if (named.length) return { isAsked: false, length, entries: named.slice(0, MOST) };
    }
    return null;
  }

  function draw(view) {
    box.replaceChildren(...open.entries.map((entry, place) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === open.at));
      const name = document.createElement("span");
      name.textContent = entry.name;
      const value = document.createElement("b");
      value.textContent = entry.value;
      item.append(name, value);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(entry);
      });
      return item;
    }));
    const hint = document.createElement("li");
    hint.className = "write-suggest-hint";
    hint.textContent = open.isAsked ? "回车选用，Esc 不用" : "按 Tab 换成数字，Esc 不用";
    box.append(hint);
    document.body.append(box);
    box.hidden = false;
    const at = view.coordsAtPos(view.state.selection.from);
    const width = box.offsetWidth;
    box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8)) + window.scrollX}px`;
    box.style.top = `${at.bottom + 6 + window.scrollY}px`;
  }

  function close() {
    open = null;
    box.hidden = true;
  }

  function take(entry) {
    const { view, length, insert } = open;
    close();
    insert(view, entry, length);
  }

  // After each change: `insert(view, entry, length)` puts the entry in place of the characters before the cursor. What an
  // input method composes is looked at once it is finished, then without a `prior` state.
  function follow(view, prior, insert) {
    if (view.composing) return;
    const { selection, doc } = view.state;
    if (prior?.doc.eq(doc)) {
      if (open?.view === view && !prior.selection.eq(selection)) close();
      return;
    }
    const typed = prior ? doc.content.size - prior.doc.content.size : 1;
    const isTyping = selection.empty && view.hasFocus() && typed > 0 && typed <= LONGEST;
    const isNarrowing = open?.view === view && open.isAsked && selection.empty;
    const said = (isTyping || isNarrowing) && meant(before(selection.$from));
    if (!said || !said.entries.length) {
      close();
      return;
    }
    open = { ...said, at: 0, view, insert };
    draw(view);
  }

  // Whether a key was meant for the list.
  function key(name, view) {
    if (!open || open.view !== view) return false;
    if (name === "Escape") close();
    else if (name === "Tab" || (name === "Enter" && open.isAsked)) take(open.entries[open.at]);
    else if (open.isAsked && name.startsWith("Arrow")) {
      open.at = (open.at + (name === "ArrowDown" ? 1 : -1) + open.entries.length) % open.entries.length;
      draw(view);
    } else {
      if (name === "Enter") close();
      return false;
    }
    return true;
  }

  return { close, follow, found, key, offered: [] };
})();
