// <div data-behavior="read" data-address="/threads/7/read" data-mark="12" hidden>
// on a thread's page: the highest number of a public post (data-number) of which the end was in
// view is noted, soon after, and when the page is left. Only numbers above the mark are sent, and
// nothing of how long anything was looked at. Without this module a button at the end does it.

const SOON = 800; // milliseconds: several posts in view are one request

const reader = document.querySelector('[data-behavior="read"]');
const token = document.querySelector('input[name="csrf_token"]')?.value;

if (reader && token) {
  let kept = Number(reader.dataset.mark);
  let highest = kept;
  let timer = 0;

  const send = () => {
    clearTimeout(timer);
    if (highest <= kept) return;
    const body = new URLSearchParams({ number: highest, csrf_token: token });
    kept = highest;
    fetch(reader.dataset.address, {
      method: "POST",
      body,
      credentials: "same-origin",
      redirect: "manual", // the reader is there already
      keepalive: true, // the page may be on its way out
    }).catch(() => {}); // no connection: the next page says it again
  };

  const ends = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      ends.unobserve(target);
      highest = Math.max(highest, Number(target.closest("[data-number]").dataset.number));
    }
    clearTimeout(timer);
    timer = setTimeout(send, SOON);
  });
  const watch = (posts) => {
    for (const post of posts) if (post.dataset.number) ends.observe(post.lastElementChild);
  };
  watch(document.querySelectorAll("[data-number]"));
  document.addEventListener("arrived", ({ detail }) => watch(detail));
  addEventListener("pagehide", send);
}
