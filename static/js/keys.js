// Keys of lists, of an item's page and of a thread. A letter presses what the page marks with it
// (data-key="a"), first within the post in hand; where nothing is marked, j and k move through the
// rows or the posts, n and p to what is new or to the next and previous page, and ? explains.
// Nothing happens while somebody types or composes, with Ctrl, Alt or Meta, in a dialog, or when the
// reader has switched single keys off: <button data-behavior="keys" data-single="off">.

import { composes } from "./editor/dom.js";

const opener = document.querySelector('[data-behavior="keys"]');
const help = document.getElementById("keys");
const MOVES = { j: 1, k: -1 };
const PAGES = { n: "next", p: "prev" };

const shown = (one) => one && one.getClientRects().length > 0 && !one.disabled;
const rows = () => [...document.querySelectorAll(".rows .row__title a")].filter(shown);
const posts = () => [...document.querySelectorAll("section.post")].filter(shown);

/** The post that has the focus, else the one that one reads: the first that is not above the view. */
function inHand() {
  const focused = document.activeElement.closest("section.post");
  return focused ?? posts().find((post) => post.getBoundingClientRect().bottom > 80);
}

function marked(key) {
  const named = `[data-key="${CSS.escape(key)}"]`;
  const own = inHand()?.querySelector(named);
  if (shown(own)) return own;
  return [...document.querySelectorAll(named)].find((one) => shown(one) && !one.closest(".post"));
}

function press(thing) {
  const fold = thing.closest("summary")?.parentElement;
  if (!fold) return thing.click();
  fold.open = true;
  fold.querySelector("input:not([type=hidden]), textarea, button")?.focus();
}

function moveRow(step) {
  const links = rows();
  const here = links.indexOf(document.activeElement);
  const place = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[place]?.focus();
}

function movePost(step) {
  const all = posts();
  const focused = document.activeElement.closest("section.post");
  const next = focused ? all[all.indexOf(focused) + step] : inHand();
  if (next) show(next);
}

function show(post) {
  post.tabIndex = -1;
  post.focus({ preventScroll: true });
  post.scrollIntoView({ block: "start" });
}

/** To the first unread post while that is further down, else to the next page; back: a page. */
function turn(key) {
  const mark = key === "n" && document.getElementById("new");
  const first = mark?.nextElementSibling?.closest("section.post");
  const here = inHand();
  if (first && here && here.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) {
    return show(first);
  }
  document.querySelector(`.pages a[rel="${PAGES[key]}"]`)?.click();
}

/** A form that acts on whichever row is in hand: it is sent to the row's address and the verb. */
function act(key) {
  const form = document.querySelector(`form[data-row-key="${CSS.escape(key)}"]`);
  const link = rows().find((one) => one === document.activeElement);
  if (!form || !link) return false;
  const address = new URL(link.href);
  address.pathname += `/${form.dataset.verb}`;
  form.action = address.href;
  form.requestSubmit();
  return true;
}

function typing(target) {
  return target.isContentEditable || target.closest("input, textarea, select, dialog") !== null;
}

/** Whether the key did something. */
function strike(key) {
  const thing = marked(key);
  if (thing) press(thing);
  else if (key in MOVES && posts().length) movePost(MOVES[key]);
  else if (key in MOVES && rows().length) moveRow(MOVES[key]);
  else if (key in PAGES && posts().length) turn(key);
  else if (key === "?") help.showModal();
  else return act(key);
  return true;
}

if (opener && help) {
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (opener.dataset.single === "off" || event.defaultPrevented || event.repeat) return;
    if (composes(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (help.open || typing(event.target) || event.key.length > 1) return;
    if (strike(event.key.toLowerCase())) event.preventDefault();
  });
}
