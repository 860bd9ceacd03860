"use strict";

// A page outlives its session: before a form is sent the server is asked whether it still knows who sends it. Where it
// does not, a layer hides the page, asks for the password of the same account, and the form goes out as it was.
(() => {
  const layer = document.getElementById("session-layer");
  if (!layer) return;
  const entrance = layer.querySelector("form");
  const warning = document.getElementById("session-warning");
  const offlineNotice = document.getElementById("session-offline");
  const MOST_WAITED = 15000;

  // What the server says of the session, null where it answers otherwise; fails where no answer comes.
  async function ask(method = "GET") {
    const options = { method, cache: "no-store", headers: { Accept: "application/json" } };
    if (method === "POST") options.headers["X-CSRFToken"] = entrance.elements.csrfmiddlewaretoken.value;
    const answer = await fetch(layer.dataset.state, { ...options, signal: AbortSignal.timeout(MOST_WAITED) });
    if (!answer.ok) return null;
    const state = await answer.json().catch(() => null);
    if (state) renew(state.token);
    return state;
  }

  // Each sign-in, in another tab too, makes the tokens of all forms invalid.
  function renew(token) {
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  }

  const isOwn = (state) => state.account === layer.dataset.account;

  // --- The layer ---

  let reopened;

  // Resolves once the account of this page is signed in again.
  function resume() {
    if (!reopened) {
      let done;
      reopened = { promise: new Promise((resolve) => { done = resolve; }) };
      reopened.done = done;
      warning.hidden = true;
      document.documentElement.classList.add("is-covered");
      showStep("password", "");
      layer.showModal();
      entrance.elements.password.focus();
    }
    return reopened.promise;
  }

  function showStep(step, problem) {
    for (const part of layer.querySelectorAll("[data-step]")) part.hidden = part.dataset.step !== step;
    layer.querySelector("[data-asked]").textContent = step === "code" ? "动态口令" : "密码";
    const place = layer.querySelector("[data-problem]");
    place.textContent = problem;
    place.hidden = !problem;
    for (const name of ["password", "code"]) entrance.elements[name].value = "";
    entrance.elements[step].focus();
  }

  function uncover() {
    document.documentElement.classList.remove("is-covered");
    const { done } = reopened;
    reopened = null;
    layer.close();
    done();
  }

  // The layer goes away by signing in alone.
  layer.addEventListener("cancel", (event) => event.preventDefault());
  layer.addEventListener("close", () => reopened && layer.showModal());

  let asking = false;
  entrance.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    const step = layer.querySelector("[data-step=code]").hidden ? "password" : "code";
    const given = entrance.elements[step].value;
    try {
      if (given) await giveSecret(step, given);
      else showStep(step, step === "code" ? "请填写动态口令。" : "请填写密码。");
    } catch {
      showStep(step, "现在连不上网络，请稍后再试；您填写的内容没有丢失。");
    }
    asking = false;
  });

  async function giveSecret(step, given) {
    // The token may have changed since, as by a sign-in in another tab.
    const state = await ask();
    if (state && isOwn(state)) return finish(state);
    const sent = new URLSearchParams({
      account: layer.dataset.account,
      csrfmiddlewaretoken: entrance.elements.csrfmiddlewaretoken.value,
      [step]: given,
    });
    const options = { method: "POST", headers: { Accept: "application/json" }, body: sent };
    const response = await fetch(layer.dataset.resume, options);
    const answer = await response.json().catch(() => ({ problem: "服务器暂时不能核对，请稍后再试。" }));
    if (answer.token) renew(answer.token);
    if (answer.done) return finish(await ask());
    return showStep(answer.code ? "code" : "password", answer.problem ?? "");
  }

  function finish(state) {
    plan(state);
    uncover();
    document.dispatchEvent(new CustomEvent("yl:session-resumed"));
  }

  // --- Sending forms ---

  const ready = new WeakSet();
  const checking = new WeakSet();
  const isByHtmx = (element) => element?.closest("[hx-post], [data-hx-post], [hx-get], [hx-boost]") === element;

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form === entrance || form.method !== "post" || isByHtmx(form) || isByHtmx(submitter)) return;
    if (ready.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (checking.has(form) || form.dataset.sent) return;
    checking.add(form);
    prepare(form).then((isReady) => {
      checking.delete(form);
      if (!isReady) return;
      ready.add(form);
      form.requestSubmit(submitter?.form === form ? submitter : null);
      ready.delete(form);
    });
  }, true);

  // Whether the form can be sent now: the network is there, and the session is that of the page.
  async function prepare(form) {
    offlineNotice.hidden = true;
    try {
      if (!navigator.onLine) throw new TypeError("offline");
      const state = await ask();
      // Where the server answers otherwise, as during an outage, it says so itself and keeps the form.
      if (state && !isOwn(state)) await resume();
      return true;
    } catch {
      offlineNotice.hidden = false;
      document.dispatchEvent(new CustomEvent("yl:offline", { detail: form }));
      return false;
    }
  }

  window.addEventListener("online", () => { offlineNotice.hidden = true; });

  // --- Requests of htmx ---

  const repeated = new WeakMap();
  document.addEventListener("htmx:responseError", async (event) => {
    const { xhr, requestConfig: { verb, path, elt, target } } = event.detail;
    // A token from before somebody signed in again is refused with 403; it is tried once more with the new one.
    const isStale = xhr.status === 403 && Date.now() - (repeated.get(elt) ?? 0) > MOST_WAITED;
    if (xhr.status !== 401 && !isStale) return;
    event.stopImmediatePropagation();
    repeated.set(elt, Date.now());
    const state = await ask().catch(() => null);
    if (!state) return;
    if (!isOwn(state)) await resume();
    if (elt.isConnected) window.htmx.ajax(verb, path, { source: elt, target });
  });

  document.addEventListener("htmx:sendError", () => { offlineNotice.hidden = false; });

  // --- The end of the session ---

  const TICK = 5000;
  let ends = 0;
  let warns = 0;
  let used = Date.now();
  let pingAfter = 0;
  let looking = false;

  function plan(state) {
    if (!state) return;
    const { idle, last, warning: before, ping } = state.left;
    const now = Date.now();
    ends = now + 1000 * Math.min(idle, last);
    warns = ends - 1000 * before;
    pingAfter = 1000 * ping;
    warning.hidden = now < warns || Boolean(reopened);
    if (!warning.hidden) tell(Math.max(1, Math.ceil((ends - now) / 60000)), last <= idle);
  }

  function tell(minutes, isLast) {
    warning.querySelector("[data-words]").textContent = isLast
      ? `这次登录约 ${minutes} 分钟后到期，届时请重新输入密码；您填写的内容不会丢失。`
      : `约 ${minutes} 分钟后将自动退出；您填写的内容不会丢失。`;
    warning.querySelector("button").hidden = isLast;
  }

  // Asks how long the session lasts, which does not prolong it; another tab may have.
  async function look(method = "GET") {
    if (looking || reopened) return;
    looking = true;
    try {
      const state = await ask(method);
      if (state && !isOwn(state)) resume();
      else plan(state);
    } catch {
      // Without a network the page stays as it is, and asks again later.
    }
    looking = false;
  }

  // By the clock, since a computer that slept counts its timers wrong.
  let seen = "";
  setInterval(() => {
    const now = Date.now();
    const stage = now >= ends + 1000 ? `over ${Math.floor(now / 60000)}` : now >= warns ? `near ${Math.floor(now / 30000)}` : "";
    if (stage && stage !== seen) look();
    seen = stage;
  }, TICK);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() >= warns) look();
  });

  // Whoever types uses the session, though nothing is sent yet.
  function use() {
    used = Date.now();
    look("POST");
  }
  document.addEventListener("input", (event) => {
    if (!entrance.contains(event.target) && Date.now() - used >= pingAfter) use();
  });
  warning.querySelector("button").addEventListener("click", use);

  plan({ left: JSON.parse(layer.dataset.left) });
})();
