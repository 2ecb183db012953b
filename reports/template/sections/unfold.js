// Paper cannot be clicked: everything that is folded is printed open.

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
