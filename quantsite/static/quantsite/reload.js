// A job goes on: the page is read again in a while, unless somebody has begun to choose something on it.
window.watching ??= setInterval(() => { if (!document.querySelector("input[type=checkbox]:checked")) location.reload(); }, 3000);
