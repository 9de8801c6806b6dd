// A table inside the editor: making one, and adding or taking away rows and columns.

import { element } from "./dom.js";

const cell = (name) => element(name, {}, element("br"));

/** A table with a heading row; `rows` counts the others. */
export function makeTable(rows, columns) {
  const table = element("table");
  const row = (parent, name) => {
    const made = parent.appendChild(element("tr"));
    for (let column = 0; column < columns; column += 1) made.append(cell(name));
  };
  row(table.appendChild(element("thead")), "th");
  const body = table.appendChild(element("tbody"));
  for (let index = 0; index < rows; index += 1) row(body, "td");
  return table;
}

/** Change the table around `at` (a td or th); → the cell to stand in, or the line left of it. */
export function changeTable(at, change) {
  const table = at.closest("table");
  const row = at.parentElement;
  const index = at.cellIndex;
  const rows = [...table.rows];
  if (change === "rowAdd") {
    const fresh = element("tr");
    for (const old of row.cells) {
      const made = cell("td");
      if (old.colSpan > 1) made.colSpan = old.colSpan;
      fresh.append(made);
    }
    const body = table.tBodies[0] || table.appendChild(element("tbody"));
    if (row.parentElement.localName === "thead") body.prepend(fresh);
    else row.after(fresh);
    return fresh.cells[index];
  }
  if (change === "columnAdd") {
    for (const one of rows) {
      const beside = one.cells[Math.min(index, one.cells.length - 1)];
      beside.after(cell(beside.localName));
    }
    return row.cells[index + 1];
  }
  if (change === "rowRemove" && rows.length > 1) {
    const next = rows[rows.indexOf(row) + 1] || rows[rows.indexOf(row) - 1];
    row.remove();
    return next.cells[Math.min(index, next.cells.length - 1)];
  }
  if (change === "columnRemove" && row.cells.length > 1) {
    for (const one of rows) one.cells[index]?.remove();
    return row.cells[Math.min(index, row.cells.length - 1)];
  }
  const line = element("p", {}, element("br"));
  table.replaceWith(line);
  return line;
}
