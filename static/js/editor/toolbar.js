// The toolbar: one stop in the tab order, walked with arrow keys, each button named by the page.

import { element } from "./dom.js";

const MAC = /Mac OS X/.test(navigator.userAgent);
const CTRL = MAC ? "Meta-" : "Ctrl-";
const ALT_CTRL = MAC ? "Alt-Meta-" : "Alt-Ctrl-";
const SHIFT = `${CTRL}Shift-`;

// name; icon ("" for words); shortcut as Squire names it; what stands around the caret when it is
// on; whether it starts a group
const TOOLS = [
  ["undo", "M9 7 4.5 11.5 9 16M5 11.5h9.5a5 5 0 0 1 0 10H12", `${CTRL}z`],
  ["redo", "m15 7 4.5 4.5L15 16m4-4.5H9.5a5 5 0 0 0 0 10H12", `${CTRL}y`],
  ["bold", "M8 5v14h5.5a3.75 3.75 0 0 0 0-7.5H8h4.5a3.25 3.25 0 0 0 0-6.5z", `${CTRL}b`, "b", true],
  ["heading", "", `${ALT_CTRL}2`, "h2", true],
  ["subheading", "", `${ALT_CTRL}3`, "h3"],
  ["bullets", "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01", `${SHIFT}8`, "ul", true],
  [
    "numbers",
    "M10 6h10M10 12h10M10 18h10M4 4.5 5.5 4v4.5M4 15.5c.5-1 2.5-1 2.5.4 0 1-2.5 1.9-2.5 3.1h2.7",
    `${SHIFT}7`,
    "ol",
  ],
  ["quote", "M5 5v14M10 8h9M10 12h9M10 16h6", `${SHIFT}9`, "blockquote"],
  [
    "link",
    "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    `${CTRL}k`,
    "a",
    true,
  ],
  ["table", "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14M15 10v9", "", "td,th"],
  ["note", "M4 6h9M8.5 6v13M16 5.5 18 4v6.5M14 14.5h6.5M14 18.5h6.5", `${ALT_CTRL}f`],
  ["picture", "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.5h.01", "", ""],
  ["clear", "M7 5h12M12.5 5 10 15M4 20h8M15 15l5 5m0-5-5 5", `${CTRL}\\`, "", true],
];

// Squire's own that would trap the Tab key or do what the toolbar does not offer.
const UNWANTED = ["Tab", "Shift-Tab", "PageUp", "PageDown", `${CTRL}d`, `${SHIFT}5`, `${SHIFT}6`];

export class Toolbar {
  /** `words` names each tool, `act(name)` does it, `leave()` goes back to the text. */
  constructor(words, controls, act, leave) {
    this.act = act;
    this.buttons = new Map(TOOLS.map((tool) => [tool[0], this.makeButton(words, ...tool)]));
    this.element = element(
      "div",
      {
        class: "editor__bar",
        role: "toolbar",
        "aria-label": words.toolbar,
        "aria-controls": controls,
      },
      ...this.buttons.values(),
    );
    this.buttons.get("undo").tabIndex = 0;
    this.element.addEventListener("keydown", (event) => this.walk(event, leave));
  }

  makeButton(words, name, path, key, around, starts) {
    const label = words[name];
    const made = element("button", {
      type: "button",
      class: `editor__tool${starts ? " editor__tool--first" : ""}`,
      title: key ? `${label} (${spoken(key, "Ctrl", "⌘")})` : label,
      tabindex: "-1",
    });
    if (path) made.setAttribute("aria-label", label);
    made.append(path ? icon(path) : label);
    if (key) made.setAttribute("aria-keyshortcuts", spoken(key, "Control", "Meta"));
    if (around) made.setAttribute("aria-pressed", "false");
    made.addEventListener("click", () => this.does(name));
    return made;
  }

  does(name) {
    if (!this.isOff(name)) this.act(name);
  }

  /** For a text that cannot have such a thing. */
  leaveOut(name) {
    this.buttons.get(name).remove();
    this.buttons.delete(name);
  }

  /** The shortcuts act as the buttons do. */
  bind(squire) {
    for (const key of UNWANTED) squire.setKeyHandler(key, null);
    for (const [name, , key] of TOOLS) {
      if (!key) continue;
      squire.setKeyHandler(key, (_squire, event) => {
        if (event.getModifierState("AltGraph")) return;
        event.preventDefault();
        this.does(name);
      });
    }
  }

  /** Show which tools are on; `stands(selector)` tells what is around the caret. */
  refresh(stands) {
    for (const [name, , , around] of TOOLS) {
      if (around) this.buttons.get(name).setAttribute("aria-pressed", stands(around));
    }
  }

  isOn(name) {
    return this.buttons.get(name).getAttribute("aria-pressed") === "true";
  }

  isOff(name) {
    return this.buttons.get(name).getAttribute("aria-disabled") === "true";
  }

  /** A button that is off keeps the focus it may have. */
  turnOff(name, off) {
    this.buttons.get(name).setAttribute("aria-disabled", off);
  }

  walk(event, leave) {
    const all = [...this.buttons.values()];
    const at = all.indexOf(document.activeElement);
    const reversed = getComputedStyle(this.element).direction === "rtl";
    const [forward, back] = reversed ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
    const to = {
      [forward]: (at + 1) % all.length,
      [back]: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (event.key === "Escape") leave();
    if (to === undefined || at < 0) return;
    event.preventDefault();
    all[at].tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  }
}

/** "Alt-Ctrl-2" as people and screen readers say it. */
function spoken(key, ctrl, meta) {
  const parts = key.split("-");
  const letter = parts.pop();
  const names = { Ctrl: ctrl, Meta: meta };
  return [...parts.map((part) => names[part] || part), letter.toUpperCase()].join("+");
}

/** An icon drawn with one path in a square of 24 units. */
function icon(path) {
  const [svg, line] = ["svg", "path"].map((name) =>
    document.createElementNS("http://www.w3.org/2000/svg", name),
  );
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "editor__icon");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
