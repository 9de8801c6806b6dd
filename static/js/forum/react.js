// Words under a post. "回应" shows them where one reads, and giving or taking one changes the post's
// line alone: the server draws it. Without this module the link leads to a page with the words, and
// a button sends the form and leads back to the post.

const form = document.getElementById("react");
const choices = document.getElementById("reactions")?.content.firstElementChild;
const said = document.getElementById("said");
let open = null; // the link whose words are shown

function close() {
  open?.removeAttribute("aria-expanded");
  document.querySelector(".post .reacts__choices")?.remove();
  open = null;
}

function show(link) {
  const again = link === open;
  close();
  if (again) return;
  open = link;
  link.setAttribute("aria-expanded", "true");
  const shown = document.importNode(choices, true);
  for (const button of shown.children) button.formAction = link.href;
  link.closest(".post__foot").append(shown);
  shown.firstElementChild.focus();
}

/** The post's line as the server draws it now. */
async function press(button) {
  const post = button.closest(".post");
  const body = new URLSearchParams(new FormData(form));
  body.set(button.name, button.value);
  const answer = await fetch(button.formAction, { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const place = post.querySelector(".reacts");
  const drawn = page.getElementById(place.id);
  if (!answer.ok || !drawn) throw new Error(answer.status);
  place.replaceChildren(...document.importNode(drawn, true).childNodes);
  const link = open ?? post.querySelector("[data-react]");
  close();
  (place.querySelector(`[value="${button.value}"]`) ?? link)?.focus();
  said.textContent = button.name === "give" ? said.dataset.given : said.dataset.taken;
}

if (form && choices) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-react]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    open.focus();
    close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    press(event.submitter).catch(() => (said.textContent = said.dataset.failed));
  });
}
