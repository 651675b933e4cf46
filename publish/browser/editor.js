// The editor: YASQE, with its own requests, storage and English words switched off.
/* global Yasgui */

/** Makes the editor in *parent*; *run* is called on Ctrl+Enter, *changed* when somebody types. */
export function makeEditor(parent, settings, run, changed) {
  const { Yasqe } = Yasgui;
  Yasqe.prototype.checkSyntax = checkSyntax(settings.words);
  completeWith(Yasqe, settings);
  const yasqe = new Yasqe(parent, {
    value: "",
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    prefixCcApi: null,
    screenReaderLabel: settings.words.editor,
    extraKeys: {
      "Ctrl-Enter": run,
      "Cmd-Enter": run,
      "Ctrl-S": false,
      // Tab leaves the editor, as everywhere else on a page (WCAG 2.1.2)
      Tab: false,
      "Shift-Tab": false,
    },
  });
  yasqe.on("change", changed);
  return new Editor(yasqe);
}

class Editor {
  #yasqe;
  #marks = [];

  constructor(yasqe) {
    this.#yasqe = yasqe;
  }

  /** The query as it stands. */
  get text() {
    return this.#yasqe.getValue();
  }

  set text(query) {
    this.#yasqe.setValue(query);
    this.#yasqe.getDoc().clearHistory();
  }

  /** The first place that the editor itself can't read: {line, column}, as `mark` takes them; nothing where it can read all there is. */
  get unreadable() {
    const found = unreadable(this.#yasqe);
    return found && { line: found.row + 1, column: [...found.text.slice(0, found.start)].length + 1 };
  }

  /** Marks the place of a mistake (line and column from 1, the column in characters) and puts the cursor there. */
  mark(line, column) {
    const doc = this.#yasqe.getDoc();
    const row = Math.min(line, doc.lineCount()) - 1;
    const text = doc.getLine(row);
    const place = Math.min([...text].slice(0, column - 1).join("").length, text.length);
    const end = place + Math.max(/^\S+/.exec(text.slice(place))?.[0].length ?? 0, 1);
    const handle = this.#yasqe.addLineClass(row, "background", "mistake-line");
    const word = doc.markText({ line: row, ch: place }, { line: row, ch: Math.min(end, text.length) }, { className: "mistake-word" });
    this.#marks.push(
      () => this.#yasqe.removeLineClass(handle, "background", "mistake-line"),
      () => word.clear(),
    );
    doc.setCursor({ line: row, ch: place });
  }

  /** Takes away what `mark` marked. */
  clear() {
    for (const undo of this.#marks.splice(0)) undo();
  }

  focus() {
    this.#yasqe.focus();
  }
}

/** Returns YASQE's own check with words in the page's language: the first line that does not parse gets a sign in the margin. */
function checkSyntax(words) {
  return function check() {
    const found = unreadable(this);
    this.queryValid = !found;
    this.clearGutter("gutterErrorBar");
    if (!found) return;
    const sign = document.createElement("span");
    sign.className = "mistake-sign";
    sign.textContent = "!";
    sign.title = words.unfinished;
    this.setGutterMarker(found.row, "gutterErrorBar", sign);
  };
}

/** Returns the first line that does not parse: its row from 0, its text, and where in it the trouble starts. */
function unreadable(yasqe) {
  const doc = yasqe.getDoc();
  for (let row = 0; row < doc.lineCount(); row++) {
    const text = doc.getLine(row);
    const { state } = yasqe.getTokenAt({ line: row, ch: text.length }, true);
    if (state.OK === false) return { row, text, start: state.errorStartPos };
  }
  return undefined;
}

/** Completes variables, the data set's own prefixes (which are declared by themselves), its properties and classes; asks nobody. */
function completeWith(Yasqe, { prefixes, terms }) {
  const declarations = Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`);
  Yasqe.forkAutocompleter("prefixes", { name: "prefixes", persistenceId: null, get: () => declarations }, false);
  const completer = {
    name: "terms",
    bulk: true,
    autoShow: false,
    persistenceId: null,
    get: () => terms,
    isValidCompletionPosition: (yasqe) => /^[A-Za-z][\w-]*:?[\w-]*$/.test(yasqe.getCompleteToken().string),
  };
  Yasqe.registerAutocompleter(completer, false);
  Yasqe.defaults.autocompleters = ["variables", "prefixes", "terms"];
}
