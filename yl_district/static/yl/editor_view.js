"use strict";

// One section in the editor: how its nodes are drawn and typed, what is pasted, and names that become numbers.
const reportEditor = (() => {
  const {
    baseKeymap, chainCommands, closeHistory, Decoration, DecorationSet, EditorState, EditorView, Fragment, history, keymap,
    NodeSelection, Plugin, redo, setBlockType, Slice, TextSelection, undo,
  } = ProseMirror;
  const { schema } = reportText;

  // The drawn placeholders, which follow what is learnt of them.
  const drawn = new Set();

  function learn(said) {
    reportText.learn(said);
    for (const each of drawn) each.draw();
  }

  // --- Nodes ---

  class NumberView {
    constructor(node, saying) {
      this.node = node;
      this.saying = saying;
      this.dom = document.createElement("span");
      drawn.add(this);
      this.draw();
    }

    draw() {
      const { kind, name, text } = this.saying(this.node.attrs.source);
      const isEmpty = !text && !["ordinal", "cases"].includes(kind);
      this.dom.className = `write-number is-${kind}${isEmpty ? " is-empty" : ""}`;
      this.dom.title = { cases: name, hidden: "只给可以知道帮扶情况的人看" }[kind] ?? name;
      this.dom.textContent = { ordinal: "", cases: "仅知情人可见", hidden: "不显示" }[kind] ?? (text || `${name}：本期没有`);
    }

    update(node) {
      if (node.type !== this.node.type) return false;
      this.node = node;
      this.draw();
      return true;
    }

    ignoreMutation() { return true; }

    destroy() { drawn.delete(this); }
  }

  class BrokenView {
    constructor(node) {
      this.dom = document.createElement("span");
      this.dom.className = "write-broken";
      this.dom.title = "这里没有能用的名称，点开改正";
      this.dom.textContent = node.attrs.source;
    }
  }

  function mark(words) {
    const button = document.createElement("span");
    button.className = "write-mark";
    button.contentEditable = "false";
    button.title = words;
    return button;
  }

  class UnsaidView {
    constructor() {
      this.dom = document.createElement("span");
      this.dom.className = "write-unsaid";
      this.dom.append(mark("这里有一句分情况写的话，本期的情况不用写；点开查看"));
    }
  }

  class VariantView {
    constructor() {
      this.dom = document.createElement("span");
      this.dom.className = "write-variant";
      this.contentDOM = document.createElement("span");
      this.dom.append(mark("这一句分情况写；点开看各种情况怎么写"), this.contentDOM);
    }

    ignoreMutation(record) {
      return record.type !== "selection" && !this.contentDOM.contains(record.target);
    }
  }

  // {序号} counts from one in each section.
  const ORDINAL = "{序号}";
  const DIGITS = "一二三四五六七八九";

  function ordinal(number) {
    const [tens, ones] = [Math.floor(number / 10), number % 10];
    return `${tens > 1 ? DIGITS[tens - 1] : ""}${tens ? "十" : ""}${ones ? DIGITS[ones - 1] : ""}`;
  }

  function ordinals({ doc }) {
    const found = [];
    doc.descendants((node, at) => {
      if (node.type.name === "number" && node.attrs.source === ORDINAL) {
        found.push(Decoration.node(at, at + 1, { "data-ordinal": ordinal(found.length + 1) }));
      }
    });
    return DecorationSet.create(doc, found);
  }

  // A sign behind each sentence of several cases, so that the cursor has a place behind it as well as inside.
  function endings({ doc }) {
    const found = [];
    doc.descendants((node, at) => {
      if (node.type.name === "variant") found.push(Decoration.widget(at + node.nodeSize, ending, { side: -1, key: "ending" }));
    });
    return DecorationSet.create(doc, found);
  }

  function ending() {
    const sign = document.createElement("span");
    sign.className = "write-ending";
    sign.contentEditable = "false";
    return sign;
  }

  // A block that holds nothing but what this period does not say.
  function quiet({ doc }) {
    const found = [];
    doc.forEach((node, at) => {
      const isTitle = node.type.name === "title";
      let says = node.content.size === 0 && !isTitle;
      node.descendants((inner) => {
        if (inner.isText || inner.type.name === "broken") says = true;
        if (inner.type.name === "number") {
          const { kind, text } = reportText.saying(inner.attrs.source);
          if (text || kind !== "words") says = true;
        }
      });
      if (!says) found.push(Decoration.node(at, at + node.nodeSize, { class: isTitle ? "is-untitled" : "is-quiet" }));
    });
    return DecorationSet.create(doc, found);
  }

  // --- Typing ---

  const inVariant = ($place) => $place.parent.type.name === "variant";

  // A case is one piece of a paragraph: where its end is also the paragraph's, a new paragraph begins after it.
  function breakAfterCase(state, dispatch) {
    const { $from, empty } = state.selection;
    if (!inVariant($from)) return false;
    let isLast = empty;
    for (let depth = $from.depth; depth > 1; depth -= 1) isLast &&= $from.after(depth) === $from.end(depth - 1) || depth === 1;
    isLast &&= $from.parentOffset === $from.parent.content.size;
    if (dispatch && isLast) {
      const after = $from.after(1);
      const tr = state.tr.insert(after, schema.nodes.paragraph.create());
      dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
    }
    return true;
  }

  // A paragraph is divided; what follows a heading or the title is a paragraph.
  function breakBlock(state, dispatch) {
    const { $from } = state.selection;
    if (!dispatch) return true;
    const tr = state.tr.deleteSelection();
    const at = tr.selection.$from;
    if (at.depth !== 1) return false;
    const { type } = at.parent;
    if (type.name === "title") {
      tr.insert(at.after(1), schema.nodes.paragraph.create());
      dispatch(tr.setSelection(TextSelection.create(tr.doc, $from.after(1) + 1)).scrollIntoView());
      return true;
    }
    const isAtEnd = at.parentOffset === at.parent.content.size;
    const next = type.name === "heading" && isAtEnd ? schema.nodes.paragraph : type;
    tr.split(at.pos, 1, [{ type: next, attrs: { cases: at.parent.attrs.cases } }]);
    dispatch(tr.scrollIntoView());
    return true;
  }

  // At the beginning of a case the cursor leaves it, so that nothing is joined across its edge.
  function leaveCase(state, dispatch) {
    const { $from, empty } = state.selection;
    if (!empty || !inVariant($from) || $from.parentOffset > 0) return false;
    if (dispatch) dispatch(state.tr.setSelection(TextSelection.create(state.doc, $from.before())));
    return true;
  }

  // Browsers stop at the signs before and behind a sentence of several cases; the cursor goes into it and out of it.
  function step(direction, isExtending) {
    return (state, dispatch) => {
      const { selection } = state;
      const { $head, $anchor } = selection;
      if (selection.node || (!isExtending && !selection.empty) || $head.textOffset) return false;
      const next = direction < 0 ? $head.nodeBefore : $head.nodeAfter;
      let head;
      if (next?.type.name === "variant") head = state.doc.resolve($head.pos + direction);
      else if (!next && $head.depth) {
        const edge = state.doc.resolve(direction < 0 ? $head.before() : $head.after());
        if (inVariant($head)) head = edge;
        else if (direction < 0 ? edge.nodeBefore : edge.nodeAfter) head = TextSelection.near(edge, direction).$head;
      }
      if (!head) return false;
      if (dispatch) dispatch(state.tr.setSelection(new TextSelection(isExtending ? $anchor : head, head)).scrollIntoView());
      return true;
    };
  }

  // What is typed over a selected number goes behind it; a number is taken out by Delete or Backspace.
  function typeBehind(view, event) {
    const { node, $to } = view.state.selection;
    if (!node?.isInline) return false;
    const words = event.type === "beforeinput" && event.inputType === "insertText" ? event.data : null;
    if (!words && event.keyCode !== 229) return false;
    view.dispatch(view.state.tr.setSelection(TextSelection.near($to)));
    if (!words) return false;
    event.preventDefault();
    view.dispatch(view.state.tr.insertText(words));
    return true;
  }

  // What is typed after these keys must not replace the number that was selected.
  function unselect(state, dispatch) {
    const { node, $from } = state.selection;
    if (node && dispatch) dispatch(state.tr.setSelection(TextSelection.near($from)));
    return false;
  }

  // At the beginning of a heading it becomes a paragraph first.
  function plain(state, dispatch) {
    const { $from, empty } = state.selection;
    if (!empty || $from.parent.type.name !== "heading" || $from.parentOffset > 0) return false;
    return setBlockType(schema.nodes.paragraph, { cases: $from.parent.attrs.cases })(state, dispatch);
  }

  function toggleHeading(state, dispatch) {
    const block = state.selection.$from.node(1);
    if (!block || block.type.name === "title") return false;
    const type = block.type.name === "heading" ? schema.nodes.paragraph : schema.nodes.heading;
    return setBlockType(type, { cases: block.attrs.cases, gap: block.attrs.gap })(state, dispatch);
  }

  // --- Pasting ---

  // Lines and cells of other programs become paragraphs; nothing of their looks is kept.
  function cleaned(html) {
    const plain = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, "");
    return plain.replace(/<br\s*\/?>/gi, "</p><p>").replace(/<\/t[dh]>/gi, "　$&");
  }

  const SPACES = /[\u00a0\u2000-\u200a\u202f\t]/g;
  const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g;

  function tidied(fragment, isFirst) {
    const nodes = [];
    fragment.forEach((node) => {
      if (node.isTextblock && !node.content.size && fragment.childCount > 1) return;
      if (!node.isText) {
        nodes.push(node.isLeaf ? node : node.copy(tidied(node.content, node.isTextblock)));
        return;
      }
      let text = node.text.replace(UNSEEN, "").replace(SPACES, " ");
      if (isFirst && !nodes.length) text = text.replace(/^[ 　]+/, "");
      if (text) nodes.push(schema.text(text));
    });
    return Fragment.fromArray(nodes);
  }

  function isOfCases(fragment) {
    let found = false;
    fragment.descendants((node) => { found ||= Boolean(node.attrs.cases); });
    return found;
  }

  function withMark(fragment) {
    const nodes = [];
    const sign = schema.nodes.number.create({ source: reportText.CASES_MARK });
    fragment.forEach((node) => nodes.push(node.isBlock && node.content.size ? node.copy(node.content.addToEnd(sign)) : node));
    return Fragment.fromArray(nodes);
  }

  // What is about cases stays so where it is put among what everybody may read.
  function taken(slice, section) {
    let content = tidied(slice.content, true);
    const isMarked = !section.isOfCases() && isOfCases(content);
    if (isMarked) {
      content = withMark(content);
      section.tell("粘贴的内容涉及精准帮扶，已标明“仅知情人可见”：不能知道帮扶情况的人看不到这一段。");
    }
    return new Slice(content, slice.openStart, slice.openEnd);
  }

  function given(slice, section) {
    if (!section.isOfCases()) return slice;
    const nodes = [];
    slice.content.forEach((node) => nodes.push(node.isBlock ? node.type.create({ ...node.attrs, cases: "shown" }, node.content) : node));
    return new Slice(Fragment.fromArray(nodes), slice.openStart, slice.openEnd);
  }

  // --- A section ---

  // Draws `doc` into `place`; `section` is told what happens there: changed, focused, opened, typed, isOfCases, tell.
  function mount(place, doc, section) {
    function opening(view, at, node, nodeAt, event) {
      const isMark = event.target.closest(".write-mark");
      if (node.type.name === "variant" ? !isMark : !["number", "broken", "unsaid"].includes(node.type.name)) return false;
      view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, nodeAt)));
      section.opened(node, nodeAt);
      return true;
    }

    const watching = new Plugin({
      props: {
        decorations: (state) => quiet(state).add(state.doc, [...ordinals(state).find(), ...endings(state).find()]),
        transformPastedHTML: cleaned,
        transformPasted: (slice) => taken(slice, section),
        transformCopied: (slice) => given(slice, section),
        handleDOMEvents: {
          focus() { section.focused(); },
          beforeinput: typeBehind,
          keydown: typeBehind,
          // The editor takes in what was composed a moment later.
          compositionend(view) { setTimeout(() => view.isDestroyed || section.typed(view, null), 60); },
        },
        handleClickOn: opening,
        // Clicks that follow each other quickly open as well.
        handleDoubleClickOn: opening,
        handleTripleClickOn: opening,
      },
      view: () => ({ update: (view, before) => section.typed(view, before) }),
    });
    const openSelected = (state) => {
      const { node, from } = state.selection;
      if (!node || node.isBlock) return false;
      section.opened(node, from);
      return true;
    };
    const keys = keymap({
      Enter: chainCommands((...given_) => section.key("Enter", ...given_), openSelected, breakAfterCase, breakBlock),
      "Shift-Enter": chainCommands(breakAfterCase, breakBlock),
      Backspace: chainCommands(leaveCase, plain),
      Tab: (...given_) => section.key("Tab", ...given_),
      ArrowDown: (...given_) => section.key("ArrowDown", ...given_),
      ArrowUp: (...given_) => section.key("ArrowUp", ...given_),
      Escape: (...given_) => section.key("Escape", ...given_),
      ArrowLeft: step(-1, false),
      ArrowRight: step(1, false),
      "Shift-ArrowLeft": step(-1, true),
      "Shift-ArrowRight": step(1, true),
      Home: unselect,
      End: unselect,
      "Mod-Home": unselect,
      "Mod-End": unselect,
      "Mod-z": undo,
      "Mod-y": redo,
      "Shift-Mod-z": redo,
      "Mod-Alt-2": toggleHeading,
    });
    const state = EditorState.create({ doc, plugins: [keys, keymap(baseKeymap), history(), watching] });
    const view = new EditorView(place, {
      state,
      attributes: { "aria-label": section.label, role: "textbox", "aria-multiline": "true", spellcheck: "false" },
      nodeViews: {
        number: (node) => new NumberView(node, section.saying ?? reportText.saying),
        broken: (node) => new BrokenView(node),
        unsaid: () => new UnsaidView(),
        variant: () => new VariantView(),
      },
      dispatchTransaction(tr) {
        view.updateState(view.state.apply(tr));
        if (tr.docChanged) section.changed(view);
      },
    });
    return view;
  }

  function replaceNode(view, at, size, content) {
    view.dispatch(closeHistory(view.state.tr).replaceWith(at, at + size, content).scrollIntoView());
    view.focus();
  }

  return { learn, mount, replaceNode, toggleHeading };
})();
