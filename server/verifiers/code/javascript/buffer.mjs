/** `Buffer` of Node, as far as programs that read and print use it, and the coding of text. */

/** @param {{ encode(text: string): ArrayBuffer, decode(bytes: ArrayBuffer): string }} utf8 */
export function openBuffers(utf8) {
  const bytesOf = (text) => new Uint8Array(utf8.encode(text));
  const textOf = (bytes) => utf8.decode(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  function toBase64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
      text += letters[a >> 2] + letters[((a & 3) << 4) | ((b ?? 0) >> 4)];
      text +=
        b === undefined ? "==" : letters[((b & 15) << 2) | ((c ?? 0) >> 6)] + (c === undefined ? "=" : letters[c & 63]);
    }
    return text;
  }
  function fromBase64(text) {
    const digits = Array.from(text.replace(/[^A-Za-z0-9+/_-]/g, ""), (letter) =>
      letters.indexOf(letter === "-" ? "+" : letter === "_" ? "/" : letter),
    );
    const bytes = [];
    for (let at = 0; at + 1 < digits.length; at += 4) {
      const [a, b, c, d] = digits.slice(at, at + 4);
      bytes.push((a << 2) | (b >> 4));
      if (c !== undefined) bytes.push(((b & 15) << 4) | (c >> 2));
      if (d !== undefined) bytes.push(((c & 3) << 6) | d);
    }
    return bytes;
  }
  const characters = (bytes, mask) => Array.from(bytes, (byte) => String.fromCharCode(byte & mask)).join("");

  const write = {
    hex: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    base64: toBase64,
    base64url: (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
    latin1: (bytes) => characters(bytes, 255),
    binary: (bytes) => characters(bytes, 255),
    ascii: (bytes) => characters(bytes, 127),
    utf8: textOf,
    "utf-8": textOf,
  };
  const read = {
    hex: (text) => (text.match(/^(?:[0-9a-f]{2})*/i)[0].match(/../g) ?? []).map((pair) => parseInt(pair, 16)),
    base64: fromBase64,
    base64url: fromBase64,
    latin1: (text) => Array.from(text, (letter) => letter.charCodeAt(0) & 255),
    binary: (text) => Array.from(text, (letter) => letter.charCodeAt(0) & 255),
    ascii: (text) => Array.from(text, (letter) => letter.charCodeAt(0) & 255),
    utf8: bytesOf,
    "utf-8": bytesOf,
  };
  const coding = (table, name = "utf8") => {
    const found = table[String(name).toLowerCase()];
    if (!found) throw new TypeError(`Unknown encoding: ${String(name)}`);
    return found;
  };

  class Buffer extends Uint8Array {
    static from(value, encoding) {
      if (typeof value === "string") return new Buffer(coding(read, encoding)(value));
      return value instanceof ArrayBuffer ? new Buffer(value) : new Buffer(Array.from(value));
    }
    static alloc(size, fill) {
      const made = new Buffer(size);
      return fill === undefined ? made : made.fill(typeof fill === "string" ? fill.charCodeAt(0) : fill);
    }
    static allocUnsafe(size) {
      return new Buffer(size);
    }
    static concat(parts) {
      const made = new Buffer(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        made.set(part, at);
        at += part.length;
      }
      return made;
    }
    static isBuffer(value) {
      return value instanceof Buffer;
    }
    static byteLength(value, encoding) {
      return typeof value === "string" ? coding(read, encoding)(value).length : value.byteLength;
    }
    toString(encoding, start = 0, end = this.length) {
      return coding(write, encoding)(this.subarray(start, end));
    }
    toJSON() {
      return { type: "Buffer", data: Array.from(this) };
    }
    equals(other) {
      return this.length === other.length && this.every((byte, at) => byte === other[at]);
    }
    slice(start, end) {
      return this.subarray(start, end);
    }
    [Symbol.for("nodejs.util.inspect.custom")]() {
      const shown = write.hex(this.subarray(0, 50)).match(/../g) ?? [];
      const rest = this.length - shown.length;
      return `<Buffer${shown.map((pair) => ` ${pair}`).join("")}${rest > 0 ? ` ... ${rest} more byte${rest > 1 ? "s" : ""}` : ""}>`;
    }
  }

  class TextEncoder {
    encoding = "utf-8";
    encode(text = "") {
      return bytesOf(String(text));
    }
  }
  class TextDecoder {
    encoding = "utf-8";
    decode(bytes) {
      if (bytes === undefined) return "";
      return textOf(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes);
    }
  }
  return {
    Buffer,
    TextEncoder,
    TextDecoder,
    atob: (text) => characters(fromBase64(String(text)), 255),
    btoa: (text) => toBase64(read.latin1(String(text))),
  };
}
