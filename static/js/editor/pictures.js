// Pictures in the text: each is a file of the form's own (static/js/files.js brings them). One is
// put where the caret stands, and asked what it shows, for those who do not see it.

const OURS = /^\/files\/([1-9]\d*)$/;
const isPicture = ({ type }) => /^image\/(?:png|jpeg|webp|gif)$/.test(type);

export class Pictures {
  /** `editor` has root, form, squire, panel; `changed()` when the text did. */
  constructor(editor, changed) {
    this.editor = editor;
    this.changed = changed;
    const { box, form, root } = editor;
    box.addEventListener("paste", (event) => this.paste(event), true); // before Squire
    root.addEventListener("drop", (event) => this.drop(event), true);
    root.addEventListener("focus", () => (this.stood = true));
    root.addEventListener("click", ({ target }) => target.matches("img") && this.ask(target));
    form.addEventListener("picture", ({ detail }) => this.put(detail));
    form.addEventListener("unpicture", ({ detail }) => this.takeOut(detail));
    this.chooser = document.createElement("input");
    this.chooser.type = "file";
    this.chooser.accept = "image/png,image/jpeg,image/webp,image/gif";
    this.chooser.multiple = true;
    this.chooser.addEventListener("change", () => {
      this.bring([...this.chooser.files]);
      this.chooser.value = "";
    });
  }

  bring(files, show = true) {
    this.editor.form.dispatchEvent(new CustomEvent("bring", { detail: { files, show } }));
  }

  /** A picture alone; one that comes with words is a page's or a document's. */
  paste(event) {
    const files = [...event.clipboardData.files].filter(isPicture);
    if (!files.length || event.clipboardData.getData("text/plain").trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.bring(files);
  }

  drop(event) {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
    if (range) this.editor.squire.focus().setSelection(range);
    const pictures = files.filter(isPicture);
    if (pictures.length) this.bring(pictures);
    const others = files.filter((file) => !isPicture(file));
    if (others.length) this.bring(others, false);
  }

  /** The picture of the selection, else the one beside the caret. */
  chosen() {
    const { startContainer: at, startOffset: place } = this.editor.squire.getSelection();
    const near = [at.childNodes?.[place], at.childNodes?.[place - 1]];
    if (at.nodeType === Node.TEXT_NODE) {
      if (place === at.length) near.push(at.nextSibling);
      if (place === 0) near.push(at.previousSibling);
    }
    return near.find((node) => node?.nodeName === "IMG");
  }

  /** The tool: what the picture at the caret shows, or else a new one. */
  act() {
    const picture = this.chosen();
    if (picture) this.ask(picture);
    else this.chooser.click();
  }

  put({ id }) {
    const { root, squire } = this.editor;
    const there = root.querySelector(`img[src="/files/${id}"]`);
    if (there) {
      this.ask(there);
      return;
    }
    if (!this.stood) squire.moveCursorToEnd();
    squire.saveUndoState();
    const picture = squire.insertImage(`/files/${id}`, { alt: "" });
    this.changed();
    picture.scrollIntoView({ block: "nearest" });
    this.ask(picture);
  }

  takeOut({ id }) {
    const found = this.editor.root.querySelectorAll(`img[src="/files/${id}"]`);
    if (!found.length) return;
    this.editor.squire.saveUndoState();
    for (const picture of found) picture.remove();
    this.changed();
  }

  ask(picture) {
    if (!OURS.test(picture.getAttribute("src"))) return;
    const { panel, squire } = this.editor;
    panel.close(false);
    picture.classList.add("editor__picture");
    panel.askAlt(picture.alt, {
      apply: (alt) => {
        picture.alt = alt;
        this.changed();
      },
      remove: () => {
        squire.saveUndoState();
        picture.remove();
        this.changed();
      },
      done: () => picture.removeAttribute("class"),
    });
  }
}
