// On every page: drafts (editor/draft.js) of forms that were accepted are forgotten. A page that
// the server's redirect leads to from the form's own page says that the form was.

export const PREFIX = "draft:";
export const SENDING = 10 * 60 * 1000; // milliseconds that a form may be on its way
const LIFE = 30 * 24 * 3600 * 1000;

function sweep() {
  const redirected = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  const now = Date.now();
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    const { at, page, sent } = JSON.parse(localStorage.getItem(key));
    const arrived = redirected && now - sent < SENDING && document.referrer === page;
    if (arrived || now - at > LIFE) localStorage.removeItem(key);
  }
}

try {
  sweep();
} catch {
  // Storage is switched off, or holds what is not ours: nothing to forget.
}
