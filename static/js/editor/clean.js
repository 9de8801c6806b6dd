// What is pasted or loaded, made into the few elements a post may hold. The server cleans again:
// this is for the writer's eyes. Word's and WPS's lists and headings come as styled paragraphs
// and are turned back into what they were; tracked changes, comments and pictures are left out,
// and the caller is told.

import "../../vendor/purify.min.js";
import { gatherNotes } from "./notes.js";

const { DOMPurify } = globalThis;

const RULES = {
  ALLOWED_TAGS: (
    "p br h2 h3 h4 strong b em i u s sub sup a blockquote ul ol li table thead tbody tr th td hr " +
    "pre code span img"
  ).split(" "),
  ALLOWED_ATTR: ["href", "colspan", "rowspan", "start", "class", "src", "alt"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ADD_URI_SAFE_ATTR: ["colspan", "rowspan", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|\/files\/[1-9]\d*$)/i,
  RETURN_DOM_FRAGMENT: true,
};
const LINK = /^(?:https?:\/\/|mailto:)/i;
const PICTURE = /^\/files\/[1-9]\d*$/; // an uploaded file; the server keeps the text's own
const BOXES =
  "div,section,article,dl,dt,dd,figure,figcaption,header,footer,main,aside,nav,address,center," +
  "form,fieldset,details,summary";
const BLOCKS = `p,h1,h2,h3,h4,h5,h6,ul,ol,li,blockquote,pre,table,hr,${BOXES}`;
const OFFICE =
  /class="?'?Mso|mso-|urn:schemas-microsoft-com:office|name="?Generator"?[^>]*(?:Word|WPS)/i;
const HAN = "[\\u2e80-\\u303f\\u3400-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef]";
const BROKEN_HAN = new RegExp(`(${HAN})[ \\t]*\\r?\\n[ \\t]*(?=${HAN})`, "g");

/** → {fragment, dropped}: clean nodes, and a set out of "changes", "comments", "images". */
export function clean(html) {
  const { markup, sheet } = disarm(html);
  const doc = new DOMParser().parseFromString(markup, "text/html");
  const dropped = new Set();
  if (OFFICE.test(html)) restoreOffice(doc, sheet, dropped);
  gatherNotes(doc.body);
  tidy(doc.body, dropped);
  const fragment = DOMPurify.sanitize(doc.body.innerHTML, RULES);
  for (const span of fragment.querySelectorAll("span:not(.footnote)")) unwrap(span);
  return { fragment: document.importNode(fragment, true), dropped };
}

/** Plain text as the server reads it: empty lines part paragraphs, "> " quotes. */
export function fromText(text) {
  const box = document.createElement("div");
  let quote = null;
  let paragraph = null;
  for (const line of text.split(/\r\n?|\n/)) {
    const quoted = /^ *>(?: |$)/.test(line);
    if (quoted !== Boolean(quote)) {
      quote = quoted ? box.appendChild(document.createElement("blockquote")) : null;
      paragraph = null;
    }
    const words = (quoted ? line.replace(/^ *> ?/, "") : line).trim();
    if (!words) paragraph = null;
    else if (paragraph) paragraph.append(document.createElement("br"), words);
    else {
      paragraph = (quote || box).appendChild(document.createElement("p"));
      paragraph.append(words);
    }
  }
  // Below a quotation there is a line to answer on; without it, what one types joins the quotation.
  if (box.lastElementChild?.tagName === "BLOCKQUOTE") box.append(document.createElement("p"));
  return box.innerHTML;
}

/** The editor's HTML as it is sent: semantic, without the editor's own props; "" when empty. */
export function toSend(html) {
  const box = document.createElement("div");
  box.append(clean(html).fragment);
  rename(box, "b", "strong");
  rename(box, "i", "em");
  for (const list of box.querySelectorAll(":is(ul,ol) > :is(ul,ol)")) {
    const item = list.previousElementSibling || document.createElement("li");
    if (!item.parentNode) list.before(item);
    item.append(list);
  }
  for (const end of box.querySelectorAll("br")) {
    const next = end.nextSibling;
    if (!next || (next.nodeType === Node.ELEMENT_NODE && next.matches(BLOCKS))) end.remove();
  }
  for (const paragraph of box.querySelectorAll("p,h2,h3,h4,li")) {
    if (blank(paragraph) && !paragraph.querySelector("table,hr")) paragraph.remove();
  }
  for (const shell of box.querySelectorAll("ul,ol,blockquote")) if (blank(shell)) shell.remove();
  return blank(box) && !box.querySelector("hr") ? "" : box.innerHTML.trim();
}

// Under the site's policy a browser complains of each style and handler it parses, even in a
// document that nobody sees. Styles say what Word meant, so they are kept under another name.
function disarm(html) {
  let sheet = "";
  const markup = html
    .replace(/<style[^>]*>([\s\S]*?)<\/style\s*>/gi, (_block, rules) => {
      sheet += rules;
      return "";
    })
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>/gi, (tag) =>
      tag.replace(
        /([\s"'/])(style|on[a-z]+)(?=\s*=)/gi,
        (_attribute, before, name) =>
          `${before}data-${name.toLowerCase() === "style" ? "css" : "on"}`,
      ),
    );
  return { markup, sheet };
}

const css = (element) =>
  (element.getAttribute("data-css") || "").toLowerCase().replace(/\s*([:;])\s*/g, "$1");
const blank = (element) =>
  !/[^\s\u200b]/.test(element.textContent) && !element.querySelector("img");
const unwrap = (element) => element.replaceWith(...element.childNodes);

function rename(root, from, to) {
  for (const old of root.querySelectorAll(from)) swap(old, to);
}

function swap(old, name) {
  const fresh = old.ownerDocument.createElement(name);
  for (const { name: kept, value } of old.attributes) fresh.setAttribute(kept, value);
  fresh.append(...old.childNodes);
  old.replaceWith(fresh);
  return fresh;
}

// ---- Word and WPS

function restoreOffice(doc, sheet, dropped) {
  for (const element of doc.querySelectorAll("style,xml,script,meta,link,title")) element.remove();
  removeComments(doc.body);
  leaveOutReview(doc.body, dropped);
  restoreHeadings(doc.body, sheet);
  restoreLists(doc.body, sheet);
  for (const paragraph of doc.body.querySelectorAll("p,h1,h2,h3,h4,h5,h6")) {
    if (blank(paragraph) && !paragraph.closest("td,th")) paragraph.remove();
  }
}

function removeComments(root) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  for (const comment of found) comment.remove();
}

function leaveOutReview(root, dropped) {
  for (const element of root.querySelectorAll("del,.msoDel")) {
    dropped.add("changes");
    element.remove();
  }
  for (const element of root.querySelectorAll("ins,.msoIns")) {
    dropped.add("changes");
    unwrap(element);
  }
  const notes = ".MsoCommentReference,.msocomanchor,.msocomtxt,.MsoCommentText,a[href*='#_msocom']";
  for (const element of root.querySelectorAll(`${notes},[data-css]`)) {
    if (
      element.matches(notes) ||
      /mso-element:comment|mso-special-character:comment/.test(css(element))
    ) {
      dropped.add("comments");
      element.remove();
    } else if (/mso-hide:all|display:none/.test(css(element))) element.remove();
  }
}

function restoreHeadings(root, sheet) {
  const levels = new Map();
  for (const [, names, body] of sheet.matchAll(/([^{}]+)\{([^}]*)\}/g)) {
    const level = /mso-outline-level:\s*(\d)/.exec(body);
    if (!level) continue;
    for (const [, name] of names.matchAll(/p\.([\w-]+)/gi)) levels.set(name, +level[1]);
  }
  for (const paragraph of root.querySelectorAll("p")) {
    const own = /mso-outline-level:(\d)/.exec(css(paragraph));
    const level = own
      ? +own[1]
      : paragraph.classList.contains("MsoTitle")
        ? 1
        : [...paragraph.classList].map((name) => levels.get(name)).find(Boolean);
    if (level && level <= 6) swap(paragraph, `h${level}`);
  }
  // A heading's automatic number is part of what it says.
  for (const heading of root.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const marker = takeMarker(heading);
    if (marker) heading.prepend(marker.text + gap(marker.text));
  }
}

