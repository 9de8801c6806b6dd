// Who is at the items of this page: [data-presence="7"] is kept up to date while the page is
// looked at, with one conditional request for all of them every fifteen seconds, fewer when
// requests fail. Without this module the page says it as of when it was loaded.

const EVERY = 15_000;
const LONGEST = 120_000;
const list = document.querySelector('[data-behavior="watch"]');

let pause = EVERY;
let last = Date.now();
let timer = 0;
let known = null; // the mark of the last answer

function tell(seen) {
  for (const place of document.querySelectorAll("[data-presence]")) {
    const [words, tone] = seen[place.dataset.presence] ?? [place.textContent, null];
    if (tone === null || place.textContent === words) continue;
    place.textContent = words;
    place.className = words ? `chip${tone ? ` chip--${tone}` : ""}` : "";
  }
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  last = Date.now();
  try {
    const headers = known ? { "If-None-Match": known } : {};
    const answer = await fetch(list.dataset.address, { cache: "no-store", headers });
    if (answer.status !== 304) {
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      tell(await answer.json());
      known = answer.headers.get("ETag");
    }
    pause = EVERY;
  } catch {
    pause = Math.min(pause * 2, LONGEST);
  }
  timer = setTimeout(look, pause);
}

if (list) {
  timer = setTimeout(look, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return clearTimeout(timer);
    timer = setTimeout(look, Math.max(0, last + pause - Date.now()));
  });
}
