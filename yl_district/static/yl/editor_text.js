"use strict";

// The document of the editor of reports, and the language in which it is stored. The server reads the language into
// nodes; here they become a document, and the document is written as that language again. What nobody has touched is
// written as it was read, to the letter.
const reportText = (() => {
  const { Fragment, Schema } = ProseMirror;

  // What each placeholder says now, by its source.
  const shown = new Map();
  // The contents that were read from a piece of source, by the kind of the piece and the source.
  const originals = new Map();

  const PLACEHOLDER = /^\{[^{}\n]*\}$/;
  const CASES_MARK = "{涉及帮扶}";

  function saying(source) {
    const known = shown.get(source);
    if (!known) return { kind: "number", name: source.slice(1, -1), text: source.slice(1, -1) };
    return known;
  }

  // A node that is one thing, with its source.
  function thing(name, isWhole, text) {
    return {
      inline: true, group: "inline", atom: true, draggable: true, attrs: { source: { default: "" } },
      toDOM: (node) => ["span", { class: `write-${name}`, [`data-${name}`]: node.attrs.source }, text(node.attrs.source)],
      parseDOM: [{
        tag: `span[data-${name}]`,
        getAttrs: (dom) => isWhole(dom.dataset[name]) && { source: dom.dataset[name] },
      }],
    };
  }

  // Only what the editor itself can have written is taken for a variant.
  function variantOf(dom) {
    try {
      const { heads, texts, chosen } = JSON.parse(dom.dataset.variant);
      const isSound = [heads, texts].every((list) => Array.isArray(list) && list.every((one) => typeof one === "string"))
        && heads.length === texts.length && Number.isInteger(chosen) && chosen >= 0 && chosen < heads.length
        && heads.every((head, place) => head.startsWith(place ? "|" : "["));
      return isSound && { heads, texts, chosen };
    } catch {
      return false;
    }
  }

  function block(tag, level, tags) {
    return {
      content: "inline*", group: "block", attrs: { source: { default: "" }, gap: { default: "\n" }, cases: { default: "" } },
      toDOM: (node) => [tag, { ...(level ? { class: level } : {}), ...(node.attrs.cases ? { "data-cases": node.attrs.cases } : {}) }, 0],
      parseDOM: tags.map((each) => ({ tag: each, getAttrs: (dom) => ({ cases: dom.dataset.cases ? "shown" : "" }) })),
    };
  }

  const schema = new Schema({
    nodes: {
      doc: { content: "title block+" },
      title: {
        content: "inline*", attrs: { source: { default: "" } }, defining: true, isolating: true,
        toDOM: () => ["h3", { class: "summary-level-1 write-title" }, 0],
      },
      paragraph: block("p", "", ["p", "li", "tr", "blockquote", "pre"]),
      heading: { ...block("h4", "summary-level-2", ["h1", "h2", "h3", "h4", "h5", "h6"]), defining: true },
      text: { group: "inline" },
      number: thing("number", (source) => PLACEHOLDER.test(source), (source) => saying(source).text || saying(source).name),
      broken: thing("broken", (source) => source.length > 0, (source) => source),
      unsaid: thing("unsaid", (source) => source.startsWith("[") && source.endsWith("]"), () => ""),
      variant: {
        inline: true, group: "inline", content: "inline*",
        attrs: { heads: {}, texts: {}, chosen: {} },
        toDOM: ({ attrs }) => ["span", { class: "write-variant", "data-variant": JSON.stringify(attrs) }, 0],
        parseDOM: [{ tag: "span[data-variant]", getAttrs: variantOf }],
      },
    },
  });

  // --- From nodes that the server has read ---

  function remember(kind, source, content) {
    const known = originals.get(kind + source) ?? [];
    if (!known.some((one) => one.eq(content))) originals.set(kind + source, [...known, content]);
  }

  function rememberAll(node) {
    const { type: { name }, attrs, content } = node;
    if (["paragraph", "heading", "title"].includes(name)) remember(name, attrs.source, content);
    if (name === "variant") remember("case", attrs.texts[attrs.chosen], content);
    content.forEach(rememberAll);
  }

  function learn(said) {
    for (const [source, each] of Object.entries(said)) shown.set(source, each);
  }

  // The document of a section: `heading` and `body` as the server reads them, and what their placeholders say.
  function load({ heading, body, shown: said }) {
    learn(said);
    const [first] = heading;
    const title = { type: "title", attrs: { source: first?.attrs.source ?? "" }, content: first?.content ?? [] };
    const doc = schema.nodeFromJSON({ type: "doc", content: [title, ...(body.length ? body : [{ type: "paragraph" }])] });
    doc.content.forEach(rememberAll);
    return doc;
  }

  // The content of one piece, such as the text of one case.
  function inline(nodes) {
    const content = Fragment.fromJSON(schema, nodes);
    content.forEach(rememberAll);
    return content;
  }

  // --- To the language ---

  // Brackets, braces and bars double. Within a case a closing bracket stands for itself only after an opening one.
  function escaped(text, within) {
    return text.replace(/[\r\n]+/g, "").replace(/[{}[\]|]/g, (sign) => {
      if (within) {
        if (sign === "[") within.open += 1;
        if (sign === "]" && within.open <= 0) return "］";
        if (sign === "]") within.open -= 1;
      }
      return sign + sign;
    });
  }

  function written(content, isCase) {
    const within = isCase ? { open: 0 } : null;
    let source = "";
    content.forEach((node) => {
      if (node.isText) source += escaped(node.text, within);
      else if (node.type.name === "variant") source += variantSource(node);
      else source += node.attrs.source;
    });
    return source;
  }

  function writtenOr(kind, original, content, write) {
    return originals.get(kind + original)?.some((one) => one.eq(content)) ? original : write();
  }

  function caseSource(original, content) {
    return writtenOr("case", original, content, () => written(content, true));
  }

  function variantSource({ attrs: { heads, texts, chosen }, content }) {
    const all = texts.map((text, place) => (place === chosen ? caseSource(text, content) : text));
    return `${heads.map((head, place) => head + all[place]).join("")}]`;
  }

  function blockSource({ type, attrs, content }) {
    const mark = type.name === "heading" ? "# " : "";
    return writtenOr(type.name, attrs.source, content, () => mark + written(content));
  }

  // What is stored of a document.
  function save(doc) {
    const title = doc.firstChild;
    const heading = writtenOr("title", title.attrs.source, title.content, () => written(title.content));
    let body = "";
    doc.forEach((node) => {
      if (node.type.name === "title" || !node.content.size) return;
      const { gap } = node.attrs;
      // What the reading has passed over, such as a heading without words, stands in gaps.
      const before = body ? (gap.includes("\n") ? gap : "\n") : gap.trim() && gap;
      body += before + blockSource(node);
    });
    return { heading, body };
  }

  // Without what was kept of the source, everything is written anew.
  function saveAnew(doc) {
    const kept = [...originals];
    originals.clear();
    const saved = save(doc);
    for (const [key, content] of kept) originals.set(key, content);
    return saved;
  }

  return { CASES_MARK, PLACEHOLDER, caseSource, inline, learn, load, save, saveAnew, saying, schema, shown, variantSource, written };
})();
