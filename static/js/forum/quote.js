// Where words of a post are selected, its "引用" quotes them and not the whole, in the box below.
// Without this module the link asks the server for a quotation of the beginning.

const box = document.querySelector('#reply textarea[name="body"]');
const links = [...document.querySelectorAll("a[data-quote]")];

function selected(link) {
  const selection = getSelection();
  const prose = link.closest(".post").querySelector(".prose");
  const { anchorNode, focusNode } = selection;
  const inside = prose.contains(anchorNode) && prose.contains(focusNode);
  return inside ? selection.toString().trim() : "";
}

function refresh() {
  for (const link of links) {
    const { dataset, firstChild } = link;
    dataset.whole ??= firstChild.data;
    firstChild.data = selected(link) ? dataset.selected : dataset.whole;
  }
}

function quote(event) {
  const link = event.currentTarget;
  const words = selected(link);
  if (!words) return;
  event.preventDefault();
  const lines = [link.dataset.quote, ...words.split(/\n+/)].map((line) => `> ${line}`);
  const asked = new CustomEvent("quote", { detail: `${lines.join("\n")}\n\n`, cancelable: true });
  if (box.dispatchEvent(asked)) {
    box.value = `${box.value.trimEnd()}\n\n${asked.detail}`.trimStart();
    box.focus();
  }
  document.getElementById("reply").scrollIntoView({ block: "nearest" });
}

if (box && links.length) {
  document.addEventListener("selectionchange", refresh);
  for (const link of links) link.addEventListener("click", quote);
}
