"use strict";

// What is sent without a network waits in this browser, encrypted under a key of the account that the server gives and
// the browser holds in memory alone, and goes out once when the network is back: the token of each form makes it one
// record however often it is sent. What the server refuses stays, with its reason, to be copied.
(() => {
  const layer = document.getElementById("session-layer");
  if (!layer) return;
  const { account } = layer.dataset;
  const page = document.currentScript?.dataset ?? document.querySelector("script[data-queue-key]").dataset;
  const PREFIX = "yl-queue:";
  const OWN = `${PREFIX}${account}:`;
  const UNTOLD = ["hidden", "submit", "button", "reset"];
  const TRIED_EVERY = 30000;
  // Below the days for which the server remembers tokens.
  const KEPT_FOR = 20 * 24 * 3600 * 1000;
  const NOT_ALLOWED = "您现在不能登记这一项，权限或归属可能已经调整。内容可以复制，交给能登记的人。";
  const TOO_OLD = "已超过 20 天，不再自动发送，以免重复。请复制内容，核对后重新登记。";

  // --- The key ---

  const keys = new Map();
  let tokens = [];

  // The key of this name, by default a new one; the server gives it to this account alone.
  function sessionKey(name = "") {
    if (!keys.has(name)) {
      keys.set(name, askKey(name));
      keys.get(name).catch(() => keys.delete(name));
    }
    return keys.get(name);
  }

  async function askKey(name) {
    const answer = await sealing.ask(`${page.queueKey}${name ? `?name=${encodeURIComponent(name)}` : ""}`);
    if (!name) tokens = answer.tokens;
    return { usable: await sealing.usable(answer.key), name: answer.name };
  }

  // --- What waits ---

  // Whoever forbids the store keeps nothing there.
  function names() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(OWN)).sort();
    } catch {
      return [];
    }
  }

  async function put(place, entry) {
    const { usable, name } = await sessionKey();
    localStorage.setItem(place, JSON.stringify({ name, ...await sealing.seal(usable, entry) }));
  }

  async function take(place) {
    const stored = JSON.parse(localStorage.getItem(place));
    const known = await sessionKey();
    const { usable } = known.name === stored.name ? known : await sessionKey(stored.name);
    return sealing.unseal(usable, stored);
  }

  function written(form) {
    const told = [];
    for (const field of form.elements) {
      if (!field.name || UNTOLD.includes(field.type)) continue;
      const label = sealing.labelOf(field);
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) told.push(label);
      } else if (field.options) {
        const chosen = [...field.selectedOptions].filter((option) => option.value).map((option) => option.textContent.trim());
        if (chosen.length) told.push(`${label}：${chosen.join("、")}`);
      } else if (field.value?.trim()) {
        told.push(`${label}：${field.value.trim()}`);
      }
    }
    return told.join("\n");
  }

  // Keeps the form as it stands and empties it for the next one, which gets a token of its own.
  async function enqueue(form) {
    const at = Date.now();
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
    const action = new URL(form.getAttribute("action") || location.href, location.href);
    const entry = { at, label: form.dataset.queue, action: action.pathname + action.search, fields, text: written(form) };
    await put(`${OWN}${at}-${crypto.randomUUID()}`, entry);
    const token = tokens.pop();
    form.reset();
    // What an earlier answer refused has been sent anew.
    for (const told of form.querySelectorAll(".alert-danger, .invalid-feedback")) told.remove();
    for (const field of form.querySelectorAll(".is-invalid")) field.classList.remove("is-invalid");
    document.dispatchEvent(new CustomEvent("yl:queued", { detail: form }));
    if (form.elements.submission && token) form.elements.submission.value = token;
    else for (const button of form.querySelectorAll("button.btn-primary")) button.disabled = true;
    form.elements[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    const notice = document.getElementById("session-offline");
    if (notice) notice.hidden = true;
    await show("已加密保存在本机，联网后自动发送。");
    // Whoever pressed the button at the foot of the form sees why it is empty.
    document.getElementById("queue").scrollIntoView({ block: "center" });
  }

  document.addEventListener("yl:offline", ({ detail: form }) => {
    if (!form?.matches("[data-queue]") || !form.elements.submission) return;
    // Without the key the form stays as it is, which the page has said.
    enqueue(form).catch(() => {});
  });

  // --- Sending ---

  const parser = new DOMParser();

  const plain = (each) => each.textContent.replace(/\s+/g, " ").trim();

  // Each fault with the label of its field; the heading that counts them says nothing more.
  function reasons(text) {
    const answer = parser.parseFromString(text, "text/html");
    const found = answer.querySelectorAll("main .invalid-feedback, main .alert-danger:not(:has(.alert-links)), main .conflict-heading");
    const words = [...found].filter(plain).map((each) => {
      const label = each.closest("[id^=div_id_]")?.querySelector("label, legend");
      return `${label ? `${plain(label).replace(/\s*\*$/, "")}：` : ""}${plain(each)}`;
    });
    return [...new Set(words)].join(" ") || "页面要求先核对，没有登记。请打开表单重新登记。";
  }

  // "sent", "later", or why the server will not take it.
  async function send(entry, token) {
    const body = new URLSearchParams([...entry.fields, ["csrfmiddlewaretoken", token]]);
    const answer = await fetch(entry.action, { method: "POST", body, cache: "no-store" });
    const submission = entry.fields.find(([name]) => name === "submission")[1];
    if (answer.redirected) {
      const { is_taken: isTaken } = await sealing.ask(`${page.submissionState}?token=${encodeURIComponent(submission)}`);
      return isTaken ? "sent" : "later";
    }
    if (answer.status === 404 || answer.status === 405) return NOT_ALLOWED;
    return [200, 409].includes(answer.status) ? reasons(await answer.text()) : "later";
  }

  async function flushOnce() {
    if (!names().length || !navigator.onLine) return;
    const state = await sealing.ask(layer.dataset.state);
    if (state.account !== account) return;
    let sent = 0;
    for (const place of names()) {
      const entry = await take(place).catch(() => null);
      if (!entry || entry.problem) continue;
      const result = Date.now() - entry.at > KEPT_FOR ? TOO_OLD : await send(entry, state.token);
      if (result === "sent") {
        localStorage.removeItem(place);
        sent += 1;
      } else if (result !== "later") {
        await put(place, { ...entry, problem: result });
      }
    }
    await show(sent ? `已发送 ${sent} 条。` : "");
  }

  // One tab sends at a time.
  function flush() {
    const once = () => flushOnce().catch(() => {});
    return navigator.locks ? navigator.locks.request("yl-queue", { ifAvailable: true }, (lock) => lock && once()) : once();
  }

  // --- What is shown ---

  function element(tag, css, text = "") {
    const made = document.createElement(tag);
    made.className = css;
    made.textContent = text;
    return made;
  }

  function button(words, act) {
    const made = element("button", "btn btn-sm", words);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  async function line(place) {
    const entry = await take(place).catch(() => null);
    const item = element("li", "queue-entry");
    if (!entry) {
      item.append(element("p", "", "有一条内容已加密，联网并登录后才能显示。"));
      return item;
    }
    item.append(element("p", "queue-label", `${entry.label}（${new Date(entry.at).toLocaleString("zh-CN")}）`));
    if (entry.problem) item.append(element("p", "text-danger", `没有登记：${entry.problem}`));
    item.append(element("pre", "queue-text", entry.text));
    if (!entry.problem) return item;
    item.append(
      button("复制内容", () => navigator.clipboard?.writeText(entry.text)),
      button("已处理，删除", () => {
        if (!window.confirm("删除后不能恢复。确定已另行登记吗？")) return;
        localStorage.removeItem(place);
        show();
      }),
    );
    return item;
  }

  async function show(words = "") {
    let box = document.getElementById("queue");
    if (!names().length && !words) {
      box?.remove();
      return;
    }
    if (!box) {
      box = element("div", "");
      box.id = "queue";
      box.setAttribute("role", "status");
      box.append(element("details", "queue card"));
      document.querySelector("#content > .container-xl")?.prepend(box);
    }
    const list = element("ul", "queue-list");
    list.append(...(await Promise.all(names().map(line))));
    const refused = list.querySelectorAll(".text-danger").length;
    const waiting = list.children.length - refused;
    const counts = [waiting && `待发送 ${waiting} 条`, refused && `没有登记 ${refused} 条`].filter(Boolean);
    const title = element("summary", "queue-title", counts.join("，"));
    const folded = box.firstElementChild;
    if (refused) folded.open = true;
    folded.replaceChildren(title, list);
    if (words) title.append(element("span", "queue-said", words));
  }

  // Signing out keeps what waits, sealed; it is sent at the account's next sign-in on this phone.
  document.addEventListener("submit", (event) => {
    if (new URL(event.target.getAttribute("action") || "", location.href).pathname !== layer.dataset.signOut) return;
    const words = `还有 ${names().length} 条没有发送。退出后仍加密保存在这部手机上，您下次在这里登录时发送。现在退出吗？`;
    if (!names().length || window.confirm(words)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // What another tab keeps or sends is told in this one as well.
  window.addEventListener("storage", ({ key }) => key?.startsWith(OWN) && show().catch(() => {}));
  window.addEventListener("online", flush);
  document.addEventListener("yl:session-resumed", flush);
  setInterval(() => { if (!document.hidden) flush(); }, TRIED_EVERY);
  document.addEventListener("DOMContentLoaded", async () => {
    if (document.querySelector("form[data-queue]")) sessionKey().catch(() => {});
    await show().catch(() => {});
    flush();
  });
  navigator.serviceWorker?.register(page.worker).catch(() => {});
})();
