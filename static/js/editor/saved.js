// The draft on the server. It is saved while one writes, with the number that this form has seen:
// where another window saved since, both texts are shown and the writer chooses. The form says
// where (data-drafts); what it says of itself comes from the server and from the text box.

import { button, element } from "./dom.js";

export class Saved {
  /** `words`: the page's sentences; `take(html, title, after)` puts words into the form. */
  constructor(form, words, body, take) {
    this.form = form;
    this.words = words;
    this.body = body;
    this.take = take;
    this.line = element("p", { class: "editor__saved" });
    this.notice = element("div", { class: "editor__note", role: "alert" });
  }

  /** → whether the words are on the server. */
  async save(html, leaving = false) {
    this.sending?.abort();
    this.sending = new AbortController();
    const data = new URLSearchParams(new FormData(this.form));
    data.set(this.body, html);
    data.set(`${this.body}_format`, "html");
    try {
      const answer = await fetch(this.form.dataset.drafts, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json" },
        keepalive: leaving,
        signal: this.sending.signal,
      });
      const kind = answer.headers.get("Content-Type") ?? "";
      const told = kind.includes("json") ? await answer.json() : {};
      this.line.textContent = answer.status === 409 ? "" : (told.said ?? this.words.draftRefused);
      if (answer.ok) this.number = told.number;
      else if (answer.status === 409 && told.html !== undefined) this.offer(html, told);
      return answer.ok;
    } catch (fault) {
      if (fault.name !== "AbortError") this.line.textContent = this.words.draftOffline;
      return false;
    }
  }

  stop() {
    this.sending?.abort();
  }

  set number(value) {
    this.form.elements.namedItem("draft").value = value;
    this.notice.replaceChildren();
  }

  /** Both texts, and three ways on. */
  offer(mine, { said, number, title, html, rows }) {
    const { words } = this;
    const choose = (act) => () => {
      this.number = number;
      act();
    };
    const take = (html, title) => {
      this.form.dispatchEvent(new CustomEvent("files", { detail: { rows } }));
      this.take(html, title);
    };
    this.notice.replaceChildren(
      element("p", {}, said),
      element("div", { class: "prose editor__other" }, this.take.shown(html)),
      button(words.draftMine, choose(() => this.save(mine))),
      button(words.draftTheirs, choose(() => take(html, title))),
      button(words.draftBoth, choose(() => take(`${html}<hr>${mine}`, ""))),
    );
  }
}
