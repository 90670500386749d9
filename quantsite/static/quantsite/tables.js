"use strict";
(() => {
  const FEW = 8;  // rows that need no filter
  const rowsOf = (table) => [...table.tBodies[0].rows];
  const key = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const nothing = (text) => text === "–" || text === "";

  // Numbers by size, texts by alphabet, what is missing last.
  function order(one, two) {
    if (nothing(one) || nothing(two)) return nothing(one) - nothing(two);
    const [a, b] = [Number(one), Number(two)];
    return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(two) : a - b;
  }

  function sort(table, column, sign) {
    const rows = rowsOf(table).map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => (nothing(a) || nothing(b) ? order(a, b) : sign * order(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }

  function sortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        sort(table, column, up ? 1 : -1);
      });
    });
  }

  const named = (table, names) => [...table.tHead.rows[0].cells].flatMap((head, i) => (names.includes(head.textContent.trim()) ? [i] : []));

  function labelled(text, field, to) {
    const label = document.createElement("label");
    label.append(`${text} `, field);
    to.append(label);
    return field;
  }

  // One box searches the columns ticker and name; a select box for each of the other columns asked for.
  function filters(table, place) {
    const searched = named(table, ["ticker", "name"]);
    const chosen = named(table, ["side", "reason"]);
    if ((!searched.length && !chosen.length) || rowsOf(table).length < FEW) return;
    place.hidden = false;
    const heads = [...table.tHead.rows[0].cells].map((one) => one.textContent.trim());
    const box = document.createElement("input");
    box.type = "search";
    if (searched.length) labelled("Ticker or name", box, place);
    const selects = chosen.map((column) => {
      const select = document.createElement("select");
      select.add(new Option("all", ""));
      [...new Set(rowsOf(table).map((row) => key(row, column)))].sort().forEach((text) => select.add(new Option(text)));
      return [column, labelled(heads[column], select, place)];
    });
    const told = document.createElement("output");
    place.append(told);
    const apply = () => {
      const wanted = box.value.trim().toLowerCase();
      let count = 0;
      for (const row of rowsOf(table)) {
        const fits = (!wanted || searched.some((i) => row.cells[i].textContent.toLowerCase().includes(wanted)))
          && selects.every(([column, select]) => !select.value || key(row, column) === select.value);
        row.hidden = !fits;
        count += fits;
      }
      told.textContent = `${count} of ${rowsOf(table).length} rows`;
    };
    place.addEventListener("input", apply);
    apply();
  }

  // A box of limited height says which of its rows are seen.
  function tell(box, table, told) {
    told.hidden = box.scrollHeight <= box.clientHeight + 1;
    if (told.hidden) return;
    const { top, bottom } = box.getBoundingClientRect();
    const rows = rowsOf(table).filter((row) => !row.hidden);
    const places = rows.flatMap((row, i) => {
      const edges = row.getBoundingClientRect();
      const middle = (edges.top + edges.bottom) / 2;
      return middle > top + table.tHead.offsetHeight && middle < bottom ? [i + 1] : [];
    });
    const last = places.at(-1) ?? rows.length;
    told.textContent = `Rows ${places[0] ?? last} to ${last} of ${rows.length}${last < rows.length ? " · scroll for more" : ""}`;
  }

  for (const box of document.querySelectorAll(".tall")) {
    const table = box.querySelector("table");
    const told = box.parentElement.querySelector(".more");
    const again = () => tell(box, table, told);
    box.addEventListener("scroll", again, { passive: true });
    new ResizeObserver(again).observe(table);
  }

  for (const table of document.querySelectorAll("table[id]")) {
    const place = document.querySelector(`[data-filters="${table.id}"]`);
    if (place) filters(table, place);
    sortable(table);
  }
})();
