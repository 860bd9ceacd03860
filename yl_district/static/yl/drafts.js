"use strict";

// What is typed into a form and not yet saved is kept in this browser, encrypted under a key that the server holds with
// the session: once the session is over, nobody can read it. Forms about cases keep theirs on the server
// (`data-drafts` of the layer); what leaves a page with something unsaved is asked.
(() => {
  const layer = document.getElementById("session-layer");
  if (!layer) return;
  const PREFIX = "yl-draft:";
  const SENT = "yl-sent";
  const DAY = 24 * 3600 * 1000;
  const KEPT_FOR = 7 * DAY;
  const PAUSE = 700;
  // As `NEVER_KEPT` of the page that keeps a form.
  const SECRET = /password|passphrase|secret|otp|^(?:.*-)?(?:code|token|pin|key)$/;
  const STAMPS = ["version", "submission"];
  const UNTYPED = ["password", "file", "submit", "button", "reset", "image"];
  const WRITABLE = ["text", "textarea", "search", "tel", "number", "date", "month", "url", "email"];
  // Each opened page writes a draft of its own, so that two tabs with one form overwrite nothing of each other.
  const page = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // --- What a form holds ---

  function isTyped(field) {
    if (!field.name || field.disabled || UNTYPED.includes(field.type) || SECRET.test(field.name)) return false;
    return field.type !== "hidden" && field.autocomplete !== "one-time-code";
  }

  // {name: values}, by default those in the form now, else those with which it was opened.
  function typed(form, asOpened = false) {
    const found = {};
    for (const field of form.elements) {
      if (!isTyped(field)) continue;
      const list = (found[field.name] ??= []);
      if (field.type === "checkbox" || field.type === "radio") {
        if (asOpened ? field.defaultChecked : field.checked) list.push(field.value);
      } else if (field.options) {
        const chosen = [...field.options].filter((option) => (asOpened ? option.defaultSelected : option.selected));
        if (!chosen.length && !field.multiple && field.options.length) chosen.push(field.options[0]);
        list.push(...chosen.map((option) => option.value));
      } else {
        list.push(asOpened ? field.defaultValue : field.value);
      }
    }
    return found;
  }

  // {key: name} of the records chosen where the page holds no others to choose from.
  function named(form) {
    const looked = [...form.elements].filter((field) => isTyped(field) && field.dataset.lookUp);
    return Object.fromEntries(looked.map((field) => [field.name, Object.fromEntries(
      [...field.selectedOptions].filter((option) => option.value).map((option) => [option.value, option.textContent.trim()]),
    )]));
  }

  const stamps = (form) => Object.fromEntries(
    STAMPS.filter((name) => form.elements[name]).map((name) => [name, form.elements[name].value]),
  );

  // What can be read and copied where the form no longer exists: (label, text).
  function written(form) {
    return [...form.elements]
      .filter((field) => isTyped(field) && WRITABLE.includes(field.type) && field.value.trim())
      .map((field) => [sealing.labelOf(field), field.value]);
  }

  const isSame = (some, others) => Object.keys(some).every(
    (name) => JSON.stringify(some[name]) === JSON.stringify(others[name] ?? []),
  );

  const forms = new Map();
  document.querySelectorAll("form.entry[method=post]").forEach((form, place) => {
    if ("stays" in form.dataset || form.matches("[hx-post], [data-hx-post]")) return;
    if (![...form.elements].some(isTyped)) return;
    // A form that was refused comes back with what was typed into it.
    const isHeld = Boolean(form.querySelector(".alert-danger, .alert-warning, .is-invalid"));
    forms.set(form, { place, opened: typed(form, true), isSent: false, isHeld, timer: 0, entry: null });
  });

  function isUnsaved(form) {
    const known = forms.get(form);
    return !known.isSent && (known.isHeld || !isSame(typed(form), known.opened));
  }

  // --- Where drafts lie ---

  let keys;

  async function digest(text, length) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, length);
  }

  // In this browser, encrypted: the key of this session, and what tells its drafts from those of others.
  function keyOfSession() {
    keys ??= sealing.ask(layer.dataset.draftKey).then(async ({ key }) => {
      return { secret: key, usable: await sealing.usable(key), session: await digest(`session ${key}`, 12) };
    });
    keys.catch(() => { keys = undefined; });
    return keys;
  }

  const inBrowser = {
    // The network may be gone by the time when something is typed.
    prepare: () => keyOfSession().catch(() => {}),

    async prefix(form) {
      const { secret, session } = await keyOfSession();
      return `${PREFIX}${session}:${await digest(`${secret} ${location.pathname} ${forms.get(form).place}`, 24)}:`;
    },

    async write(form, draft) {
      const name = `${await this.prefix(form)}${page}`;
      const { usable } = await keyOfSession();
      localStorage.setItem(name, JSON.stringify({ at: draft.at, ...await sealing.seal(usable, draft) }));
      return name;
    },

    async read(name) {
      const stored = JSON.parse(localStorage.getItem(name));
      const { usable } = await keyOfSession();
      return sealing.unseal(usable, stored);
    },

    async remove(name) {
      localStorage.removeItem(name);
    },

    // Whoever forbids the store keeps nothing there.
    names() {
      try {
        return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
      } catch {
        return [];
      }
    },

    // Drafts of sessions that are over cannot be read by anybody; old ones are no longer wanted.
    async wipe() {
      const { session } = await keyOfSession();
      for (const name of this.names()) {
        const at = Number(/"at":(\d+)/.exec(localStorage.getItem(name) ?? "")?.[1] ?? 0);
        if (!name.startsWith(`${PREFIX}${session}:`) || Date.now() - at > KEPT_FOR) localStorage.removeItem(name);
      }
    },

    // [name, draft], the latest first.
    async found(form) {
      if (!this.names().length) return [];
      await this.wipe();
      const prefix = form ? await this.prefix(form) : PREFIX;
      const drafts = [];
      for (const name of this.names().filter((each) => each.startsWith(prefix))) {
        try {
          drafts.push([name, await this.read(name)]);
        } catch {
          localStorage.removeItem(name);
        }
      }
      return drafts.sort(([, one], [, other]) => other.at - one.at);
    },
  };

  // About cases: on the server, under the grants that open the files.
  const onServer = {
    async send(address, parts) {
      const token = layer.querySelector("input[name=csrfmiddlewaretoken]").value;
      const body = new URLSearchParams({ csrfmiddlewaretoken: token, ...parts });
      return sealing.ask(address, { method: "POST", body, keepalive: true });
    },

    async write(form, draft) {
      const { entry } = forms.get(form);
      const { key, problem } = await this.send(layer.dataset.keep, { key: entry ?? "", draft: JSON.stringify(draft) });
      if (problem) throw new Error(problem, { cause: "refused" });
      return String(key);
    },

    async remove(name) {
      await this.send(layer.dataset.drop, { key: name });
    },

    async found(form) {
      const { drafts } = await this.send(layer.dataset.find, { address: location.pathname });
      const own = drafts.filter(([, draft]) => draft.place === forms.get(form).place);
      return own.map(([key, draft]) => [String(key), draft]);
    },
  };

  const place = { browser: inBrowser, server: onServer }[layer.dataset.drafts];
  const why = () => {
    if (!place) return "这张表单的内容不留草稿，离开本页前请先保存。";
    if (place === inBrowser && (!window.isSecureContext || !crypto.subtle)) return "当前网址不是加密连接，浏览器不能保留草稿，离开本页前请先保存。";
    return "";
  };

  // --- Writing ---

  function note(form, words, isProblem) {
    let line = form.querySelector(".draft-note");
    if (!line) {
      line = document.createElement("span");
      line.className = "draft-note";
      (form.querySelector(".entry-footer") ?? form).append(line);
    }
    if (isProblem) line.setAttribute("role", "status");
    line.textContent = words;
  }

  const clock = (at) => new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  const moment = (at) => {
    const day = new Date(at);
    return day.toDateString() === new Date().toDateString() ? clock(at) : `${day.getMonth() + 1}月${day.getDate()}日 ${clock(at)}`;
  };

  let isSigningOut = false;

  async function keep(form) {
    const known = forms.get(form);
    clearTimeout(known.timer);
    known.timer = 0;
    if (known.isSent || isSigningOut) return;
    if (why()) {
      if (isUnsaved(form)) note(form, why(), true);
      return;
    }
    try {
      if (!isUnsaved(form)) {
        await drop(known);
        note(form, "");
        return;
      }
      const at = Date.now();
      const draft = {
        at, place: known.place, address: location.pathname + location.search, title: document.querySelector("h1")?.textContent.trim() ?? "",
        fields: typed(form), named: named(form), stamps: stamps(form), written: written(form),
      };
      const entry = await place.write(form, draft);
      if (known.isSent) {
        sessionStorage.setItem(SENT, entry);
        return;
      }
      if (known.entry && known.entry !== entry) await place.remove(known.entry);
      known.entry = entry;
      note(form, `草稿已暂存 ${clock(at)}`);
    } catch (error) {
      const isFull = error.name === "QuotaExceededError";
      const words = isFull ? "浏览器的存储空间已满，草稿没有保留，离开本页前请先保存。" : "现在不能保留草稿，离开本页前请先保存。";
      note(form, error.cause === "refused" ? error.message : words, true);
    }
  }

  async function drop(known) {
    if (known.entry) await place.remove(known.entry);
    known.entry = null;
  }

  function onTyping(event) {
    const form = event.target.form ?? event.target.closest?.("form");
    const known = forms.get(form);
    if (known && !known.timer) known.timer = setTimeout(() => keep(form), place === onServer ? 4 * PAUSE : PAUSE);
  }
  document.addEventListener("input", onTyping);
  document.addEventListener("change", onTyping);

  function keepAll() {
    for (const [form, known] of forms) if (known.timer) keep(form);
  }
  window.addEventListener("pagehide", keepAll);
  document.addEventListener("visibilitychange", () => document.hidden && keepAll());

  // After a sign-in the key is another; a draft that another tab wiped is written again while its text is on this page.
  document.addEventListener("yl:session-resumed", () => {
    keys = undefined;
    for (const form of forms.keys()) keep(form);
  });
  // A form that its page sends and goes on with: what is typed after that is not yet stored.
  document.addEventListener("yl:sending", ({ detail: form }) => {
    Object.assign(forms.get(form) ?? {}, { sent: typed(form) });
  });
  // What waits to be sent, or has been stored, is no longer unsaved.
  document.addEventListener("yl:queued", ({ detail: form }) => {
    const known = forms.get(form);
    if (!known) return;
    Object.assign(known, { isHeld: false, opened: known.sent ?? typed(form), sent: null });
    keep(form);
  });
  window.addEventListener("storage", ({ key, newValue }) => {
    for (const [form, known] of forms) {
      if (newValue !== null || known.entry !== key) continue;
      keys = undefined;
      keep(form);
    }
  });

  // Fields that a choice has put in place are as they were opened.
  document.addEventListener("htmx:afterSettle", () => {
    for (const [form, known] of forms) known.opened = { ...typed(form), ...known.opened };
  });

  // --- Sending and leaving ---

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (new URL(form.getAttribute("action") || "", location.href).pathname === layer.dataset.signOut) {
      isSigningOut = true;
      setTimeout(() => { isSigningOut = false; }, 2000);
      for (const name of inBrowser.names()) localStorage.removeItem(name);
    }
    const known = forms.get(form);
    if (!known || event.defaultPrevented) return;
    known.isSent = true;
    if (known.entry) sessionStorage.setItem(SENT, known.entry);
    // An answer that leaves the page where it is, such as a file, leaves its text unsaved as well.
    setTimeout(() => { known.isSent = false; }, 2000);
  });

  window.addEventListener("beforeunload", (event) => {
    if ([...forms.keys()].some(isUnsaved)) event.preventDefault();
  });

  // --- Offering ---

  function fill(form, { fields, named: names = {}, stamps: stamped }) {
    for (const [name, value] of Object.entries(stamped)) if (form.elements[name]) form.elements[name].value = value;
    const left = structuredClone(fields);
    const changed = [];
    for (const field of form.elements) {
      if (!isTyped(field) || !(field.name in left)) continue;
      const values = left[field.name];
      for (const [value, text] of Object.entries(names[field.name] ?? {})) field.tomselect?.addOption({ value, text });
      const before = field.options ? [...field.selectedOptions].map((one) => one.value).join() : `${field.checked} ${field.value}`;
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (field.tomselect) field.tomselect.setValue(field.multiple ? values : values[0] ?? "", true);
      else if (field.options) for (const option of field.options) option.selected = values.includes(option.value);
      else if (values.length) field.value = values.shift();
      const now = field.options ? [...field.selectedOptions].map((one) => one.value).join() : `${field.checked} ${field.value}`;
      if (now !== before) changed.push(field);
    }
    // What stands in a folded part is seen as well.
    for (const field of changed) for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    for (const field of changed) for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  function offer(form, name, draft) {
    const box = document.getElementById("draft-offer").content.firstElementChild.cloneNode(true);
    box.querySelector("[data-when]").textContent = moment(draft.at);
    const [restore, discard] = box.querySelectorAll("button");
    restore.addEventListener("click", async () => {
      fill(form, draft);
      box.remove();
      await keep(form);
      // What the form no longer has room for stays where it is.
      if (isSame(draft.fields, typed(form))) await place.remove(name);
      [...form.elements].find((field) => isTyped(field) && field.offsetParent)?.focus();
    });
    discard.addEventListener("click", async () => {
      await place.remove(name);
      box.remove();
    });
    (form.querySelector(".card-body") ?? form).prepend(box);
  }

  // All drafts of the session, also those of records that are gone, with their text to copy.
  async function list(box) {
    const none = box.querySelector("[data-none]");
    const drafts = crypto.subtle ? await inBrowser.found().catch(() => []) : [];
    const pattern = box.querySelector("template").content.firstElementChild;
    for (const [name, draft] of drafts) {
      const item = pattern.cloneNode(true);
      const link = item.querySelector("a");
      link.textContent = draft.title;
      link.href = new URL(draft.address, location.origin).pathname;
      item.querySelector("[data-when]").textContent = moment(draft.at);
      const text = item.querySelector("textarea");
      text.value = draft.written.map(([label, value]) => `${label}：${value}`).join("\n");
      text.setAttribute("aria-label", `${draft.title}：填写的内容`);
      item.querySelector("button").addEventListener("click", async () => {
        await inBrowser.remove(name);
        item.remove();
        none.hidden = Boolean(box.querySelector("[data-draft]"));
      });
      box.append(item);
    }
    none.hidden = drafts.length > 0;
  }

  // An answer that leads on has taken the form, unless it asks for something first; any other shows it again.
  async function settle() {
    // A page that has what was sent confirmed leaves its draft to the answer after it.
    if (document.querySelector("form[data-confirms]")) return {};
    const entry = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    const [way] = performance.getEntriesByType("navigation");
    if (!entry || !way.redirectCount || layer.dataset.asks === "yes") return { entry, isRefused: way.responseStatus >= 400 };
    await place.remove(entry);
    return {};
  }

  async function start() {
    if (why()) return;
    if (forms.size) place.prepare?.();
    try {
      const { entry, isRefused } = await settle();
      for (const form of forms.keys()) {
        const shown = [];
        for (const [name, draft] of (await place.found(form)).reverse()) {
          // A form that was refused shows all that was sent, also what was typed after its draft was written.
          const isShown = isSame(draft.fields, typed(form)) || (name === entry && (isRefused || forms.get(form).isHeld));
          if (!isShown) {
            offer(form, name, draft);
            continue;
          }
          shown.push(name);
        }
        if (isUnsaved(form)) await keep(form);
        for (const name of shown) await place.remove(name);
      }
    } catch {
      // Without a key or a store there is nothing to offer; whoever types is told.
    }
  }
  document.addEventListener("DOMContentLoaded", start);
  const box = document.getElementById("draft-list");
  if (box) list(box);
})();
