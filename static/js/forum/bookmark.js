// "收藏" keeps a post where one reads; pressed again it leads to the page with note and reminder.
// Without this module it leads there at once.

const token = document.querySelector('#react input[name="csrf_token"]')?.value;
const said = document.getElementById("said");

async function keep(link) {
  const body = new URLSearchParams({ quick: "yes", csrf_token: token });
  try {
    const answer = await fetch(link.href, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(answer.status);
    link.removeAttribute("data-bookmark");
    link.firstChild.data = said.dataset.keptWord;
    said.textContent = said.dataset.kept;
  } catch {
    said.textContent = said.dataset.failed;
  }
}

if (token) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-bookmark]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    keep(link);
  });
}