const gap = (marker) => (/[\w.)]$/.test(marker) ? " " : "");

function takeMarker(block) {
  const spot = [...block.querySelectorAll("[data-css]")].find((element) =>
    css(element).includes("mso-list:ignore"),
  );
  if (!spot) return null;
  const symbolic = /wingdings|symbol|courier/.test(
    [spot, ...spot.querySelectorAll("[data-css]"), spot.parentElement].map(css).join(),
  );
  const text = spot.textContent.replace(/[\s\u00a0]+/g, "");
  let shell = spot.parentElement;
  spot.remove();
  while (shell && shell !== block && blank(shell) && !shell.children.length) {
    const outer = shell.parentElement;
    shell.remove();
    shell = outer;
  }
  return { text, symbolic };
}

/** How a browser can number it: {kind, start}; null when only the marker itself can say it. */
function numbering(marker, sheet, id, level) {
  if (!marker) {
    const rule = new RegExp(`@list\\s+${id}:level${level}\\b[^{]*\\{([^}]*)\\}`, "i").exec(sheet);
    return { kind: /number-format:\s*bullet/i.test(rule?.[1] || "") ? "ul" : "ol", start: 1 };
  }
  const number = /^[(（]?(\d{1,4})[.．、)）]?$/.exec(marker.text);
  if (number) return { kind: "ol", start: +number[1] };
  if (marker.symbolic || /^[^\p{L}\p{N}]$/u.test(marker.text)) return { kind: "ul", start: 1 };
  return null;
}

