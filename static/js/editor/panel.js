// The strip under the toolbar that asks for a link's address or a table's size.

import { button, composes, element } from "./dom.js";
import { changeTable, makeTable } from "./table.js";

const SIZE = { least: 1, most: 20, usual: 3 };

export class Panel {
  /** `words`: the page's sentences; `leave()`: back to the text. */
  constructor(words, id, leave) {
    this.words = words;
    this.id = id;
    this.leave = leave;
    this.element = element("div", { class: "editor__panel", role: "group", hidden: "" });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !composes(event)) this.close();
    });
  }

  open(name, ...parts) {
    if (this.name === name) {
      this.close();
      return;
    }
    this.name = name;
    this.done = null;
    const cancel = button(this.words.cancel, () => this.close());
    this.element.setAttribute("aria-label", this.words[name]);
    this.element.replaceChildren(...parts, cancel);
    this.element.hidden = false;
    this.element.querySelector("input,textarea,button").focus();
  }

  close(leave = true) {
    if (!this.name) return;
    this.name = "";
    this.done?.();
    this.element.hidden = true;
    this.element.replaceChildren();
    if (leave) this.leave();
  }

  /** Calls `apply(address)`, or `remove()` where there is an `old` address. */
  askLink(old, apply, remove) {
    const { words } = this;
    const input = element("input", {
      class: "input editor__address",
      id: `${this.id}-address`,
      inputmode: "url",
      autocomplete: "off",
    });
    input.value = old;
    const fault = element("p", {
      class: "editor__fault",
      role: "alert",
      id: `${this.id}-address-fault`,
    });
    const check = () => {
      const address = asAddress(input.value);
      if (address) {
        this.close();
        apply(address);
        return;
      }
      fault.textContent = words.linkInvalid;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", fault.id);
      input.focus();
    };
    onEnter(input, check);
    const parts = [element("label", { for: input.id }, words.linkAddress), input];
    parts.push(button(words.apply, check));
    if (old) {
      parts.push(
        button(words.linkRemove, () => {
          this.close();
          remove();
        }),
      );
    }
    this.open("link", ...parts, fault);
  }

  /** Calls `apply(words)`, or `remove()` where there is an `old` note. */
  askNote(old, apply, remove) {
    const { words } = this;
    const box = element("textarea", { class: "input editor__address", id: `${this.id}-note`, rows: "2" });
    const text = old?.innerText ?? "";
    box.value = text;
    const done = () => {
      const said = box.value.trim();
      this.close();
      if (said && said !== text.trim()) apply(said);
    };
    onEnter(box, done);
    const parts = [element("label", { for: box.id }, words.noteWords), box];
    parts.push(button(words.apply, done));
    if (old) {
      parts.push(
        button(words.noteRemove, () => {
          this.close();
          remove();
        }),
      );
    }
    this.open("note", ...parts);
  }

  /** Asks what a picture shows: `apply(words)` or `remove()`, and `done()` in any case. */
  askAlt(old, { apply, remove, done }) {
    const input = element("input", {
      class: "input editor__address",
      id: `${this.id}-alt`,
      maxlength: 200,
      autocomplete: "off",
    });
    input.value = old;
    const take = () => {
      apply(input.value.trim());
      this.close();
    };
    onEnter(input, take);
    const label = element("label", { for: input.id }, this.words.pictureAlt);
    const out = button(this.words.pictureRemove, () => {
      remove();
      this.close();
    });
    this.open("picture", label, input, button(this.words.apply, take), out);
    this.done = done;
  }

  /** Calls `insert(table)` with a new table. */
  askNewTable(insert) {
    const rows = this.askCount("rows");
    const columns = this.askCount("columns");
    const apply = () => {
      this.close();
      insert(makeTable(bounded(rows[1]), bounded(columns[1])));
    };
    onEnter(rows[1], apply);
    onEnter(columns[1], apply);
    this.open("table", ...rows, ...columns, button(this.words.apply, apply));
  }

  askCount(name) {
    const input = element("input", {
      class: "input editor__count",
      id: `${this.id}-${name}`,
      type: "number",
      min: SIZE.least,
      max: SIZE.most,
      value: SIZE.usual,
    });
    return [element("label", { for: input.id }, this.words[name]), input];
  }

  /** Calls `before()` and `after(block)` around each change of the table that `at` stands in. */
  offerTableChanges(at, before, after) {
    let here = at;
    const changes = ["rowAdd", "columnAdd", "rowRemove", "columnRemove", "tableRemove"];
    const choices = changes.map((name) =>
      button(this.words[name], ({ currentTarget }) => {
        before();
        here = changeTable(here, name);
        after(here);
        if (here.matches("td,th")) currentTarget.focus();
        else this.close();
      }),
    );
    this.open("table", ...choices);
  }
}

/** Enter in a field of the panel must not send the form around it. */
function onEnter(input, act) {
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || composes(event)) return;
    event.preventDefault();
    event.stopPropagation(); // nor does it lead into the text, or send by Ctrl+Enter
    act();
  });
}

const bounded = ({ value }) =>
  Math.min(SIZE.most, Math.max(SIZE.least, Number.parseInt(value, 10) || SIZE.usual));

/** What was typed as a web or mail address that may be linked, else "". */
function asAddress(typed) {
  const text = typed.trim();
  if (/^(?:https?:\/\/[^\s\\]+|mailto:[^\s\\]+@[^\s\\]+)$/i.test(text)) return text;
  if (/^\/(?!\/)[^\s\\]*$/.test(text)) return location.origin + text;
  if (/^[\w.%+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text)) return `mailto:${text}`;
  return /^[\w-]+(?:\.[\w-]+)+(?:[:/?#][^\s\\]*)?$/.test(text) ? `https://${text}` : "";
}
