// Keys of the queue and of an item's page. A letter presses what the page marks with it
// (data-key="a"); where nothing is marked, j and k move through the rows and ? explains. Nothing
// happens while somebody types or composes, with Ctrl, Alt or Meta, in a dialog, or when the reader
// has switched single keys off: <button data-behavior="keys" data-single="off">.

import { composes } from "../editor/dom.js";

const opener = document.querySelector('[data-behavior="keys"]');
const help = document.getElementById("keys");
const MOVES = { j: 1, k: -1 };

const shown = (one) => one.getClientRects().length > 0 && !one.disabled;
const marked = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(shown);
const rows = () => [...document.querySelectorAll(".rows .row__title a")].filter(shown);

function press(thing) {
  const fold = thing.closest("summary")?.parentElement;
  if (!fold) return thing.click();
  fold.open = true;
  fold.querySelector("input:not([type=hidden]), textarea, button")?.focus();
}

function move(step) {
  const links = rows();
  const here = links.indexOf(document.activeElement);
  const place = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[place]?.focus();
}

/** A form that acts on whichever row is in hand: it is sent to the row's address and the verb. */
function act(key) {
  const form = document.querySelector(`form[data-row-key="${CSS.escape(key)}"]`);
  const link = rows().find((one) => one === document.activeElement);
  if (!form || !link) return;
  const address = new URL(link.href);
  address.pathname += `/${form.dataset.verb}`;
  form.action = address.href;
  form.requestSubmit();
}

function typing(target) {
  return target.isContentEditable || target.closest("input, textarea, select, dialog") !== null;
}

if (opener && help) {
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (opener.dataset.single === "off" || event.defaultPrevented || event.repeat) return;
    if (composes(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (help.open || typing(event.target) || event.key.length > 1) return;
    const key = event.key.toLowerCase();
    const thing = marked(key);
    if (thing) press(thing);
    else if (key in MOVES && rows().length) move(MOVES[key]);
    else if (key === "?") help.showModal();
    else return act(key);
    event.preventDefault();
  });
}
