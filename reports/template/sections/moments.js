// Times in tables that are buttons: the timeline goes to such a moment, whoever listens for it.

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.moment");
  if (!button) return;
  const second = Number(button.dataset.second);
  document.dispatchEvent(new CustomEvent("showmoment", { detail: { second } }));
});
