// The columns as Python packed them, made typed arrays; the strings stay bytes until one is asked for.

const NO_UNPACKER = "This browser cannot decompress data on its own (it has no DecompressionStream), so no operations are drawn here. " +
  "Chrome and Edge from 80 on, Firefox from 113 on and Safari from 16.4 on can.";

async function unpackedBytes() {
  const text = document.getElementById("packed").textContent;
  const compressed = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Numbers of a column: the lowest bytes of all of them come first. See reports/packing.py.
function numbersOf(bytes, column, Type) {
  const { count, width, delta, planes: [start] } = column;
  const found = new Type(count);
  let last = 0;
  for (let i = 0; i < count; i += 1) {
    let n = bytes[start + i];
    let unit = 256;
    for (let at = start + count + i, plane = 1; plane < width; plane += 1, at += count, unit *= 256) n += bytes[at] * unit;
    if (delta) {
      last += n % 2 ? -(n + 1) / 2 : n / 2;
      n = last;
    }
    found[i] = n;
  }
  return found;
}

const COLUMN_TYPES = {
  o: Uint8Array, f: Uint32Array, p: Uint32Array, k: Uint32Array, e: Uint32Array, v: Uint32Array, s: Uint32Array,
  q: Uint32Array, i: Uint32Array, epoch: Uint32Array, counter: Uint32Array, stat: Uint32Array,
};

// Times become seconds and milliseconds; a call that nobody answered lasted NaN.
function operationsOf(bytes, packed) {
  const ops = { n: packed.t.count, shown: null };
  for (const [name, Type] of Object.entries(COLUMN_TYPES)) ops[name] = numbersOf(bytes, packed[name], Type);
  ops.t = numbersOf(bytes, packed.t, Float64Array).map((micros) => micros / 1e6);
  ops.d = Float32Array.from(numbersOf(bytes, packed.d, Float64Array), (micros) => (micros ? (micros - 1) / 1000 : NaN));
  ops.longest = ops.d.reduce((most, ms) => (ms > most ? ms : most), 0);
  return ops;
}

// A page without its columns: everything else is drawn all the same.
const NO_BYTES = new Uint8Array(0);
const emptied = (value) => {
  if (value === null || typeof value !== "object") return value;
  if ("planes" in value) return { count: 0, width: 1, delta: false, planes: [0, 0] };
  if (Array.isArray(value)) return value.map(emptied);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, emptied(item)]));
};

class StringTable {
  constructor(bytes, packed) {
    this.ends = numbersOf(bytes, packed.lengths, Uint32Array);
    for (let i = 1; i < this.ends.length; i += 1) this.ends[i] += this.ends[i - 1];
    this.bytes = bytes.subarray(packed.utf8[0], packed.utf8[0] + packed.utf8[1]);
    this.length = this.ends.length;
    this.reader = new TextDecoder();
    this.known = [];
  }

  start(code) {
    return code ? this.ends[code - 1] : 0;
  }

  at(code) {
    this.known[code] ??= this.reader.decode(this.bytes.subarray(this.start(code), this.ends[code]));
    return this.known[code];
  }

  // The code of a text, or -1. Only strings as long as the text are compared.
  indexOf(text) {
    const wanted = new TextEncoder().encode(text);
    for (let code = 0; code < this.length; code += 1) {
      const start = this.start(code);
      if (this.ends[code] - start === wanted.length && wanted.every((byte, i) => this.bytes[start + i] === byte)) return code;
    }
    return -1;
  }
}
