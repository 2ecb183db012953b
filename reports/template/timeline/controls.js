// Buttons, fields, and what other parts of the page ask of the timeline.

const ZOOMS = {
  in: () => zoomAt(view.width / 2, 0.5),
  out: () => zoomAt(view.width / 2, 2),
  home: () => show(...timeline.home),
  all: () => show(...whole),
  selection: () => selection && show(selection.from, selection.to),
};

const DEEDS = {
  select: () => setSelecting(!selecting),
  unselect: clearSelection,
  leave: leaveViolation,
  keys: () => document.getElementById("keys").showModal(),
  "close-keys": () => document.getElementById("keys").close(),
};

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  await copyText(button, source ? source.textContent : "", () => {
    // Some browsers refuse this to a local file: select the text, so that the keyboard can copy it.
    getSelection().selectAllChildren(source);
    return "Press Ctrl+C";
  });
}

// A link tells the view of this moment, not the one that was last written into the address.
async function copyLink(button) {
  write(false);
  await copyText(button, location.href, () => "It is in the address bar");
}

async function copyText(button, text, otherwise) {
  button.dataset.text ??= button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = otherwise();
  }
  setTimeout(() => { button.textContent = button.dataset.text; }, 2000);
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  const { copy: source, zoom, violation, step, alone: wanted, type, clear, do: deed, pin: pinDeed } = button.dataset;
  if (source) copy(button);
  else if (deed === "link") copyLink(button);
  else if (zoom) ZOOMS[zoom]();
  else if (violation) {
    visit(Number(violation));
    figure.scrollIntoView({ block: "start" });
    canvas.focus({ preventScroll: true });
  } else if (step) visitNext(Number(step));
  else if (wanted) showAlone(wanted === "yes");
  else if (type) toggleType(Number(type));
  else if (clear) clearFilters();
  else if (deed) DEEDS[deed]();
  else if (pinDeed) onPinButton(button);
}

function listen() {
  listenPointer();
  listenMinimap();
  listenKeys();
  document.addEventListener("click", onClick);
  bar.addEventListener("input", onFilterInput);
  document.addEventListener("showmoment", (event) => {
    showMoment(event.detail.second);
    figure.scrollIntoView({ block: "start" });
  });
  addEventListener("hashchange", onFragment);
}
