// <ol data-behavior="rank">: options are put in order by buttons or by dragging, and every move is
// said aloud. An option has no place until it is given one: an order that nobody chose is no answer.
// Without this module people write the numbers themselves.

class Ranking {
  constructor(list) {
    this.list = list;
    const wanted = list.closest("fieldset").querySelector("[data-wanted]");
    wanted.textContent = wanted.dataset.wanted; // it spoke of numbers to be written
    this.said = Object.assign(document.createElement("p"), { className: "hidden-text" });
    this.said.setAttribute("role", "status");
    list.after(this.said);
    list.classList.add("ranking--live");
    this.items = [...list.children].map((item) => this.dress(item));
    list.addEventListener("pointerdown", (event) => this.drag(event));
    this.ranked = this.items.filter((item) => item.box.value).sort((one, other) => one.box.value - other.box.value);
    this.show();
  }

  dress(row) {
    const item = { row, box: row.querySelector("input"), name: row.querySelector("label").textContent };
    item.box.type = "hidden";
    row.querySelector("label").removeAttribute("for");
    item.mark = Object.assign(document.createElement("span"), { className: "ranking__mark" });
    item.mark.setAttribute("aria-hidden", "true");
    row.prepend(item.mark);
    item.up = this.button(row, "↑", () => this.move(item, -1));
    item.down = this.button(row, "↓", () => this.move(item, 1));
    item.toggle = this.button(row, "", () => this.toggle(item));
    return item;
  }

  button(row, sign, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "ranking__act", textContent: sign });
    made.addEventListener("click", act);
    row.append(made);
    return made;
  }

  toggle(item) {
    const at = this.ranked.indexOf(item);
    if (at >= 0) this.ranked.splice(at, 1);
    else if (this.ranked.length < Number(this.list.dataset.most)) this.ranked.push(item);
    this.changed(item, item.toggle);
  }

  move(item, by) {
    const at = this.ranked.indexOf(item);
    this.put(item, at + by);
    this.changed(item, by < 0 ? item.up : item.down);
  }

  put(item, at) {
    const others = this.ranked.filter((one) => one !== item);
    if (others.length === this.ranked.length && others.length >= Number(this.list.dataset.most)) return;
    others.splice(Math.max(0, Math.min(at, others.length)), 0, item);
    this.ranked = others;
  }

  changed(item, button) {
    this.show();
    const goal = button?.hidden || button?.disabled ? item.toggle : button;
    goal?.focus();
    this.said.textContent = this.sentence(item);
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  sentence(item) {
    const place = this.ranked.indexOf(item) + 1;
    const words = place ? this.list.dataset.placed : this.list.dataset.left;
    return words.replace("{name}", item.name).replace("{place}", place).replace("{count}", this.ranked.length);
  }

  show() {
    const isFull = this.ranked.length >= Number(this.list.dataset.most);
    const rest = this.items.filter((item) => !this.ranked.includes(item));
    for (const item of [...this.ranked, ...rest]) {
      const at = this.ranked.indexOf(item);
      const isPlaced = at >= 0;
      item.box.value = isPlaced ? at + 1 : "";
      item.mark.textContent = isPlaced ? at + 1 : "–";
      item.row.classList.toggle("ranking__one--placed", isPlaced);
      item.up.hidden = item.down.hidden = !isPlaced;
      item.up.disabled = at === 0;
      item.down.disabled = at === this.ranked.length - 1;
      item.toggle.textContent = isPlaced ? "×" : "+";
      item.toggle.disabled = !isPlaced && isFull;
      for (const [button, words] of [[item.up, "up"], [item.down, "down"], [item.toggle, isPlaced ? "drop" : "pick"]]) {
        button.setAttribute("aria-label", this.list.dataset[words].replace("{name}", item.name));
      }
      this.list.append(item.row);
    }
  }

  /** From the mark of a row, with a finger or a mouse. */
  drag(event) {
    const item = this.items.find((one) => one.mark === event.target);
    if (!item) return;
    event.preventDefault();
    item.row.classList.add("ranking__one--held");
    const over = ({ clientY }) => {
      const others = this.ranked.filter((one) => one !== item);
      const at = others.filter(({ row }) => clientY > row.getBoundingClientRect().top + row.offsetHeight / 2).length;
      if (this.ranked[at] === item) return;
      this.put(item, at);
      this.show();
    };
    const done = () => {
      window.removeEventListener("pointermove", over);
      window.removeEventListener("pointerup", done);
      window.removeEventListener("pointercancel", done);
      item.row.classList.remove("ranking__one--held");
      this.changed(item, item.toggle);
    };
    // Not on the mark: a row that moves in the document lets go of the pointer.
    window.addEventListener("pointermove", over);
    window.addEventListener("pointerup", done);
    window.addEventListener("pointercancel", done);
  }
}

for (const list of document.querySelectorAll('[data-behavior="rank"]')) new Ranking(list);
