"use strict";

// Beside the text: what can be inserted, what a number is and how else it can be written, and the cases of a sentence.
const reportPanel = (() => {
  const { Fragment } = ProseMirror;
  const { schema } = reportText;
  const root = document.getElementById("write");
  const panel = document.getElementById("write-panel");
  if (!root || !panel) return null;
  const [heading, body] = [panel.querySelector("[data-heading]"), panel.querySelector("[data-body]")];
  const NETWORK = "网络不通或登录已过期，请检查后再试；您写的内容都还在本页。";

  function element(tag, attributes = {}, ...content) {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...content);
    return made;
  }

  function button(words, act, style = "btn") {
    const made = element("button", { type: "button", className: style, textContent: words });
    made.addEventListener("click", act);
    return made;
  }

  // The answer as JSON or as text; anything else is a problem that can be read.
  async function ask(address, options = {}) {
    let answer;
    try {
      answer = await fetch(address, { credentials: "same-origin", ...options });
    } catch {
      throw new Error(NETWORK);
    }
    const isState = (answer.headers.get("Content-Type") ?? "").includes("json");
    if (isState) {
      const state = await answer.json();
      if (state.problem) throw new Error(state.problem);
      return state;
    }
    if (!answer.ok || answer.redirected) throw new Error(NETWORK);
    return answer.text();
  }

  function post(address, parts) {
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    return ask(address, { method: "POST", body: new URLSearchParams({ csrfmiddlewaretoken: token, ...parts }) });
  }

  // The nodes of a piece of source as the server reads it.
  async function read(source, isOfCases) {
    const answer = await post(root.dataset.text, { source, cases: isOfCases ? "1" : "" });
    reportEditor.learn(answer.shown);
    return answer.nodes;
  }

  const asked = new Set();

  // Placeholders of which nothing is known yet, such as pasted ones.
  function lookUp(view, isOfCases) {
    view.state.doc.descendants(({ type, attrs: { source } }) => {
      if (type.name !== "number" || reportText.shown.has(source) || asked.has(source)) return;
      asked.add(source);
      read(source, isOfCases).then(([block]) => {
        if (block?.content[0]?.type === "broken") reportEditor.learn({ [source]: { kind: "broken", name: source, text: source } });
      }).catch(() => asked.delete(source));
    });
  }

  let left = null;

  function show(words, ...content) {
    heading.textContent = words;
    body.replaceChildren(...content);
    panel.hidden = false;
    panel.classList.add("is-open");
    if (!panel.contains(document.activeElement)) left = document.activeElement;
  }

  function problem(error) {
    return element("p", { className: "write-panel-problem", textContent: error.message });
  }

  function close() {
    panel.classList.remove("is-open");
    offer();
    left?.focus?.();
  }

  // --- Inserting ---

  function putNumber(view, entry, length = 0) {
    const value = entry.value.replace(" ", "");
    if (!reportText.shown.has(entry.code)) reportEditor.learn({ [entry.code]: { kind: "number", name: entry.name, text: value } });
    const { from, to } = view.state.selection;
    const node = schema.nodes.number.create({ source: entry.code });
    view.dispatch(view.state.tr.replaceWith(from - length, to, node).scrollIntoView());
    view.focus();
    read(entry.code, false).catch(() => {});
  }

  // The list of what can be inserted; `choose` takes the one chosen.
  function list(choose, isWanted = () => true) {
    const search = element("input", { type: "search", className: "form-control", placeholder: "查找数字和词语", autocomplete: "off" });
    search.setAttribute("aria-label", "查找数字和词语");
    const found = element("div", { className: "write-offered" });
    const draw = () => {
      const wanted = search.value.trim().toLowerCase();
      found.replaceChildren(...reportSuggest.offered.flatMap((group) => {
        const entries = group.entries.filter((entry) => isWanted(entry, group) && entry.words.includes(wanted));
        if (!entries.length) return [];
        const rows = entries.map((entry) => {
          const row = button("", () => choose(entry), "write-entry");
          row.append(element("span", { textContent: entry.name }), element("b", { textContent: entry.value }));
          if (entry.note) row.title = entry.note;
          return element("li", {}, row);
        });
        return [element("h3", { className: "palette-heading", textContent: group.label }), element("ul", {}, ...rows)];
      }));
    };
    search.addEventListener("input", draw);
    draw();
    return [search, found];
  }

  function offer() {
    heading.textContent = "插入数字";
    body.replaceChildren(...list((entry) => {
      const section = root.writing();
      if (section) putNumber(section.view, entry);
      panel.classList.remove("is-open");
    }));
  }

  // --- What the records offer ---

  // A number goes where the cursor is, whole sentences into a paragraph of their own below it.
  function take(section, nodes) {
    const { view } = section;
    const { selection: { $from, from, to }, tr } = view.state;
    const blocks = Fragment.fromJSON(schema, nodes);
    const only = blocks.childCount === 1 && blocks.firstChild.childCount === 1 && blocks.firstChild.firstChild;
    if (only && only.type.name === "number") tr.replaceWith(from, to, only);
    else tr.insert($from.after(1), blocks);
    view.dispatch(tr.scrollIntoView());
    section.tell("");
  }

  async function material(section) {
    const key = section.form.elements.section.value;
    show("这一节的素材", element("p", { className: "write-panel-note", textContent: "正在查找……" }));
    let content;
    try {
      const page = await ask(`${root.dataset.material}?${new URLSearchParams({ section: key })}`);
      content = [...new DOMParser().parseFromString(page, "text/html").body.childNodes];
    } catch (error) {
      content = [problem(error)];
    }
    const holder = element("div", {}, ...content);
    holder.addEventListener("click", async ({ target }) => {
      const taken = target.closest("[data-take]");
      if (!taken) return;
      try {
        take(section, await read(taken.dataset.take, section.isOfCases()));
        taken.disabled = true;
      } catch (error) {
        section.tell(error.message);
      }
    });
    show("这一节的素材", holder);
  }

  // --- A number ---

  // The node is looked for again: somebody may have written before it meanwhile.
  function placeOf(view, node) {
    let place = null;
    view.state.doc.descendants((each, at) => { if (each === node) place = at; });
    return place;
  }

  function replace(section, node, content) {
    const at = placeOf(section.view, node);
    if (at === null) section.tell("这一处刚才已经改动，请重新点开。");
    else reportEditor.replaceNode(section.view, at, node.nodeSize, content);
    close();
  }

  async function openNumber(section, node) {
    const { source } = node.attrs;
    const isBroken = node.type.name === "broken" || reportText.saying(source).kind === "broken";
    show(isBroken ? "改正这一处" : "这个数字", element("p", { className: "write-panel-note", textContent: "正在查找……" }));
    let content;
    try {
      const page = await ask(`${root.dataset.number}?${new URLSearchParams({ code: source })}`);
      content = [...new DOMParser().parseFromString(page, "text/html").body.childNodes];
    } catch (error) {
      content = [problem(error)];
    }
    const holder = element("div", {}, ...content);
    holder.addEventListener("click", async ({ target }) => {
      const { code } = target.closest("[data-code]")?.dataset ?? {};
      if (!code) return;
      await read(code, section.isOfCases()).catch(() => {});
      replace(section, node, schema.nodes.number.create({ source: code }));
    });
    const unit = holder.querySelector("[data-unit]");
    unit?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const words = unit.elements.unit.value.trim();
      const code = `${unit.dataset.unit.slice(0, -1)}${words ? `:${words}` : ""}}`;
      try {
        const [block] = await read(code, section.isOfCases());
        if (block?.content[0]?.type !== "number") throw new Error("这个单位不能用：应为 6 个字以内的量词，不含数字。");
        replace(section, node, schema.nodes.number.create({ source: code }));
      } catch (error) {
        unit.querySelector(".write-panel-problem")?.remove();
        unit.append(problem(error));
      }
    });
    const remove = button("删去", () => replace(section, node, Fragment.empty));
    const other = isBroken ? list((entry) => {
      reportEditor.learn({ [entry.code]: { kind: "number", name: entry.name, text: entry.value.replace(" ", "") } });
      replace(section, node, schema.nodes.number.create({ source: entry.code }));
    }) : [];
    show(heading.textContent, holder, element("p", { className: "write-panel-acts" }, remove), ...other);
    panel.focus({ preventScroll: true });
  }

  // --- The cases of a sentence ---

  function caseEditor(branch, label, section) {
    const place = element("div", { className: "write-case-text" });
    const own = {
      label, changed() {}, focused() { root.writing(own); }, typed: (view, before) => reportSuggest.follow(view, before, putNumber),
      key: (name) => reportSuggest.key(name, own.view) || name === "Enter" || name === "Escape" && (close(), true),
      opened() {}, isOfCases: section.isOfCases, tell: section.tell,
      saying: (source) => branch.shown[source] ?? reportText.saying(source),
    };
    const doc = schema.nodes.paragraph.create(null, reportText.inline(branch.content));
    own.view = reportEditor.mount(place, doc, own);
    own.place = place;
    return own;
  }

  async function openVariant(section, node) {
    const source = node.type.name === "unsaid" ? node.attrs.source : reportText.variantSource(node);
    show("各种情况怎么写", element("p", { className: "write-panel-note", textContent: "正在查找……" }));
    let variant;
    try {
      variant = await post(root.dataset.variant, { source });
    } catch (error) {
      show("各种情况怎么写", problem(error), element("p", { className: "write-panel-acts" }, button("删去这一句", () => replace(section, node, Fragment.empty))));
      return;
    }
    const rows = [];
    const table = element("div", { className: "write-cases" });
    const choice = element("select", { className: "form-select" });
    choice.setAttribute("aria-label", "增加一种情况");
    const note = element("p", { className: "write-panel-problem" });

    function redraw() {
      table.replaceChildren(...rows.map((row) => row.box));
      const free = variant.cases.filter((each) => !rows.some((row) => row.case === each.case));
      choice.replaceChildren(element("option", { value: "", textContent: "增加一种情况……" }),
        ...free.map((each) => element("option", { value: each.case, textContent: each.words })));
      choice.hidden = !free.length;
      note.textContent = rows.some((row) => row.applies) ? "" : "本期的情况不在其中，这一句本期不写。";
    }

    function add(branch) {
      const editor = caseEditor(branch, branch.words, section);
      const legend = element("p", { className: "write-case-name" }, branch.words);
      if (branch.applies) legend.append(element("span", { className: "badge bg-azure-lt", textContent: "本期" }));
      const row = { case: branch.case, applies: branch.applies, branch, editor };
      const drop = button("删去这种情况", () => {
        rows.splice(rows.indexOf(row), 1);
        editor.view.destroy();
        redraw();
      }, "btn btn-sm btn-link");
      row.box = element("div", { className: "write-case" }, element("div", { className: "write-case-head" }, legend, drop), editor.place);
      return row;
    }

    function composed() {
      const texts = rows.map(({ branch, editor }) => reportText.caseSource(branch.source, editor.view.state.doc.content));
      const isSame = rows.length === variant.heads.length && rows.every((row, place) => row.branch === variant.branches[place]);
      const heads = isSame ? variant.heads : rows.map((row, place) => `${place ? "|" : `[${variant.subject} `}${row.case}:`);
      return `${heads.map((head, place) => head + texts[place]).join("")}]`;
    }

    async function keep() {
      try {
        if (!rows.length) {
          replace(section, node, Fragment.empty);
          return;
        }
        const [block] = await read(composed(), section.isOfCases());
        replace(section, node, reportText.inline(block.content));
      } catch (error) {
        note.textContent = error.message;
      }
    }

    rows.push(...variant.branches.map(add));
    choice.addEventListener("change", () => {
      const words = variant.cases.find((each) => each.case === choice.value)?.words;
      if (!words) return;
      const last = rows.findIndex((row) => row.case === "其余");
      const row = add({ case: choice.value, words, applies: false, source: "", content: [], shown: {} });
      rows.splice(last < 0 ? rows.length : last, 0, row);
      redraw();
      row.editor.view.focus();
    });
    redraw();
    show(
      "各种情况怎么写",
      element("p", { className: "write-panel-note", textContent: `看${variant.words}。从上到下，取第一种相符的情况；不是本期的，数字用举例的。` }),
      table, choice, note,
      element("p", { className: "write-panel-acts" },
        button("写好了", keep, "btn btn-primary"),
        ...(node.type.name === "variant" ? [button("不再分情况，只留现在这一句", () => replace(section, node, node.content))] : []),
        button("删去这一句", () => replace(section, node, Fragment.empty))),
    );
    panel.focus({ preventScroll: true });
  }

  // The selected words become the text of a case of the figure chosen.
  function beginVariant(section) {
    const { view } = section;
    const { $from, $to, from, to } = view.state.selection;
    if (!$from.sameParent($to) || $from.parent.type.name === "title") {
      section.tell("请只选一段里的文字，再按“分情况写”。");
      return;
    }
    const said = reportText.written(view.state.doc.slice(from, to).content, true);
    show("分情况写：看哪个数字", ...list(async (entry) => {
      try {
        const [block] = await read(`[${entry.code.slice(1, -1)} 零:|其余:${said}]`, section.isOfCases());
        const content = reportText.inline(block.content);
        view.dispatch(view.state.tr.replaceWith(from, to, content));
        openVariant(section, content.firstChild);
      } catch (error) {
        section.tell(error.message);
      }
    }, (entry, group) => group.label !== "词语"));
  }

  function open(section, node) {
    if (["variant", "unsaid"].includes(node.type.name)) openVariant(section, node);
    else openNumber(section, node);
  }

  panel.querySelector("[data-close]").addEventListener("click", close);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });

  return { ask, beginVariant, element, lookUp, material, offer, open, putNumber, read };
})();
