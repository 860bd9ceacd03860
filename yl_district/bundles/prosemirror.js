// What the editor of reports uses of ProseMirror, as one script that pages load: the global `ProseMirror`.
export { baseKeymap, chainCommands, setBlockType } from "prosemirror-commands";
export { closeHistory, history, redo, redoDepth, undo, undoDepth } from "prosemirror-history";
export { keymap } from "prosemirror-keymap";
export { DOMSerializer, Fragment, Schema, Slice } from "prosemirror-model";
export { EditorState, NodeSelection, Plugin, PluginKey, TextSelection } from "prosemirror-state";
export { Decoration, DecorationSet, EditorView } from "prosemirror-view";
