// "预览" draws what would be published into the page that one writes on. Without this module, or
// where anything fails, the button sends the form and the page comes back with the preview.

const place = document.querySelector('[data-behavior="preview"]');

async function draw(form, address) {
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const drawn = page.getElementById("preview");
    if (!drawn) throw new Error(answer.status);
    place.replaceChildren(...document.importNode(drawn, true).childNodes);
    place.scrollIntoView({ block: "nearest" });
  } catch {
    place.textContent = place.dataset.failed;
  }
  place.removeAttribute("aria-busy");
}

place?.closest("form").addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || button?.dataset.aside !== "preview") return;
  event.preventDefault();
  draw(event.target, button.formAction);
});
