"use strict";
(() => {
  const root = document.documentElement;
  const YEAR = 31536000;

  document.querySelector("button.theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax`;
    document.dispatchEvent(new Event("quantsite:theme"));
  });

  const menu = document.querySelector("button.menu");
  menu.addEventListener("click", () => menu.setAttribute("aria-expanded", String(menu.getAttribute("aria-expanded") !== "true")));

  // Whatever htmx puts into the dialog opens it.
  const dialog = document.getElementById("dialog");
  document.addEventListener("htmx:afterSwap", ({ detail }) => { if (detail.target.id === "dialog-body" && !dialog.open) dialog.showModal(); });
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });

  // A request that failed is told; nothing is swallowed.
  function tell(text) {
    const place = document.createElement("p");
    place.className = "toast";
    place.setAttribute("role", "alert");
    place.textContent = text;
    document.body.append(place);
    setTimeout(() => place.remove(), 8000);
  }
  document.addEventListener("htmx:responseError", ({ detail }) => tell(`${detail.xhr.status} ${detail.xhr.statusText}`));
  document.addEventListener("htmx:sendError", () => tell(document.body.dataset.silent));

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
  });

  // Found instruments disappear when the search is left.
  const found = document.getElementById("found");
  document.addEventListener("click", ({ target }) => { if (found && !target.closest(".search")) found.replaceChildren(); });
  document.addEventListener("keydown", ({ key }) => { if (found && key === "Escape") found.replaceChildren(); });

  // Arrow keys walk from the box through what was found, and back.
  const search = document.querySelector(".search");
  search?.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [search.querySelector("input"), ...search.querySelectorAll("#found a")];
    const place = stops.indexOf(document.activeElement);
    if (!step || place < 0) return;
    event.preventDefault();
    stops[(place + step + stops.length) % stops.length].focus();
  });

  // <button data-copy="#id"> copies the text of an element.
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-copy]");
    if (button) navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  });
})();
