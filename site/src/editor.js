// The editor: JSON with line numbers, and the violations below their lines.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  WidgetType,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { element } from "./dom.js";

/** The length up to which lines are wrapped and highlighted. */
const MAX_RICH_LENGTH = 4 * 1024 * 1024;
const MAX_NAME_LENGTH = 80;
const MAX_LINE_LENGTH = 10_000;

/** Returns the name of a field before its message. An element of an array is named with its array. */
function lastName(path) {
  const [name] = /[^/]*(?:\/\d+)*$/.exec(path.slice(-MAX_NAME_LENGTH));
  return name === "" ? "" : `${name} `;
}

/** The violations of one line, below it. */
class Findings extends WidgetType {
  constructor(findings, column, select) {
    super();
    this.findings = findings;
    this.column = column;
    this.select = select;
    this.key = JSON.stringify([column, findings.map(({ index, path, code, message, tolerated }) => [index, path, code, message, tolerated])]);
  }

  eq(other) {
    return other.key === this.key;
  }

  toDOM() {
    const lines = this.findings.map(({ index, path, code, message, tolerated }) => {
      const line = element("div", { class: tolerated ? "finding tolerated" : "finding" });
      line.append(element("span", { class: "finding-code" }, code), ` ${lastName(path)}${message}`);
      line.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.select(index);
      });
      return line;
    });
    const indent = `padding-inline-start: min(calc(6px + ${Math.min(this.column, 24)}ch), 25%)`;
    return element("div", { class: "findings", style: indent }, lines);
  }

  get estimatedHeight() {
    return 20 * this.findings.length;
  }

  ignoreEvent() {
    return true;
  }
}

const setFindings = StateEffect.define();

function decorate(state, { findings, select }) {
  const lines = new Map();
  const decorations = [];
  for (const finding of findings) {
    const from = Math.min(finding.from, state.doc.length);
    const line = state.doc.lineAt(from);
    const to = Math.min(Math.max(finding.to, from), state.doc.length);
    if (to > from) {
      // An object or array that spans several lines is marked in its first line.
      const end = Math.min(to, line.to);
      const mark = Decoration.mark({ class: finding.tolerated ? "squiggle tolerated" : "squiggle" });
      if (end > from) decorations.push(mark.range(from, end));
    }
    const known = lines.get(line.from) ?? { line, findings: [], column: from - line.from };
    known.findings.push(finding);
    lines.set(line.from, known);
  }
  for (const { line, findings: found, column } of lines.values()) {
    decorations.push(Decoration.line({ class: "line-with-finding" }).range(line.from));
    const widget = new Findings(found, column, select);
    decorations.push(Decoration.widget({ widget, block: true, side: 1 }).range(line.to));
  }
  return Decoration.set(decorations, true);
}

const findingsField = StateField.define({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setFindings)) return decorate(transaction.state, effect.value);
    }
    // Violations keep their places until the next validation.
    return transaction.docChanged ? decorations.map(transaction.changes) : decorations;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Creates an editor. `change` is called after changes of the text, `move` with the line and position of the
 * cursor, `select` with the index of a violation, and `step` with 1 or -1 for the next or previous violation.
 */
export function createEditor(parent, { change, move, select, step }) {
  const stepBy = (direction) => () => {
    step(direction);
    return true;
  };
  const rich = [json(), syntaxHighlighting(classHighlighter), EditorView.lineWrapping, bracketMatching(), foldGutter()];
  const extensions = (length) => [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    drawSelection(),
    search({ top: true }),
    highlightSelectionMatches(),
    length > MAX_RICH_LENGTH ? [] : rich,
    findingsField,
    keymap.of([
      { key: "F8", run: stepBy(1), shift: stepBy(-1) },
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
    ]),
    EditorView.contentAttributes.of({
      "aria-label": "JSON document",
      "aria-describedby": "editor-help",
      tabindex: "0",
      spellcheck: "false",
      autocapitalize: "off",
      autocorrect: "off",
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) change();
      if (update.selectionSet && !update.docChanged) {
        const { head } = update.state.selection.main;
        const line = update.state.doc.lineAt(head);
        move(line.from, line.to, head);
      }
    }),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ extensions: extensions(0) }) });
  return {
    text: () => view.state.doc.toString(),
    length: () => view.state.doc.length,
    /** Replaces the text. */
    setText(text) {
      view.setState(EditorState.create({ doc: text, extensions: extensions(text.length) }));
      change();
    },
    setFindings(findings) {
      view.dispatch({ effects: setFindings.of({ findings, select }) });
    },
    /** Returns the line and column of an offset, starting at 1. */
    position(offset) {
      const line = view.state.doc.lineAt(Math.min(offset, view.state.doc.length));
      return { line: line.number, column: offset - line.from + 1 };
    },
    /** Moves the cursor to an offset and shows it. */
    reveal(offset, focus) {
      const anchor = Math.min(offset, view.state.doc.length);
      const isLongLine = view.state.doc.lineAt(anchor).length > MAX_LINE_LENGTH;
      // The editor's own function also scrolls the page, so it is used only where lines are not enough.
      const effects = isLongLine ? [EditorView.scrollIntoView(anchor, { y: "center" })] : [];
      view.dispatch({ selection: { anchor }, effects });
      if (!isLongLine) view.scrollDOM.scrollTop = view.lineBlockAt(anchor).top - view.scrollDOM.clientHeight / 3;
      if (focus) view.contentDOM.focus({ preventScroll: true });
    },
    focus: () => view.focus(),
    view,
  };
}
