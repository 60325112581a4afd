"use strict";
// Sorts and filters the tables; without it the page is the same, unsorted and unfiltered.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, body, head));
  }
}
function sort(table, body, head) {
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[head.cellIndex].dataset.sort ?? row.cells[head.cellIndex].textContent.trim();
  const collator = new Intl.Collator(undefined, { numeric: true });
  const rows = [...body.rows].map((row) => [key(row), row]);
  // What has no value comes last, whichever way.
  rows.sort(([a], [b]) => (a === "") - (b === "") || (down ? -1 : 1) * compare(collator, a, b));
  body.append(...rows.map(([, row]) => row));
}
function compare(collator, a, b) {
  const difference = Number(a) - Number(b);
  return a !== "" && b !== "" && !Number.isNaN(difference) ? difference : collator.compare(a, b);
}
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
for (const box of document.querySelectorAll(".filter")) {
  const input = box.querySelector("input");
  const count = box.querySelector("output");
  const rows = [...document.getElementById(input.getAttribute("aria-controls")).tBodies[0].rows];
  const texts = rows.map((row) => fold(row.textContent));
  box.hidden = false;
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/);
    let shown = 0;
    rows.forEach((row, n) => {
      row.hidden = !words.every((word) => texts[n].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = input.value ? `${shown} of ${rows.length}` : "";
  });
}
