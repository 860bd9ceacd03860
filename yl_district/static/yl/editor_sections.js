"use strict";

// The page on which a whole report is written: its sections, each with its form, what is done to them, and saving.
(() => {
  const { closeHistory, redo, redoDepth, undo, undoDepth } = ProseMirror;
  const root = document.getElementById("write");
  if (!root || !reportPanel) return;
  const state = root.querySelector("[data-state]");
  const data = JSON.parse(document.getElementById("write-nodes").textContent);
  reportSuggest.offered = JSON.parse(document.getElementById("write-offered").textContent);

  // As long as the server may take over one section.
  const PATIENCE = 60 * 1000;
  let current = null;
  let latest = null;
  // The section or case that is being written in; `set` makes it another.
  root.writing = (set) => {
    if (set) current = set;
    return current ?? sections[0];
  };

  class Section {
    constructor(form, nodes) {
      this.form = form;
      this.fields = [form.elements.heading, form.elements.body];
      this.flag = form.elements.is_about_cases;
      this.note = form.querySelector("[data-note]");
      this.stored = this.values();
      this.isWriting = false;
      this.label = form.dataset.label;
      this.isOfCases = () => Boolean(this.flag?.checked);
      this.view = reportEditor.mount(form.querySelector("[data-editor]"), reportText.load(nodes), this);
      form.classList.add("is-drawn");
      form.querySelector("[data-source]").addEventListener("click", () => this.toggleSource());
      form.addEventListener("submit", (event) => {
        if (this.isNative) return;
        event.preventDefault();
        saveAll([this]);
      });
      for (const type of ["input", "change"]) form.addEventListener(type, (event) => this.onField(event));
    }

    values() {
      return this.fields.map((field) => field.value.replaceAll("\r\n", "\n"));
    }

    get isFlagChanged() {
      return Boolean(this.flag) && this.flag.checked !== this.flag.defaultChecked;
    }

    get isChanged() {
      return this.values().some((value, place) => value !== this.stored[place]) || this.isFlagChanged;
    }

    // --- What the editor tells ---

    changed(view) {
      if (this.isTaking) return;
      const { heading, body } = reportText.save(view.state.doc);
      this.isWriting = true;
      [heading, body].forEach((value, place) => {
        const field = this.fields[place];
        if (field.value.replaceAll("\r\n", "\n") === value) return;
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      this.isWriting = false;
      reportPanel.lookUp(view, this.isOfCases());
      showState();
    }

    focused() {
      latest = this;
      root.writing(this);
      showState();
    }

    opened(node) { reportPanel.open(this, node); }

    typed(view, before) { reportSuggest.follow(view, before, reportPanel.putNumber); }

    key(name) { return reportSuggest.key(name, this.view); }

    tell(words, ...more) {
      this.note.replaceChildren(words, ...more);
      this.note.hidden = !words;
      if (words) this.note.scrollIntoView({ block: "nearest" });
    }

    // --- The source ---

    // A field that something else has filled, such as a draft, is read into the document.
    onField({ target }) {
      showState();
      if (this.isWriting || this.form.classList.contains("is-source") || !this.fields.includes(target)) return;
      clearTimeout(this.waiting);
      this.waiting = setTimeout(async () => {
        if (!await this.take()) this.showSource(true);
      }, 0);
    }

    async toggleSource() {
      const isSource = this.form.classList.contains("is-source");
      if (isSource && !await this.take()) return;
      this.showSource(!isSource);
      if (isSource) this.view.focus();
      else this.fields[1].focus();
    }

    showSource(isSource) {
      this.form.classList.toggle("is-source", isSource);
      this.form.querySelector("[data-source]").setAttribute("aria-pressed", String(isSource));
    }

    // The document becomes what the fields say.
    async take() {
      const [heading, body] = this.values();
      // Until the document says so too, what is typed into it would overwrite the fields.
      this.view.setProps({ editable: () => false });
      try {
        const isOfCases = this.isOfCases();
        const nodes = await Promise.all([heading, body].map((source) => reportPanel.read(source, isOfCases)));
        this.put({ heading: nodes[0], body: nodes[1], shown: {} });
        return true;
      } catch (error) {
        this.tell(error.message);
        return false;
      } finally {
        this.view.setProps({ editable: () => true });
      }
    }

    put(nodes) {
      const doc = reportText.load(nodes);
      this.isTaking = true;
      this.view.dispatch(closeHistory(this.view.state.tr).replaceWith(0, this.view.state.doc.content.size, doc.content));
      this.isTaking = false;
      showState();
    }

    // --- Saving ---

    async save() {
      // Whoever writes on while the server answers has written what is not stored.
      const sent = { values: this.values(), isOfCases: this.isOfCases() };
      this.announce("yl:sending");
      let answer;
      try {
        answer = await reportPanel.ask(this.form.action, {
          method: "POST", body: new URLSearchParams(new FormData(this.form)), headers: { Accept: "application/json" },
          signal: AbortSignal.timeout(PATIENCE),
        });
      } catch (error) {
        this.tell(`没有保存：${error.message}`);
        return false;
      }
      if (answer.saved) return this.settle(answer, sent);
      if (answer.conflict) this.offerOther(answer.conflict);
      else if (answer.problems) this.tell("没有保存：", this.list(answer.problems));
      else this.sendAsPage();
      return false;
    }

    // The answer is a page of its own, such as that of a section that somebody has deleted.
    sendAsPage() {
      this.isNative = true;
      this.form.requestSubmit();
    }

    settle({ version, action, key }, { values, isOfCases }) {
      const isNew = !this.form.elements.section.value;
      this.mark(version);
      Object.assign(this.form, { action });
      this.form.elements.section.value = key;
      this.stored = values;
      if (this.flag) this.flag.defaultChecked = isOfCases;
      this.tell("");
      this.announce("yl:queued");
      return isNew ? key : true;
    }

    // To what keeps drafts of the form.
    announce(event) {
      document.dispatchEvent(new CustomEvent(event, { detail: this.form }));
    }

    mark(version) {
      const field = this.form.elements.version ?? this.form.elements.submission;
      Object.assign(field, { name: "version", value: version });
    }

    list(problems) {
      return reportPanel.element("ul", {}, ...problems.map(
        // On this page nobody counts lines.
        (problem) => reportPanel.element("li", { textContent: problem.replace(/^第 \d+ 行/, "") }),
      ));
    }

    offerOther({ who, stored, version }) {
      if (!this.isFlagChanged) this.takeFlag(stored);
      const doc = reportText.load(stored.nodes);
      const read = reportPanel.element("div", { className: "write-other" });
      read.append(ProseMirror.DOMSerializer.fromSchema(reportText.schema).serializeFragment(doc.content));
      const act = (words, style, done) => {
        const made = reportPanel.element("button", { type: "button", className: style, textContent: words });
        made.addEventListener("click", done);
        return made;
      };
      const acts = reportPanel.element(
        "p", { className: "write-panel-acts" },
        act("用我的写法", "btn btn-primary", () => { this.mark(version); saveAll([this]); }),
        act("用对方的写法", "btn", () => {
          this.mark(version);
          this.stored = [stored.heading, stored.body];
          this.takeFlag(stored);
          this.put(stored.nodes);
          this.changed(this.view);
          this.tell("已换成对方的写法，按“撤销”可以回到您的。");
        }),
      );
      const words = reportPanel.element("p", { textContent: `没有保存：您打开本页后，${who}改了这一节。对方的写法如下，您的写法还在上面。` });
      this.tell("", words, read, acts);
      this.note.hidden = false;
    }

    // Who may read the section is what the other has said.
    takeFlag({ is_about_cases: isOfCases }) {
      if (this.flag) this.flag.checked = this.flag.defaultChecked = isOfCases;
    }
  }

  const sections = [...root.querySelectorAll("form[data-section]")].map((form) => new Section(form, data[form.dataset.section]));

  [latest] = sections;

  // --- The bar ---

  const clock = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  let saved = "";
  let isSaving = false;
  let added = null;

  function showState() {
    const number = sections.filter((section) => section.isChanged).length;
    if (!isSaving) state.textContent = number ? `有 ${number} 节没有保存` : saved;
    for (const section of sections) section.form.classList.toggle("is-changed", Boolean(section.isChanged));
    const { view } = root.writing();
    root.querySelector("[data-act=undo]").disabled = !undoDepth(view.state);
    root.querySelector("[data-act=redo]").disabled = !redoDepth(view.state);
  }

  async function saveAll(asked) {
    if (isSaving) return;
    isSaving = true;
    state.textContent = "正在保存……";
    let done = 0;
    const waiting = asked ?? sections.filter((section) => section.isChanged);
    for (const section of waiting) {
      const answer = await section.save();
      if (answer) done += 1;
      if (answer && answer !== true) added = answer;
    }
    isSaving = false;
    saved = done === waiting.length ? `已保存 ${clock()}` : "";
    showState();
    // A new section gets its place, and the next one a form of its own.
    if (added && !sections.some((section) => section.isChanged)) {
      location.hash = `section-${added}`;
      location.reload();
    }
  }

  const ACTS = {
    undo: ({ view }) => undo(view.state, view.dispatch),
    redo: ({ view }) => redo(view.state, view.dispatch),
    heading: ({ view }) => reportEditor.toggleHeading(view.state, view.dispatch),
    insert: () => {
      reportPanel.offer();
      document.getElementById("write-panel").classList.add("is-open");
      document.querySelector("#write-panel input")?.focus();
    },
    cases: () => reportPanel.beginVariant(latest),
    material: () => reportPanel.material(latest),
    save: () => saveAll(),
  };

  root.querySelector("[data-bar]").addEventListener("click", ({ target }) => {
    const act = target.closest("[data-act]")?.dataset.act;
    if (!act) return;
    const section = root.writing();
    ACTS[act](section);
    if (["undo", "redo", "heading"].includes(act)) section.view.focus();
    showState();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      saveAll();
    }
  });

  for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
  root.classList.add("is-drawn");
  reportPanel.offer();
  document.getElementById("write-panel").hidden = false;
  showState();
})();
