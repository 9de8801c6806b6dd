// What came since the page was made. For who is signed in, one tab of a browser asks now and then,
// and only while it is looked at: after about 20 seconds, then ever less often, to once in three
// minutes, while nothing comes; not at all an hour after the last touch, key or scroll, until the
// next; as late as the server says (Retry-After). The number of notices in the header changes by
// itself; what came to <div data-behavior="live" data-of="thread-7-…"> is told there, and shown
// when the reader asks for it (forum/arrive.js). Without this module a page is as it was loaded.

const START = 20_000;
const LONGEST = 180_000;
const IDLE = 3_600_000;

const header = document.querySelector("[data-live]");
const place = document.querySelector('[data-behavior="live"]');
const channel = "BroadcastChannel" in window ? new BroadcastChannel("live") : null;
const me = Math.random();

let pause = START;
let last = Date.now();
let active = Date.now();
let notBefore = 0;
let timer = 0;
let leads = false;
let known = null; // the mark of the last answer
let said = { news: 0, notices: Number(header?.dataset.notices) };

const of = () => place?.dataset.of ?? "";

function tell({ of: subject, news, notices }) {
  const badge = header.querySelector(".badge");
  const more = notices - said.notices;
  if (badge && more) {
    const total = Number(badge.dataset.count) + more;
    badge.dataset.count = total;
    badge.lastChild.data = total < 100 ? total : "99+";
    badge.hidden = total < 1;
  }
  said.notices = notices;
  if (!place || subject !== of() || news === said.news) return;
  said.news = news;
  place.dispatchEvent(new CustomEvent("news", { detail: news }));
}

function later(answer) {
  const said = answer.headers.get("Retry-After");
  if (!said) return;
  const moment = /^\d+$/.test(said) ? Date.now() + said * 1000 : Date.parse(said);
  if (moment) notBefore = moment;
}

function plan() {
  clearTimeout(timer);
  if (!leads || document.hidden) return;
  const jitter = 0.8 + 0.4 * Math.random();
  timer = setTimeout(ask, Math.max(0, notBefore - Date.now(), last + pause * jitter - Date.now()));
}

async function ask() {
  if (!leads || document.hidden || Date.now() - active > IDLE) return;
  last = Date.now();
  const subject = of();
  let came = false;
  try {
    const headers = known?.of === subject ? { "If-None-Match": known.mark } : {};
    const address = `${header.dataset.live}?of=${subject}`;
    const answer = await fetch(address, { cache: "no-store", headers, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return; // signed out
    later(answer);
    if (answer.ok) {
      const { news, notices } = await answer.json();
      came = news !== said.news || notices !== said.notices;
      known = { of: subject, mark: answer.headers.get("ETag") };
      tell({ of: subject, news, notices });
      channel?.postMessage({ of: subject, news, notices });
    }
  } catch {
    // No connection: the same as nothing new.
  }
  pause = came ? START : Math.min(pause * 2, LONGEST);
  plan();
}

function lead() {
  if (document.hidden) return;
  leads = true;
  channel?.postMessage({ leader: me });
  plan();
}

function leave() {
  if (leads) channel?.postMessage({ left: me });
  leads = false;
  clearTimeout(timer);
}

function heard({ data }) {
  if ("notices" in data) tell(data);
  else if ("left" in data && !leads) setTimeout(() => leads || lead(), 500 * Math.random());
  else if ("leader" in data) {
    leads = false;
    clearTimeout(timer);
  }
}

function stirred() {
  const slept = Date.now() - active > IDLE;
  active = Date.now();
  if (slept) plan();
}

if (header) {
  channel?.addEventListener("message", heard);
  place?.addEventListener("shown", () => {
    said.news = 0;
    pause = START;
    plan();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : lead()));
  addEventListener("focus", () => leads || lead());
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && lead());
  for (const type of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(type, stirred, { passive: true });
  }
  lead();
}
