// A form that is filled in by and by (surveys/begun.py): what it holds is kept while one fills it
// in, and comes back. By name the server keeps it, and this browser what could not be saved; a form
// that promises otherwise is kept in this browser alone. Files and signatures are kept nowhere.
// Runs before the modules that dress questions: they find what came back.
import { drop, held, isOff, keep, keyOf, sweep, turn } from "./begun_store.js";

const PAUSE = 1500; // milliseconds of quiet before what was filled in is saved
const NAMED = "q-";

class Begun {
  constructor(form) {
    this.form = form;
    this.mark = form.dataset.mark;
    this.box = form.querySelector("[data-begun]");
    this.words = this.box.dataset;
    this.path = location.pathname.replace(/\/send$/, "");
    this.isSent = false;
    this.isChanged = !("fresh" in form.dataset); // what came back to be mended is kept at once
    sweep();
    this.comeBack();
    if (!this.words.url) this.offerChoice();
    this.listen();
    if (this.isChanged) this.touch();
  }

  listen() {
    const touch = (event) => event.target.name?.startsWith(NAMED) && this.touch();
    this.form.addEventListener("input", touch);
    this.form.addEventListener("change", touch);
    this.form.addEventListener("submit", (event) => this.send(event));
    addEventListener("pageshow", ({ persisted }) => persisted && (this.isSent = false));
    addEventListener("pagehide", () => this.leave());
    addEventListener("storage", ({ key, newValue }) => {
      if (key === keyOf(this.mark) && newValue && !this.words.url) this.say(this.words.elsewhere);
    });
    addEventListener("online", () => this.isChanged && this.save());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
      else if (this.isChanged) this.save();
    });
  }

  // --- What the form holds -----------------------------------------------------------------

  /** The controls whose words are kept: those of questions that are asked, files apart. */
  get controls() {
    const isKept = (one) => one.name.startsWith(NAMED) && !one.closest("[data-filed]");
    return [...this.form.elements].filter((one) => isKept(one) && !one.disabled);
  }

  get fields() {
    const isGiven = (one) => one.value && (!/^(radio|checkbox)$/.test(one.type) || one.checked);
    return this.controls.filter(isGiven).map((one) => [one.name, one.value]);
  }

  value(name) {
    return this.form.elements.namedItem(name)?.value ?? "";
  }

  fill(fields) {
    const values = (name) => fields.filter(([one]) => one === name).map(([, value]) => value);
    for (const control of this.controls) {
      const wanted = values(control.name);
      if (/^(radio|checkbox)$/.test(control.type)) control.checked = wanted.includes(control.value);
      else control.value = wanted[0] ?? "";
      if (control.localName === "textarea") control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  // --- Coming back ---------------------------------------------------------------------------

  comeBack() {
    const begun = held(this.mark);
    if (!begun || !("fresh" in this.form.dataset)) return;
    const isOther = begun.answered !== this.value("answered"); // it was sent, and came
    const same = (one, other) => JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
    if (isOther || same(begun.fields, this.fields)) drop(this.mark);
    else if (this.words.url && begun.begun !== this.value("begun")) {
      this.say(this.words.older, this.button(this.words.take, () => this.take(begun)));
    } else this.take(begun);
  }

  take(begun) {
    this.fill(begun.fields);
    if (begun.number < Number(this.value("number"))) this.outlive(begun);
    this.isChanged = Boolean(this.words.url);
    const here = this.form.elements.namedItem("page");
    const said = begun.number < Number(this.value("number")) ? this.words.changed : this.words.back;
    if (here && here.value !== begun.page) {
      here.value = begun.page;
      const number = Number(begun.page) + 1;
      const on = this.button(this.words.part.replace("{number}", number), () => {}, "submit");
      Object.assign(on, { name: "go", value: "here" });
      this.welcome(said, on);
    } else this.welcome(said, this.next());
    if (this.isChanged) this.touch();
  }

  /** The form changed since: the server is told which one was seen, and gets all that was filled in. */
  outlive(begun) {
    const known = new Set(this.controls.map((one) => one.name));
    for (const [name, value] of begun.fields.filter(([one]) => !known.has(one))) {
      this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    this.form.elements.namedItem("number").value = begun.number;
  }

  /** A link to the first question without an answer after the last that has one. */
  next() {
    const names = new Set(this.fields.map(([name]) => name));
    const places = [...this.form.querySelectorAll("[data-question]:not([hidden])")].filter((one) =>
      one.querySelector(`[name^="${NAMED}"]`),
    );
    const isGiven = (place) => [...place.querySelectorAll("[name]")].some((one) => names.has(one.name));
    const next = places[places.findLastIndex(isGiven) + 1];
    if (!next) return "";
    next.id = `next-${next.dataset.question}`;
    return Object.assign(document.createElement("a"), { className: "act", href: `#${next.id}`, textContent: this.words.on });
  }

  welcome(words, way) {
    const note = Object.assign(document.createElement("div"), { className: "note" });
    note.setAttribute("role", "status");
    const line = Object.assign(document.createElement("p"), { textContent: `${words} ` });
    line.append(way);
    note.append(line);
    this.form.querySelector(".survey__section, .survey__page")?.before(note);
  }

  button(textContent, act, type = "button") {
    const made = Object.assign(document.createElement("button"), { type, className: "act", textContent });
    made.addEventListener("click", act);
    return made;
  }

  // --- Keeping -------------------------------------------------------------------------------

  touch() {
    this.isChanged = true;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.save(), PAUSE);
  }

  async save() {
    clearTimeout(this.waiting);
    if (this.isSent) return;
    if (!this.words.url) this.keepHere();
    else if (this.saving) this.touch();
    else {
      this.saving = this.saveThere();
      await this.saving;
      this.saving = null;
    }
  }

  keepHere(sent = 0) {
    if (isOff() && !this.words.url) return;
    const { fields, path } = this;
    this.isChanged = false;
    const about = { page: this.value("page"), begun: this.value("begun"), answered: this.value("answered") };
    const number = Number(this.value("number"));
    if (!fields.length) drop(this.mark);
    else if (!keep(this.mark, { fields, path, sent, number, until: Number(this.words.until), ...about })) this.say(this.words.full);
    this.showDrop();
  }

  get data() {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (typeof value !== "string") data.delete(name);
    for (const one of this.form.querySelectorAll("[data-filed] [name]")) data.delete(one.name);
    data.set("quiet", "yes");
    return data;
  }

  async saveThere(isAgain = false) {
    this.isChanged = false;
    try {
      const answer = await fetch(this.words.url, { method: "POST", body: this.data });
      const isOurs = answer.headers.get("Content-Type")?.includes("json");
      const told = isOurs ? await answer.json() : {};
      if (told.number !== undefined) {
        this.form.elements.namedItem("begun").value = told.number;
        this.form.elements.namedItem("answered").value = told.answered;
      }
      if (answer.ok && isOurs) drop(this.mark);
      else if ([400, 401].includes(answer.status) && !isAgain) return await this.renew();
      else this.fail(told.said ?? this.words.refused);
      if (told.said) this.say(told.said);
    } catch {
      this.fail(this.words.offline);
    }
  }

  /** Another sign-in since this page was opened has another token. */
  async renew() {
    const answer = await fetch(this.form.action);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const theirs = page.querySelector("form.survey");
    if (!theirs) {
      const way = Object.assign(document.createElement("a"), { href: this.words.signIn, target: "_blank", textContent: new URL(this.words.signIn, location.href).pathname });
      return this.fail(this.words.ended, way);
    }
    if (theirs.dataset.mark !== this.mark) return this.fail(this.words.other);
    this.form.elements.namedItem("csrf_token").value = theirs.elements.namedItem("csrf_token").value;
    await this.saveThere(true);
  }

  fail(words, way = "") {
    this.keepHere();
    this.isChanged = true;
    this.say(words, way);
  }

  /** On its way: the page that says that it came lets go of what is kept here. */
  send(event) {
    if (event.defaultPrevented) return;
    if (!navigator.onLine) {
      event.preventDefault();
      return this.fail(this.words.unsent);
    }
    const isAside = event.submitter && "aside" in event.submitter.dataset;
    if (!isAside) this.keepHere(Date.now());
    this.isSent = true;
  }

  leave() {
    if (this.isSent || !this.isChanged) return;
    if (!this.words.url) this.keepHere();
    else if (!navigator.onLine || !navigator.sendBeacon(this.words.url, this.data)) this.keepHere();
  }

  // --- In this browser alone -------------------------------------------------------------------

  offerChoice() {
    const off = this.box.querySelector("[data-begun-off]");
    this.box.hidden = false;
    off.checked = Boolean(isOff());
    off.addEventListener("change", () => {
      turn(off.checked);
      if (off.checked) drop(this.mark);
      else this.touch();
      this.showDrop();
    });
    this.box.querySelector("[data-begun-drop]").addEventListener("click", () => {
      drop(this.mark);
      this.isSent = true; // nothing more is kept of this page
      location.assign(this.path);
    });
    this.showDrop();
  }

  showDrop() {
    const button = this.box.querySelector("[data-begun-drop]");
    if (button) button.hidden = !held(this.mark);
  }

  say(words, way = "") {
    this.box.querySelector("[data-begun-said]").replaceChildren(`${words} `, way);
  }
}

const form = document.querySelector("form.survey[data-mark]");
if (form) new Begun(form);
