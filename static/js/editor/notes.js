// Footnotes. While one writes, a note stands where it belongs, <span class="footnote">: it moves and
// goes with its sentence, and nobody counts. The server makes references and a list of them.

// What Word and WPS (_ftn1, _edn1) and LibreOffice (sdfootnote1sym) call a note.
const NAME = /^_?((?:ftn|edn)\d+)$|^sd((?:foot|end)note\d+)(?:sym)?$/;
const BACK = "a.footnotes__back,a[href^='#_ftnref'],a[href^='#_ednref'],a[href$='anc'][href^='#sd']";
const LISTS = "[data-css*='note-list']";
const BLOCKS = "p,div,li,ul,ol,blockquote,h1,h2,h3,h4,h5,h6,table,tr,td";

const nameOf = (text) => {
  const found = NAME.exec(text);
  return found && (found[1] || found[2]);
};

/** References and their lists become notes in the line. */
export function gatherNotes(root) {
  const bodies = new Map();
  for (const block of root.querySelectorAll("[id]")) {
    const name = nameOf(block.id);
    if (name && block.matches("div,li,p")) bodies.set(name, block);
  }
  for (const link of root.querySelectorAll("a[href^='#']")) {
    const body = bodies.get(nameOf(link.getAttribute("href").slice(1)));
    if (body && !body.contains(link)) standIn(link, body);
  }
  const items = [...root.querySelectorAll("ol.footnotes > li")];
  for (const [at, reference] of root.querySelectorAll("sup.footnote").entries()) {
    if (items[at]) standIn(reference, items[at]);
    else reference.remove();
  }
  for (const gone of root.querySelectorAll(`ol.footnotes,${LISTS}`)) {
    if (!gone.textContent.trim()) gone.remove();
  }
}

/** The words of a note take the place of the reference to it. */
function standIn(reference, body) {
  for (const link of body.querySelectorAll(BACK)) link.remove();
  const note = inLine(body);
  body.remove();
  if (note.textContent.trim()) reference.replaceWith(note);
  else reference.remove();
}

/** A note with the inside of blocks, their ends as line breaks. */
function inLine(body) {
  const doc = body.ownerDocument;
  for (const block of [...body.querySelectorAll(BLOCKS)]) {
    if (block.previousSibling?.textContent.trim()) block.before(doc.createElement("br"));
    block.replaceWith(...block.childNodes);
  }
  const note = doc.createElement("span");
  note.className = "footnote";
  note.append(...body.childNodes);
  const walker = doc.createTreeWalker(note, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    walker.currentNode.data = walker.currentNode.data.trimStart();
    if (walker.currentNode.data) break;
  }
  return note;
}

/** Nobody writes into a note by mistake: it is one thing, asked for in the panel. */
export function asUnits(fragment) {
  for (const note of fragment.querySelectorAll("span.footnote")) note.contentEditable = "false";
  return fragment;
}

/** A note out of plain words. */
export function makeNote(words) {
  const note = document.createElement("span");
  note.className = "footnote";
  note.contentEditable = "false";
  for (const [at, line] of words.split("\n").entries()) {
    if (at) note.append(document.createElement("br"));
    note.append(line);
  }
  return note;
}

/** The note right before or after the caret, else null. */
export function noteAt({ startContainer: node, startOffset: offset }) {
  const inner = node.nodeType === Node.TEXT_NODE;
  const rest = (from, to) => !inner || !node.data.slice(from, to).replaceAll("\u200b", "");
  const before = inner ? node.previousSibling : node.childNodes[offset - 1];
  const after = inner ? node.nextSibling : node.childNodes[offset];
  const isNote = (one) => one?.nodeType === Node.ELEMENT_NODE && one.matches("span.footnote");
  if (isNote(before) && rest(0, offset)) return before;
  return isNote(after) && rest(offset) ? after : null;
}
