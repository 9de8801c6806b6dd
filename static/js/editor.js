// <textarea data-behavior="editor"> becomes a rich text editor. Without this module, or where
// anything fails, the text box stays and works. Every sentence comes from the textarea's data
// attributes (templates/macros/editor.html). While an input method is composing, no shortcut
// acts and the form is not sent.

import Squire from "../vendor/squire.mjs";
import { clean, fromText, toSend } from "./editor/clean.js";
import { button, composes, element } from "./editor/dom.js";
import { Draft } from "./editor/draft.js";
import { Mention } from "./editor/mention.js";
import { asUnits, makeNote, noteAt } from "./editor/notes.js";
import { Panel } from "./editor/panel.js";
import { Pictures } from "./editor/pictures.js";
import { Saved } from "./editor/saved.js";
import { Toolbar } from "./editor/toolbar.js";

// Squire's own takes the Chinese sentence after an address for a part of it.
const LINK =
  /\b(?:(https?:\/\/[\w\-.~:/?#@!$&'*+,;=%()]*[\w\-~/#@$&*+=%])|([\w.%+-]+@(?:[\w-]+\.)+[a-z]{2,}))/i;
const SAVE_AFTER = 800; // milliseconds without a change
const LONGEST = { html: 2_000_000, plain: 100_000 }; // characters that one may paste at once
const SAVE_ON_SERVER_AFTER = 1500;

class Editor {
  constructor(textarea) {
    this.textarea = textarea;
    this.form = textarea.form;
    this.words = textarea.dataset;
    this.required = textarea.required;
    this.composing = false;
    this.build();
    this.startSquire();
    this.load();
    this.listen();
    this.refresh();
    textarea.after(this.box); // only now: where a step above failed, the text box stays
    textarea.hidden = true;
    textarea.required = false; // nobody can see the browser's bubble on a hidden box
    textarea.autocomplete = "off"; // going back must not put the sent HTML into the text box
  }

  // ---- What one sees

  build() {
    const { textarea, words } = this;
    const id = `${textarea.id}-rich`;
    const leave = () => this.squire.focus();
    this.label = this.form.querySelector(`label[for="${textarea.id}"]`);
    if (this.label) this.label.id ||= `${textarea.id}-label`;
    this.root = element("div", { id, class: "editor__text prose" });
    this.describe();
    this.bar = new Toolbar(words, id, (name) => this.act(name), leave);
    this.panel = new Panel(words, id, leave);
    this.offer = element("div", { class: "editor__note" });
    this.note = element("div", { class: "editor__note", role: "status" });
    const parts = [this.bar.element, this.panel.element, this.offer, this.note, this.root];
    this.box = element("div", { class: "editor" }, ...parts);
  }

  /** The editor is named, explained and marked as the text box was. */
  describe() {
    const { root, textarea } = this;
    const given = {
      role: "textbox",
      "aria-multiline": "true",
      "aria-labelledby": this.label?.id,
      "aria-label": this.label ? null : textarea.getAttribute("aria-label"),
      "aria-describedby": textarea.getAttribute("aria-describedby"),
      "aria-invalid": textarea.getAttribute("aria-invalid"),
      "aria-required": this.required ? "true" : null,
    };
    for (const [name, value] of Object.entries(given)) if (value) root.setAttribute(name, value);
  }

  say(...sentences) {
    this.note.replaceChildren(...sentences.map((sentence) => element("p", {}, sentence)));
  }

  // ---- The text

  startSquire() {
    this.squire = new Squire(this.root, {
      blockTag: "P",
      sanitizeToDOMFragment: (html) => {
        const { fragment, dropped } = clean(html);
        this.dropped = dropped;
        return asUnits(fragment);
      },
      didError: (error) => console.error(error),
    });
    this.squire.linkRegExp = LINK;
    this.squire._imageResizer?.destroy(); // a picture has its file's own sides
    this.bar.bind(this.squire);
    if (this.form.querySelector('[data-behavior="files"]')) {
      this.pictures = new Pictures(this, () => this.keepSoon());
      this.form.addEventListener("files", () => this.keepSoon());
    } else {
      this.bar.leaveOut("picture");
    }
    const { people } = this.form.dataset;
    if (!people) return;
    const changed = () => this.keepSoon();
    this.mention = new Mention(this.root, this.squire, this.words, people, changed);
    this.box.append(this.mention.list);
  }

  load() {
    const { value } = this.textarea;
    this.squire.setHTML(this.formatField()?.value === "html" ? value : fromText(value));
    this.initial = this.html();
    if (!this.words.draftOwner || this.form.closest("[data-private]")) return;
    if (this.form.dataset.drafts) this.saveOnServer();
    this.draft = new Draft(this.words.draftOwner, this.form, this.textarea.name);
    const kept = this.draft.read();
    if (kept && kept.html !== this.initial && !this.draft.cameBack) this.offerDraft(kept);
  }

  saveOnServer() {
    const title = this.form.elements.namedItem("title");
    const take = (html, named) => {
      if (title && named) title.value = named;
      this.squire.setHTML(html);
      this.squire.focus();
      this.keepSoon();
    };
    take.shown = (html) => clean(html).fragment;
    this.saved = new Saved(this.form, this.words, this.textarea.name, take);
    this.box.append(this.saved.notice, this.saved.line);
    title?.addEventListener("input", () => this.keepSoon());
  }

  html() {
    return toSend(this.squire.getHTML());
  }

  formatField() {
    return this.form.elements.namedItem(`${this.textarea.name}_format`);
  }

  offerDraft({ html, at }) {
    const { words } = this;
    const style = { dateStyle: "medium", timeStyle: "short" };
    const when = new Intl.DateTimeFormat(document.documentElement.lang || undefined, style);
    const settle = (take) => {
      this.offer.replaceChildren();
      if (take) this.squire.setHTML(html);
      else this.draft.drop();
      this.squire.focus();
    };
    this.offer.append(
      element("p", {}, words.draftFound.replace("{when}", when.format(at))),
      button(words.draftRestore, () => settle(true)),
      button(words.draftDiscard, () => settle(false)),
    );
  }

  // ---- What happens

  listen() {
    const { box, root, form, squire } = this;
    this.label?.addEventListener("click", () => squire.focus());
    for (const link of document.querySelectorAll(`a[href="#${this.textarea.id}"]`)) {
      link.addEventListener("click", (event) => {
        event.preventDefault(); // the list of what to mend leads here, not to the hidden box
        squire.focus();
      });
    }
    root.addEventListener("click", ({ target }) => {
      const note = target.closest("span.footnote");
      if (note) this.askNote(note);
    });
    root.addEventListener("compositionstart", () => (this.composing = true));
    root.addEventListener("compositionend", () => (this.composing = false));
    root.addEventListener("blur", () => (this.composing = false));
    box.addEventListener("paste", (event) => this.limitPaste(event), true); // before Squire
    // An input method's keys end here, before Squire or the toolbar hears of them.
    const stop = (event) => composes(event) && event.stopPropagation();
    box.addEventListener("keydown", stop, true);
    let asked = 0;
    const soon = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => this.refresh());
    };
    for (const type of ["pathChange", "select", "cursor", "input"]) {
      squire.addEventListener(type, soon);
    }
    const undoable = ({ canUndo, canRedo }) => {
      this.bar.turnOff("undo", !canUndo);
      this.bar.turnOff("redo", !canRedo);
    };
    undoable({ canUndo: false, canRedo: false });
    squire.addEventListener("undoStateChange", ({ detail }) => undoable(detail));
    squire.addEventListener("willPaste", () => this.tellDropped());
    squire.addEventListener("pasteImage", () => this.say(this.words.droppedImages));
    squire.addEventListener("input", () => {
      this.keepSoon();
      if (!this.composing) this.mention?.look();
    });
    root.addEventListener("compositionend", () => this.mention?.look());
    this.textarea.addEventListener("quote", (event) => this.quote(event));
    this.textarea.addEventListener("insert", (event) => this.insert(event.detail.html));
    addEventListener("pagehide", () => this.keep(true));
    addEventListener("online", () => this.keep());
    addEventListener("pageshow", () => (this.sending = false));
    form.addEventListener("submit", (event) => this.send(event), true);
    form.addEventListener("keydown", (event) => this.sendByKeys(event));
  }

  /** What no text may hold is not pasted, so that the page goes on; words without format may fit. */
  limitPaste(event) {
    const [html, text] = ["text/html", "text/plain"].map((kind) => event.clipboardData.getData(kind));
    if (html.length <= LONGEST.html && text.length <= LONGEST.html) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const fits = text && text.length <= LONGEST.plain;
    if (fits) this.squire.insertPlainText(text, true);
    this.say(fits ? this.words.pasteUnformatted : this.words.pasteTooLong);
  }

  tellDropped() {
    const told = {
      changes: "droppedChanges",
      comments: "droppedComments",
      images: "droppedImages",
    };
    const found = Object.keys(told).filter((what) => this.dropped.has(what));
    this.say(...found.map((what) => this.words[told[what]]));
  }

  keepSoon() {
    this.touched = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), this.saved ? SAVE_ON_SERVER_AFTER : SAVE_AFTER);
  }

  /** On the server, and in this browser until it is there. */
  async keep(leaving = false) {
    clearTimeout(this.timer);
    if (!this.draft || !this.touched || this.sending || this.composing) return;
    const html = this.html();
    this.draft.write(html === this.initial ? "" : html);
    if (!this.saved) return;
    this.touched = false;
    if (await this.saved.save(html, leaving)) this.draft.drop();
    else this.touched = true;
  }

  /** Ctrl+Enter sends from anywhere in the form; Enter in a line only leads on to the text. */
  sendByKeys(event) {
    if (event.key !== "Enter" || composes(event) || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.form.requestSubmit(this.form.querySelector("button:not([type=button],[formaction])"));
    } else if (event.target.matches("input:not([type=checkbox],[type=radio],[type=file])")) {
      event.preventDefault();
      this.squire.focus();
    }
  }

  send(event) {
    const html = this.html();
    const { aside } = event.submitter?.dataset ?? {};
    if (this.composing) {
      event.preventDefault();
    } else if (aside === "draft" && this.saved) {
      event.preventDefault();
      this.touched = true;
      this.keep();
    } else if (aside) {
      this.fillForm(html);
    } else if (!html && this.required) {
      event.preventDefault();
      event.stopPropagation();
      this.root.setAttribute("aria-invalid", "true");
      this.say(this.words.empty);
      this.squire.focus();
    } else {
      this.fillForm(html);
      this.sending = true;
      this.saved?.stop();
      this.draft?.write(html, Date.now());
    }
  }

  fillForm(html) {
    this.textarea.value = html;
    let format = this.formatField();
    if (!format) {
      format = element("input", { type: "hidden", name: `${this.textarea.name}_format` });
      this.form.append(format);
    }
    format.value = "html";
  }

  /** Put a quotation in plain text below what is written. */
  quote(event) {
    event.preventDefault();
    this.insert(fromText(event.detail));
  }

  /** Put HTML below what is written. */
  insert(html) {
    const { squire } = this;
    if (this.html()) squire.moveCursorToEnd().insertHTML(html);
    else squire.setHTML(html);
    squire.moveCursorToEnd().focus();
    this.keepSoon();
  }

  // ---- The tools

  /** The nearest element around the caret that the selector names, inside the text. */
  around(selector) {
    const { startContainer } = this.squire.getSelection();
    const start =
      startContainer.nodeType === Node.TEXT_NODE ? startContainer.parentElement : startContainer;
    const found = start.closest(selector);
    return found && found !== this.root && this.root.contains(found) ? found : null;
  }

  refresh() {
    this.bar.refresh((selector) =>
      selector === "b" ? this.squire.hasFormat("B") : Boolean(this.around(selector)),
    );
  }

  act(name) {
    const { squire } = this;
    const on = this.bar.isOn(name);
    if (name !== this.panel.name) this.panel.close(false);
    const does = {
      undo: () => squire.undo(),
      redo: () => squire.redo(),
      bold: () => squire[on ? "removeBold" : "bold"]().focus(),
      heading: () => this.setBlocks(on ? "p" : "h2"),
      subheading: () => this.setBlocks(on ? "p" : "h3"),
      bullets: () => squire[on ? "removeList" : "makeUnorderedList"](),
      numbers: () => squire[on ? "removeList" : "makeOrderedList"](),
      quote: () => squire[on ? "decreaseQuoteLevel" : "increaseQuoteLevel"](),
      link: () => this.askLink(),
      table: () => this.askTable(),
      note: () => this.askNote(),
      picture: () => this.pictures.act(),
      clear: () => {
        squire.removeAllFormatting();
        this.setBlocks("p");
      },
    };
    does[name]();
    this.refresh();
  }

  /** The paragraphs and headings of the selection become `name`; list items and cells stay. */
  setBlocks(name) {
    this.squire.modifyBlocks((fragment) => {
      for (const block of fragment.querySelectorAll("p,div,h2,h3,h4,pre")) {
        if (block.closest("li,td,th")) continue;
        block.replaceWith(element(name, {}, ...block.childNodes));
      }
      return fragment;
    });
    this.squire.focus();
  }

  askLink() {
    const { squire } = this;
    const range = squire.getSelection();
    const old = this.around("a");
    if (old) range.selectNodeContents(old);
    const change = (verb, ...what) => {
      squire
        .setSelection(range)
        [verb](...what)
        .focus();
      this.refresh();
    };
    this.panel.askLink(
      old?.getAttribute("href") || "",
      (address) => change("makeLink", address),
      () => change("removeLink"),
    );
  }

  /** A new note at the caret, or the one beside it again. */
  askNote(note = noteAt(this.squire.getSelection())) {
    const { squire } = this;
    const range = squire.getSelection();
    range.collapse(false);
    const change = (act) => {
      squire.focus();
      squire.setSelection(range).saveUndoState();
      act();
      this.keepSoon();
    };
    this.panel.askNote(
      note,
      (words) => change(() => this.putNote(note, makeNote(words))),
      () => change(() => note.remove()),
    );
  }

  putNote(old, note) {
    const { squire } = this;
    const range = squire.getSelection();
    if (old) old.replaceWith(note);
    else range.insertNode(note);
    const after = document.createTextNode("\u200b"); // without it one would not get past the note
    note.after(after);
    range.setStart(after, 1);
    range.collapse(true);
    squire.setSelection(range);
  }

  askTable() {
    const { squire } = this;
    const at = this.around("td,th");
    const range = squire.getSelection();
    if (!at) {
      this.panel.askNewTable((table) => {
        squire.setSelection(range).saveUndoState();
        squire.insertElement(table, squire.getSelection());
        this.standIn(table.querySelector("th"));
      });
      return;
    }
    this.panel.offerTableChanges(
      at,
      () => squire.saveUndoState(),
      (block) => this.standIn(block),
    );
  }

  /** Put the caret at the start of a block. */
  standIn(block) {
    const range = document.createRange();
    range.setStart(block, 0);
    range.collapse(true);
    this.squire.focus();
    this.squire.setSelection(range);
    this.refresh();
  }
}

for (const textarea of document.querySelectorAll('textarea[data-behavior="editor"]')) {
  if (textarea.form) new Editor(textarea);
}
