// After "@" the names that begin so are offered, in a list below the text. Arrows walk it, Enter
// takes, Escape closes; while an input method is composing the list neither comes nor acts.

import { composes, element } from "./dom.js";

const TYPED = /(?:^|[^\w.%+-])[@＠]([^\s@＠,.，。、；：！？()（）"“”]{1,20})$/;
const ASK_AFTER = 200; // milliseconds without a key

export class Mention {
  /** `changed()` is called after a name was put in. */
  constructor(root, squire, words, address, changed) {
    Object.assign(this, { root, squire, address, changed });
    this.id = `${root.id}-people`;
    this.list = element("ul", {
      class: "editor__people",
      role: "listbox",
      id: this.id,
      "aria-label": words.people,
      hidden: "",
    });
    root.setAttribute("aria-autocomplete", "list");
    root.addEventListener("keydown", (event) => this.key(event), true);
    root.addEventListener("compositionstart", () => this.close());
    root.addEventListener("blur", () => this.close());
  }

  /** What stands after the last "@" before the caret: {node, from, to, typed}, or null. */
  here() {
    const { startContainer: node, startOffset: to, collapsed } = this.squire.getSelection();
    if (!collapsed || node.nodeType !== Node.TEXT_NODE) return null;
    if (node.parentElement.closest("a,code,pre,blockquote")) return null;
    const typed = TYPED.exec(node.data.slice(0, to).replaceAll("\u200b", " "))?.[1];
    return typed ? { node, from: to - typed.length, to, typed } : null;
  }

  look() {
    clearTimeout(this.timer);
    const here = this.here();
    if (!here) this.close();
    else this.timer = setTimeout(() => this.ask(here.typed), ASK_AFTER);
  }

  async ask(typed) {
    try {
      const answer = await fetch(`${this.address}?q=${encodeURIComponent(typed)}`);
      const { people } = answer.ok ? await answer.json() : { people: [] };
      if (this.here()?.typed === typed) this.show(people);
    } catch {
      this.close(); // offline: one writes on without
    }
  }

  show(people) {
    if (!people.length) {
      this.close();
      return;
    }
    const rows = people.map((one, n) => {
      const parts = [element("b", {}, one.name), element("span", {}, one.unit)];
      const row = element("li", { role: "option", id: `${this.id}-${n}` }, ...parts);
      row.addEventListener("pointerdown", (event) => {
        event.preventDefault(); // the caret stays where it is
        this.take(n);
      });
      return row;
    });
    this.people = people;
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.root.setAttribute("aria-controls", this.id);
    this.walk(0);
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.root.removeAttribute("aria-activedescendant");
    this.root.removeAttribute("aria-controls");
  }

  walk(to) {
    const rows = [...this.list.children];
    this.at = (to + rows.length) % rows.length;
    rows.forEach((row, n) => row.setAttribute("aria-selected", n === this.at));
    this.root.setAttribute("aria-activedescendant", rows[this.at].id);
  }

  key(event) {
    if (this.list.hidden || composes(event)) return;
    const does = {
      ArrowDown: () => this.walk(this.at + 1),
      ArrowUp: () => this.walk(this.at - 1),
      Enter: () => this.take(this.at),
      Escape: () => this.close(),
    }[event.ctrlKey || event.metaKey ? "" : event.key];
    if (!does) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }

  take(n) {
    const here = this.here();
    this.close();
    if (!here) return;
    const name = this.people[n].as;
    this.squire.saveUndoState();
    here.node.replaceData(here.from, here.to - here.from, name);
    const range = document.createRange();
    range.setStart(here.node, here.from + name.length);
    this.squire.setSelection(range);
    this.changed();
  }
}
