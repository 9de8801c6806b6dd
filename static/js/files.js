// <div data-behavior="files">: what is chosen, or dropped on the form, goes up at once and stands
// in the list; a picture may go into the text. Without this module the files go with the form.
//
// On the form: "bring" {files, show} asks for an upload; "picture" {id, name} puts an uploaded
// picture into the text, "unpicture" {id} takes it out; "files" tells that the list changed, and
// with {rows} brings what another window kept.

import { button, element } from "./editor/dom.js";

const MEBIBYTE = 2 ** 20;

class Files {
  constructor(box) {
    this.box = box;
    this.form = box.closest("form");
    this.words = box.dataset;
    this.rows = box.querySelector(".bring__rows");
    this.input = box.querySelector('input[type="file"]');
    this.input.removeAttribute("name"); // what is chosen goes up at once
    this.said = element("p", { class: "bring__said", role: "status" });
    this.faults = element("div", { class: "field__error", role: "alert" });
    this.input.after(this.said);
    this.input.before(this.faults);
    this.line = Promise.resolve();
    this.going = 0;
    for (const row of this.rows.children) this.dress(row);
    this.listen();
  }

  listen() {
    const { box, form, input } = this;
    input.addEventListener("change", () => {
      this.bring([...input.files]);
      input.value = "";
    });
    form.addEventListener("bring", ({ detail }) => this.bring(detail.files, detail.show));
    form.addEventListener("files", ({ detail }) => detail?.rows && this.takeOver(detail.rows));
    const over = (on) => (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      box.classList.toggle("bring--over", on);
    };
    form.addEventListener("dragover", over(true));
    form.addEventListener("dragleave", over(false));
    form.addEventListener("drop", (event) => {
      box.classList.remove("bring--over");
      if (event.defaultPrevented || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.bring([...event.dataTransfer.files]);
    });
    document.addEventListener("submit", (event) => this.hold(event), true); // before the editor
  }

  /** What is on its way must arrive before the form goes. */
  hold(event) {
    if (event.target !== this.form || !this.going || event.submitter?.dataset.aside) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.blame(this.words.wait);
  }

  blame(...sentences) {
    this.faults.replaceChildren(...sentences.map((one) => element("p", {}, one)));
  }

  has(id) {
    return this.rows.querySelector(`[data-file="${id}"]`);
  }

  /** One after the other, so that a slow line does not drop them all. */
  bring(files, show = false) {
    this.blame();
    for (const file of files) {
      if (this.rows.children.length >= this.words.most) {
        this.blame(this.words.tooMany.replace("{most}", this.words.most));
        break;
      }
      if (file.size > this.words.limit * MEBIBYTE) {
        this.fail(file, this.words.tooLarge.replace("{limit}", this.words.limit));
        continue;
      }
      this.going += 1;
      const row = this.waiting(file);
      this.rows.append(row.element);
      this.line = this.line.then(() => this.send(file, row, show));
    }
  }

  waiting(file) {
    const label = this.words.going.replace("{name}", file.name);
    const bar = element("progress", { max: 1, value: 0, "aria-label": label });
    const name = element("span", { class: "bring__name" }, element("bdi", {}, file.name));
    const row = { bar, element: element("li", { class: "bring__row" }, name, bar) };
    row.element.append(
      button(this.words.stop, () => {
        row.stopped = true;
        row.request?.abort();
      }),
    );
    return row;
  }

  send(file, row, show) {
    const request = new XMLHttpRequest(); // fetch tells no progress
    row.request = request;
    return new Promise((done) => {
      const data = new FormData();
      data.append("file", file, file.name || "image.png");
      request.open("POST", this.words.bring);
      request.setRequestHeader("X-CSRF-Token", this.form.elements.namedItem("csrf_token").value);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", ({ loaded, total }) => {
        row.bar.value = loaded / total;
      });
      request.addEventListener("loadend", () => {
        this.going -= 1;
        this.arrive(file, row, request, show);
        done();
      });
      if (row.stopped) request.dispatchEvent(new Event("loadend"));
      else request.send(data);
    });
  }

  arrive(file, row, { status, response }, show) {
    if (status === 200 && response?.row) {
      const made = this.rowOf(response.row);
      const known = this.has(made.dataset.file);
      if (known) row.element.remove();
      else row.element.replaceWith(made);
      if (!known) this.dress(made);
      this.said.textContent = this.words.there.replace("{name}", made.dataset.name);
      this.changed();
      if (show && "picture" in made.dataset) this.put(made);
      return;
    }
    row.element.remove();
    if (row.stopped) return;
    const large = status === 413 && this.words.tooLarge.replace("{limit}", this.words.limit);
    if (response?.said) this.blame(...this.sentences(), response.said);
    else this.fail(file, large || this.words.failed);
  }

  sentences() {
    return [...this.faults.children].map((one) => one.textContent);
  }

  fail(file, sentence) {
    this.blame(...this.sentences(), `“${file.name}”：${sentence}`);
  }

  rowOf(html) {
    const page = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html");
    return document.importNode(page.querySelector("li"), true);
  }

  /** A row of the list with buttons in place of the box that the form would send. */
  dress(row) {
    const { file, name } = row.dataset;
    const acts = row.querySelector(".bring__acts");
    const named = (label, act) => {
      const made = button(label, act);
      made.append(element("span", { class: "hidden-text" }, ` ${name}`));
      return made;
    };
    const parts = [];
    if ("picture" in row.dataset && this.form.querySelector('[data-behavior="editor"]')) {
      parts.push(named(this.words.insert, () => this.put(row)));
    }
    parts.push(
      named(this.words.remove, () => {
        row.remove();
        this.tell("unpicture", { id: file });
        this.changed();
        this.input.focus();
      }),
    );
    acts.replaceChildren(...parts);
  }

  put({ dataset }) {
    this.tell("picture", { id: dataset.file, name: dataset.name });
  }

  takeOver(html) {
    const page = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html");
    for (const row of page.querySelectorAll("li")) {
      if (this.has(row.dataset.file)) continue;
      const made = document.importNode(row, true);
      this.rows.append(made);
      this.dress(made);
    }
  }

  changed() {
    this.tell("files", {});
  }

  tell(name, detail) {
    this.form.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

for (const box of document.querySelectorAll('[data-behavior="files"]')) new Files(box);
