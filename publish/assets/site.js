// What makes pages handier, and what they do without: the IRI to the clipboard, the place on the page kept in the other language, "/" to search.

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.nextElementSibling.textContent = button.dataset.done;
  });
}

for (const link of document.querySelectorAll(".languages a")) {
  const keepPlace = () => Object.assign(link, { search: location.search, hash: location.hash });
  for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, keepPlace);
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable], .CodeMirror");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById("site-search").focus();
});
