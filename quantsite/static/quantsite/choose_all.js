"use strict";
// A box in the head of a table chooses all of its rows.
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.chooseAll) return;
  target.form.querySelectorAll(`[name="${target.dataset.chooseAll}"]`).forEach((one) => { one.checked = target.checked; });
});
