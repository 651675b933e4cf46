// A WebAssembly module says how much memory it starts with, and may say how much it may ever have. Oxigraph's says no
// such thing, so a query could take all that the browser has. Here the limit is written into the module before it is compiled.
// https://webassembly.github.io/spec/core/binary/modules.html

const MEMORY_SECTION = 5;
const HEADER = 8;
const PAGES_PER_MEBIBYTE = 16;

/** Returns the module *bytes* with its one memory limited to *mebibytes*; the bytes as they are where they say a limit already. */
export function limitMemory(bytes, mebibytes) {
  let place = HEADER;
  while (place < bytes.length) {
    const [size, start] = readNumber(bytes, place + 1);
    if (bytes[place] === MEMORY_SECTION) {
      const [count, flags] = readNumber(bytes, start);
      if (count !== 1 || bytes[flags] !== 0) return bytes;
      const [least] = readNumber(bytes, flags + 1);
      const section = [1, 1, ...number(least), ...number(Math.max(least, mebibytes * PAGES_PER_MEBIBYTE))];
      return joined(bytes.subarray(0, place), [MEMORY_SECTION, ...number(section.length), ...section], bytes.subarray(start + size));
    }
    place = start + size;
  }
  return bytes;
}

/** Returns the LEB128 number at *place*, and the place behind it. */
function readNumber(bytes, place) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[place++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, place];
  }
}

function number(value) {
  return value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))];
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
