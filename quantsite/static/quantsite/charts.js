"use strict";
(() => {
  // Reports have one script with all figures; on pages each chart brings its own, also later (htmx).
  const together = document.getElementById("figures");
  const figures = together ? JSON.parse(together.textContent) : {};
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  const colour = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };

  function figure(id) {
    figures[id] ??= JSON.parse(document.getElementById(`${id}-figure`).textContent);
    return figures[id];
  }

  function themed(layout, width) {
    const narrow = width < 480;
    const axis = { gridcolor: colour("--grid"), linecolor: colour("--line"), zerolinecolor: colour("--soft"), automargin: true };
    const found = {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", hovermode: "x unified", ...layout,
      font: { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 12, color: colour("--soft") },
      margin: layout.margin ?? { l: narrow ? 40 : 52, r: 10, t: layout.annotations ? 26 : 10, b: 34 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal", font: { size: narrow ? 10.5 : 12 } },
      hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--line"), font: { color: colour("--ink") } },
    };
    for (const name of ["xaxis", "yaxis", "xaxis2", "yaxis2"]) {
      if (layout[name] || !name.endsWith("2")) found[name] = { ...axis, ...layout[name] };
    }
    if (layout.polar) {
      found.polar = { bgcolor: "rgba(0,0,0,0)" };
      for (const name of ["radialaxis", "angularaxis"]) found.polar[name] = { gridcolor: colour("--line"), linecolor: colour("--line"), ...layout.polar[name] };
      found.margin = { l: 70, r: 70, t: 30, b: 30 };
      found.hovermode = "closest";
    }
    for (const shape of found.shapes ?? []) if (shape.label) shape.label.font = { color: colour("--soft"), size: 11 };
    if (found.annotations) found.annotations = found.annotations.map((one) => ({ ...one, font: { color: colour("--ink") } }));
    if (found.hovermode && layout.annotations) found.hovermode = "closest";
    return found;
  }

  // Plotly reads tags in texts; here names are text. Templates are ours.
  function plain(one, key = "") {
    if (typeof one === "string") return key.endsWith("template") ? one : one.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    if (Array.isArray(one)) return typeof one[0] === "number" ? [...one] : one.map((part) => plain(part));
    if (one === null || typeof one !== "object") return one;
    return Object.fromEntries(Object.entries(one).map(([name, part]) => [name, plain(part, name)]));
  }

  // Dates as the page's language writes them; Plotly itself knows English alone.
  const names = (style, count, first) => Array.from({ length: count }, (_, i) => new Intl.DateTimeFormat("ko", { ...style, timeZone: "UTC" }).format(Date.UTC(...first(i))));
  globalThis.Plotly?.register({
    moduleType: "locale", name: "ko", dictionary: {},
    format: {
      days: names({ weekday: "long" }, 7, (i) => [2023, 0, 1 + i]), shortDays: names({ weekday: "short" }, 7, (i) => [2023, 0, 1 + i]),
      months: names({ month: "long" }, 12, (i) => [2023, i]), shortMonths: names({ month: "short" }, 12, (i) => [2023, i]),
      date: "%Y-%m-%d", year: "%Y", month: "%Y. %-m.", dayMonth: "%-m. %-d.", dayMonthYear: "%Y. %-m. %-d.",
    },
  });
  const locale = document.documentElement.lang;

  function draw(id) {
    const place = document.getElementById(id);
    const { data, layout } = figure(id);
    Plotly.react(place, plain(data), themed(plain(layout), place.clientWidth), { responsive: true, displayModeBar: false, locale });
    place.dataset.drawn = "yes";
  }

  // A chart may have states: what is chosen in its controls, joined by "|", names the traces and layout that replace its own.
  function controlled(controls) {
    const id = controls.dataset.controls;
    const own = figure(id);
    controls.hidden = false;
    controls.addEventListener("change", () => {
      const chosen = [...controls.querySelectorAll("select, input:checked")].map((one) => one.value).join("|");
      const { data = own.data, layout = {} } = own.states[chosen];
      const merged = { ...own.layout };
      for (const [name, part] of Object.entries(layout)) merged[name] = { ...merged[name], ...part };
      figures[id] = { ...own, data, layout: merged };
      draw(id);
      const details = document.querySelector(`details[data-of="${id}"]`);
      if (details.dataset.filled) { empty(details); fill(details); }
    });
  }

  // Charts are drawn when they come near the screen; all of them before printing.
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target.id); }
  }, { rootMargin: "600px" });

  function begin(root) {
    for (const place of root.querySelectorAll(".plot[id]")) {
      if (!together) delete figures[place.id];  // an earlier chart of this name is gone
      seen.observe(place);
    }
    for (const controls of root.querySelectorAll("[data-controls]")) controlled(controls);
    for (const details of root.querySelectorAll("details[data-of]")) {
      details.addEventListener("toggle", () => { if (details.open && !details.dataset.filled) fill(details); });
    }
  }

  const again = () => document.querySelectorAll("[data-drawn]").forEach((place) => draw(place.id));
  dark.addEventListener("change", again);
  document.addEventListener("quantsite:theme", again);
  document.addEventListener("htmx:beforeCleanupElement", ({ target }) => { if (target.dataset?.drawn) Plotly.purge(target); });
  addEventListener("beforeprint", () => document.querySelectorAll(".plot[id]").forEach((place) => draw(place.id)));

  // On paper nothing is folded away but the data of charts; afterwards it is as it was.
  const folded = new Set();
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([data-of], [open])").forEach((one) => {
    folded.add(one);
    one.open = true;
  }));
  addEventListener("afterprint", () => {
    folded.forEach((one) => { one.open = false; });
    folded.clear();
  });

  // Bars that lie have their names on the other axis.
  const upright = (one) => (one.orientation === "h" ? { ...one, x: one.y, y: one.x } : one);

  function rows(drawn) {
    const figure = { ...drawn, data: drawn.data.map(upright) };
    const [first] = figure.data;
    if (first.z) {
      const head = ["", ...figure.data.flatMap((one) => one.x.map((name) => (figure.data.length > 1 ? `${one.name}: ${name}` : name)))];
      return [head, ...first.y.map((name, i) => [name, ...figure.data.flatMap((one) => one.z[i])])];
    }
    if (first.labels) return [["", figure.layout.meta?.parent ?? "", figure.layout.meta?.value ?? ""], ...first.labels.map((name, i) => [name, first.parents?.[i] ?? "", first.values[i]])];
    if (first.theta) return [["", ...figure.data.map((one) => one.name)], ...first.theta.map((name, i) => [name, ...figure.data.map((one) => one.r[i])])];
    if (first.open) {
      const others = figure.data.slice(1);
      const head = [figure.first_column, ...(figure.layout.meta?.candle ?? ["open", "high", "low", "close"]), ...others.map((one) => one.name)];
      return [head, ...first.x.map((x, i) => [x, first.open[i], first.high[i], first.low[i], first.close[i], ...others.map((one) => one.y[i])])];
    }
    if (first.orientation === "h") return [["", ...figure.data.map((one) => one.name)], ...first.y.map((name, i) => [name, ...figure.data.map((one) => one.x[i])])];
    const named = (one) => one.hovertext ?? one.x;
    const together = figure.data.every((one) => one.x.length === first.x.length && one.x.every((x, i) => x === first.x[i]));
    if (!together) {
      const points = figure.data.flatMap((one) => one.x.map((x, i) => [one.name, x, one.y[i], one.hovertext ? one.hovertext[i] : ""]));
      const title = (name) => figure.layout[name]?.title?.text ?? "";
      return [["", title("xaxis") || figure.first_column, title("yaxis"), ""], ...points];
    }
    const head = [figure.first_column];
    const columns = [];
    for (const one of figure.data) {
      head.push(one.name); columns.push(one.y);
      if (one.error_y) { head.push(`${one.name}: ±`); columns.push(one.error_y.array); }
    }
    return [head, ...named(first).map((x, i) => [x, ...columns.map((column) => column[i])])];
  }

  const shown = (value) => (value === null || value === undefined ? "" : typeof value === "number" ? +value.toPrecision(10) : value);
  // A spreadsheet would take a text that begins with =, +, - or @ for a formula.
  const safe = (value) => (typeof value === "string" && /^[=+@\-\t\r]/.test(value) ? `'${value}` : String(shown(value)));
  const quoted = (value) => `"${safe(value).replaceAll('"', '""')}"`;

  function fill(details) {
    details.dataset.filled = "yes";
    const [head, ...body] = rows(figure(details.dataset.of));
    const table = document.createElement("table");
    const line = (cells, tag, to) => {
      const row = to.insertRow();
      for (const text of cells) { const cell = document.createElement(tag); cell.textContent = shown(text); row.append(cell); }
    };
    line(head, "th", table.createTHead());
    const inside = table.createTBody();
    body.forEach((cells) => line(cells, "td", inside));
    const link = document.createElement("a");
    link.textContent = "CSV";
    link.download = `${details.dataset.of}.csv`;
    link.href = URL.createObjectURL(new Blob([[head, ...body].map((cells) => cells.map(quoted).join(",")).join("\n")], { type: "text/csv" }));
    details.querySelector("summary").append(link);
    details.querySelector(".scroll").append(table);
  }

  function empty(details) {
    const link = details.querySelector("summary a");
    URL.revokeObjectURL(link.href);
    link.remove();
    details.querySelector("table").remove();
  }

  begin(document);
  document.addEventListener("htmx:load", ({ detail }) => { if (detail.elt !== document.body) begin(detail.elt); });
})();
