// <div data-behavior="live" data-of="…" data-one="…" data-many="有 {n} 条新回帖" data-show="显示"
//      data-shown="…" data-failed="…" data-elsewhere="…" data-unread="/threads/7/unread">
// says how many came (live.js) and shows them where one reads: the page is asked for again, and what
// the server drew is put in its place. Nothing else moves, nothing that is being typed is touched.

const place = document.querySelector('[data-behavior="live"]');
const status = place?.querySelector('[role="status"]');

function offer(count) {
  status.textContent = "";
  place.querySelector("button, a")?.remove();
  place.classList.toggle("live--there", count > 0);
  if (!count) return;
  const { one, many, show } = place.dataset;
  status.textContent = (count === 1 ? one : many).replace("{n}", count);
  const button = document.createElement("button");
  button.className = "act";
  button.type = "button";
  button.textContent = show;
  button.addEventListener("click", () => bring(button));
  place.append(button);
}

/** The posts of the fresh page that are not here yet, each after the one before it. */
function insertPosts(page) {
  const came = [];
  let before = null;
  for (const post of page.querySelectorAll("section.post")) {
    let here = document.getElementById(post.id);
    if (!here) {
      here = document.importNode(post, true);
      if (before) before.after(here);
      else place.before(here);
      came.push(here);
    }
    before = here;
  }
  const nav = page.querySelector(".pages");
  const old = document.querySelector(".pages");
  if (nav && old) old.replaceWith(document.importNode(nav, true));
  else if (nav) place.after(document.importNode(nav, true));
  const seen = document.querySelector('#reply [name="seen"]');
  const fresh = page.querySelector('#reply [name="seen"]');
  if (seen && fresh) seen.value = fresh.value;
  return came;
}

function replaceList(page) {
  const list = document.getElementById("threads");
  list.replaceChildren(...document.importNode(page.getElementById("threads"), true).childNodes);
  return [list.querySelector("a")];
}

async function bring(button) {
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(location.href.split("#")[0], { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector('[data-behavior="live"]');
    if (!answer.ok || !fresh) throw new Error(answer.status);
    const top = scrollY;
    const came = document.getElementById("threads") ? replaceList(page) : insertPosts(page);
    place.dataset.of = fresh.dataset.of;
    button.remove();
    settle(came);
    scrollTo({ top, behavior: "instant" });
    document.dispatchEvent(new CustomEvent("arrived", { detail: came }));
    place.dispatchEvent(new CustomEvent("shown"));
  } catch {
    button.removeAttribute("aria-busy");
    status.textContent = place.dataset.failed;
  }
}

/** Say what happened; the focus goes on at the first that came, lest it be lost. */
function settle(came) {
  place.classList.remove("live--there");
  status.textContent = came.length ? place.dataset.shown : place.dataset.elsewhere;
  if (came.length) {
    if (came[0].matches("section")) came[0].tabIndex = -1;
    came[0].focus({ preventScroll: true });
    return;
  }
  const link = document.createElement("a");
  link.className = "act";
  link.href = place.dataset.unread;
  link.textContent = place.dataset.show;
  place.append(link);
  link.focus({ preventScroll: true });
}

place?.addEventListener("news", ({ detail }) => offer(detail));
