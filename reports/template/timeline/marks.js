// What lies across the rows: axis, phases, faults, violations with their witnesses.

function drawAxis() {
  const step = axisStep();
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  for (let n = Math.ceil(view.from / step); n * step <= view.to; n += 1) {
    const x = Math.round(toX(n * step)) + 0.5;
    line(x, AXIS - 5, x, height, theme.line);
    small((n * step).toFixed(digits), x, AXIS - 12, theme.soft, "center");
  }
  line(0, AXIS + 0.5, view.width, AXIS + 0.5, theme.line);
  timeline.phases.forEach(([second, name], i) => {
    const next = timeline.phases[i + 1];
    const extent = clip(second, next ? next[0] : timeline.end);
    if (!extent) return;
    const x = Math.round(toX(second)) + 0.5;
    if (x >= 0) line(x, 0, x, height, theme.faint, 1, [2, 3]);
    label([name], extent, 10, theme.soft, { weight: 500 });
  });
}

// The stages of a fault: applying, active, healing. One that was never proven is all applying.
function stages(fault) {
  const proven = fault.proven ?? fault.heal_begin ?? fault.end;
  const healing = Math.max(fault.heal_begin ?? fault.end, proven);
  return [
    ["applying", fault.begin, proven],
    [fault.proven === null ? "unproven" : "active", proven, healing],
    ["healing", healing, fault.end],
  ].filter(([, start, end]) => end > start);
}

function shadeFaults() {
  for (const fault of data.faults) {
    for (const [stage, start, end] of stages(fault)) {
      const extent = clip(start, end);
      if (!extent) continue;
      if (stage === "active") {
        ctx.fillStyle = theme["fault-tint"];
        ctx.fillRect(extent[0], AXIS, extent[1], height - AXIS);
      } else hatch(extent, AXIS, height - AXIS, theme["fault-tint"], 6);
    }
  }
}

function drawFaults(row) {
  for (const fault of data.faults) {
    const y = row.y + 5 + fault.slot * (SLOT + 2);
    for (const [stage, start, end] of stages(fault)) {
      const extent = stage === "active" ? box(start, end, y, SLOT, theme.fault, 0) : clip(start, end);
      if (!extent || stage === "active") continue;
      ctx.fillStyle = theme.card;
      ctx.fillRect(extent[0], y, extent[1], SLOT);
      hatch(extent, y, SLOT, theme.fault, 4);
      drawn.shapes += 1;
    }
    const all = clip(fault.begin, fault.end);
    if (!all) continue;
    ctx.strokeStyle = theme.fault;
    ctx.lineWidth = 1;
    ctx.strokeRect(all[0] + 0.5, y + 0.5, all[1] - 1, SLOT - 1);
    const active = fault.proven === null ? null : clip(fault.proven, fault.heal_begin ?? fault.end);
    if (active) label(faultNames(fault), active, y + SLOT / 2, theme["fault-ink"]);
  }
}

function faultNames(fault) {
  const target = fault.targets.join(", ");
  return [`${fault.name} ${target}`, `${fault.effect} ${target}`, target, `#${fault.id}`];
}

function shadeViolations() {
  for (const { start, end } of violationStretches()) {
    const extent = clip(start, end);
    if (!extent) continue;
    ctx.fillStyle = theme["mark-tint"];
    ctx.fillRect(extent[0], AXIS, extent[1], height - AXIS);
    for (const x of new Set([toX(start), toX(end)])) line(x, AXIS, x, height, theme.mark, 1, [4, 3]);
    drawn.shapes += 1;
  }
}
