// "引用" under a post puts its beginning into the box below, or the words of it that are selected,
// and lets that box stand at the foot of the window, so that one goes on reading where one was
// ("收起" or Escape puts it back). Without this module the link asks the server for the quotation.

import { composes } from "../editor/dom.js";

const MOST = 160; // characters, as the server quotes
const reply = document.getElementById("reply");
const box = reply?.querySelector('textarea[name="body"]');
const away = reply?.querySelector('[data-behavior="away"]');
let from = null; // the post that is answered

const links = () => document.querySelectorAll("a[data-quote]");

function selected(link) {
  const selection = getSelection();
  const prose = link.closest(".post").querySelector(".prose");
  const { anchorNode, focusNode } = selection;
  const inside = prose.contains(anchorNode) && prose.contains(focusNode);
  return inside ? selection.toString().trim() : "";
}

/** The post's own words, without what it quotes. */
function beginning(link) {
  const prose = link.closest(".post").querySelector(".prose").cloneNode(true);
  for (const one of prose.querySelectorAll("details.unfold")) one.remove();
  const whole = prose.textContent;
  for (const one of prose.querySelectorAll("blockquote")) one.remove();
  const words = Array.from((prose.textContent.trim() || whole).trim().replace(/\s+/g, " "));
  return words.length > MOST ? `${words.slice(0, MOST).join("").trimEnd()}…` : words.join("");
}

function refresh() {
  for (const link of links()) {
    const { dataset, firstChild } = link;
    dataset.whole ??= firstChild.data;
    firstChild.data = selected(link) ? reply.dataset.selected : dataset.whole;
  }
}

function quote(link) {
  const words = selected(link) || beginning(link);
  const lines = [link.dataset.quote, ...words.split(/\n+/)].map((line) => `> ${line}`);
  const asked = new CustomEvent("quote", { detail: `${lines.join("\n")}\n\n`, cancelable: true });
  from = link.closest(".post");
  stand(true);
  if (box.dispatchEvent(asked)) {
    box.value = `${box.value.trimEnd()}\n\n${asked.detail}`.trimStart();
    box.focus({ preventScroll: true });
  }
}

function stand(near) {
  reply.classList.toggle("reply--near", near);
  reply.closest(".thread").classList.toggle("thread--answering", near);
  away.hidden = !near;
}

function putBack() {
  stand(false);
  if (!from) return;
  from.tabIndex = -1;
  from.focus({ preventScroll: true });
  from.scrollIntoView({ block: "nearest" });
}

if (box && away) {
  document.addEventListener("selectionchange", refresh);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-quote]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    quote(link);
  });
  away.addEventListener("click", putBack);
  reply.addEventListener("keydown", (event) => {
    const isIn = reply.classList.contains("reply--near");
    if (event.key === "Escape" && isIn && !event.defaultPrevented && !composes(event)) putBack();
  });
}
