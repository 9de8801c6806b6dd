// <div data-behavior="seen" data-address="/notices/follow" data-urls="/posts/3 /posts/9" hidden>
// on a page that shows what unread notices are about: they are read now. Without this module the
// links that lead here say so, and whatever the reader does here.

for (const mark of document.querySelectorAll('[data-behavior="seen"]')) {
  const body = new URLSearchParams(mark.dataset.urls.split(" ").map((url) => ["url", url]));
  body.set("csrf_token", document.querySelector('input[name="csrf_token"]').value);
  fetch(mark.dataset.address, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "manual", // the reader is there already
  }).catch(() => {}); // no connection: the next page says it again
}
