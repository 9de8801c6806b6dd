// Unsent words are kept in this browser, for the person who wrote them. They go when the form was
// accepted (sent.js tells) or after thirty days. Forms marked data-private never come here.

import { PREFIX, SENDING } from "../sent.js";

export class Draft {
  constructor(owner, form, name) {
    this.key = `${PREFIX}${owner}:${new URL(form.action, location.href).pathname}:${name}`;
  }

  /** → {html, at, page, sent} or null. */
  read() {
    return withStorage(() => JSON.parse(localStorage.getItem(this.key)));
  }

  /** Keep the words; with `sent` the form is on its way, and the next page tells if it arrives. */
  write(html, sent = 0) {
    if (!html) this.drop();
    const draft = { html, at: Date.now(), page: location.href.split("#")[0], sent };
    if (html) withStorage(() => localStorage.setItem(this.key, JSON.stringify(draft)));
  }

  drop() {
    withStorage(() => localStorage.removeItem(this.key));
  }

  /** The server gave the words back to be mended. */
  get cameBack() {
    const draft = this.read();
    return Date.now() - draft?.sent < SENDING && document.referrer === draft.page;
  }
}

/** Storage may be full or switched off: then writing goes on without drafts. */
function withStorage(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