function restoreLists(root, sheet) {
  let open = []; // the lists around the last item, outermost first: {list, level, id}
  for (const paragraph of [...root.querySelectorAll("p")]) {
    const [, id, digit] = /mso-list:(l\d+) level(\d)/.exec(css(paragraph)) || [];
    if (!id) continue;
    const level = +digit;
    const marker = takeMarker(paragraph);
    const how = numbering(marker, sheet, id, level);
    if (paragraph.previousElementSibling !== open[0]?.list || open[0]?.id !== id) open = [];
    while (open.length && open.at(-1).level > level) open.pop();
    if (!how) {
      // 一、（一） a) 1.1: kept as they are, inside the item they belong to or as a paragraph.
      paragraph.prepend(marker.text + gap(marker.text));
      const item = open.findLast((one) => one.level < level)?.list.lastElementChild;
      if (item) {
        item.append(paragraph.ownerDocument.createElement("br"), ...paragraph.childNodes);
        paragraph.remove();
      }
      continue;
    }
    let top = open.at(-1);
    if (top?.level === level && top.list.localName !== how.kind) {
      open.pop();
      top = open.at(-1);
    }
    if (top?.level !== level) {
      const list = paragraph.ownerDocument.createElement(how.kind);
      if (how.kind === "ol" && how.start > 1) list.setAttribute("start", how.start);
      if (top) top.list.lastElementChild.append(list);
      else paragraph.before(list);
      top = { list, level, id };
      open.push(top);
    }
    const item = paragraph.ownerDocument.createElement("li");
    item.append(...paragraph.childNodes);
    top.list.append(item);
    paragraph.remove();
  }
}

// ---- Any source

function tidy(root, dropped) {
  for (const picture of root.querySelectorAll("img")) {
    if (PICTURE.test(picture.getAttribute("src"))) continue;
    dropped.add("images");
    picture.remove();
  }
  for (const bold of root.querySelectorAll("b,strong")) {
    if (/font-weight:(?:normal|400)/.test(css(bold))) unwrap(bold);
  }
  for (const inline of root.querySelectorAll("span,font,a,em,u")) applyStyle(inline);
  for (const link of root.querySelectorAll("a")) {
    if (!LINK.test(link.getAttribute("href") || "")) unwrap(link);
  }
  if (root.querySelector("h1")) {
    for (let level = 5; level; level -= 1) rename(root, `h${level}`, `h${Math.min(level + 1, 4)}`);
  }
  rename(root, "h5,h6", "h4");
  for (const bold of root.querySelectorAll(":is(h2,h3,h4,th) :is(b,strong)")) unwrap(bold);
  rename(root, "caption", "p");
  for (const caption of root.querySelectorAll("table > p")) caption.parentElement.before(caption);
  rename(root, "tfoot", "tbody");
  for (const block of root.querySelectorAll("[class],[align],[data-css]")) align(block);
  for (const box of [...root.querySelectorAll(BOXES)].reverse()) openBox(box);
  for (const cell of root.querySelectorAll("td,th")) {
    const only = cell.firstElementChild;
    if (cell.children.length === 1 && only.matches("p")) {
      if (only.className) cell.className = only.className;
      unwrap(only);
    }
  }
  mendText(root);
}

/** Of all classes only the alignment of a block stays, and Word's is made into one. */
function align(block) {
  const place =
    /text-align:(\w+)/.exec(css(block))?.[1] ||
    block.getAttribute("align")?.toLowerCase() ||
    /\balign-(center|end)\b/.exec(block.className)?.[1];
  if (block.matches("span.footnote")) return;
  block.removeAttribute("class");
  if (!block.matches("p,h1,h2,h3,h4,h5,h6,td,th,div")) return;
  if (place === "center") block.className = "align-center";
  if (place === "right" || place === "end") block.className = "align-end";
}

function applyStyle(inline) {
  const style = css(inline);
  const wanted = [
    /font-weight:(?:bold|[6-9]00)/.test(style) && "b",
    /font-style:italic/.test(style) && "i",
    /text-decoration[^;]*underline/.test(style) && !inline.closest("a,u") && "u",
    /text-decoration[^;]*line-through/.test(style) && "s",
    /vertical-align:super/.test(style) && "sup",
    /vertical-align:sub\b/.test(style) && "sub",
  ];
  for (const name of wanted.filter(Boolean)) {
    const mark = inline.ownerDocument.createElement(name);
    mark.append(...inline.childNodes);
    inline.append(mark);
  }
}

/** A box of words is a paragraph; a box of paragraphs is nothing but them. */
function openBox(box) {
  if (box.closest("td,th,li") && !box.querySelector(BLOCKS)) {
    if (box.nextSibling) box.append(box.ownerDocument.createElement("br"));
    unwrap(box);
    return;
  }
  let run = null;
  for (const node of [...box.childNodes]) {
    if (node.nodeType === Node.ELEMENT_NODE && node.matches(BLOCKS)) run = null;
    else if (run) run.append(node);
    else if (node.textContent.trim() || node.nodeName === "BR") {
      run = box.ownerDocument.createElement("p");
      if (box.className) run.className = box.className;
      node.before(run);
      run.append(node);
    }
  }
  unwrap(box);
}

/** Source line breaks vanish between Han characters; no-break spaces are plain ones. */
function mendText(root) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (text.parentElement.closest("pre")) continue;
    text.data = text.data.replace(/\u00a0/g, " ").replace(BROKEN_HAN, "$1");
  }
}
