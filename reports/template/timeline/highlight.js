// Calls that have the key, the session or the zxid of the pinned one stand out from all others.

// {key, session, zxid}: one of them a code or, for zxid, a text, the others null. Null where nothing is highlighted.
let highlight = null;
let alike = 0;

const KINDS = { key: "k", session: "q", zxid: "" };

const isHighlighted = (ops, i) => ops.marked[i] === 1;

function markLike() {
  const wanted = same && exemplar()?.[same];
  const code = wanted && same !== "zxid" ? timeline.strings.indexOf(wanted) : wanted;
  highlight = wanted ? { key: null, session: null, zxid: null, [same]: code } : null;
  alike = 0;
  for (const { operations: ops } of timeline.lanes) {
    ops.marked = new Uint8Array(highlight ? ops.n : 0);
    if (highlight) markIn(ops, same === "zxid" ? ofZxid(ops, wanted) : (i) => ops[KINDS[same]][i] === code);
  }
  figure.dataset.alike = alike;
}

function markIn(ops, isLike) {
  for (let i = 0; i < ops.n; i += 1) {
    if (!isLike(i)) continue;
    ops.marked[i] = 1;
    if (isShown(ops, i)) alike += 1;
  }
}

function ofZxid(ops, text) {
  const zxid = BigInt(text);
  const [epoch, counter] = [Number(zxid >> 32n), Number(zxid & 0xffffffffn)];
  return (i) => ops.counter[i] === counter && ops.epoch[i] === epoch;
}
