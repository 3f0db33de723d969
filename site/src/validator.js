// The WebAssembly module, whose functions bindings/wasm/README.md describes.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NO_MEMORY = "there is not enough memory for the document";

/** Encodes text as UTF-8. Lone surrogates are encoded as well, because the validator must reject them. */
export function encode(text) {
  const isWellFormed = text.isWellFormed ? text.isWellFormed() : !/\p{Surrogate}/u.test(text);
  if (isWellFormed) return encoder.encode(text);
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code >= 0xd800 && code <= 0xdfff) {
      bytes.set([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)], length);
      length += 3;
    } else {
      length += encoder.encodeInto(character, bytes.subarray(length)).written;
    }
  }
  return bytes.subarray(0, length);
}

/** Converts sorted offsets in UTF-8 to offsets in a string. */
function toStringOffsets(text, offsets) {
  const result = new Map();
  let bytes = 0;
  let index = 0;
  for (const offset of offsets) {
    while (bytes < offset && index < text.length) {
      const code = text.codePointAt(index);
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      index += code < 0x10000 ? 1 : 2;
    }
    result.set(offset, index);
  }
  return result;
}

/** Adds `from` and `to`, offsets in the text, to violations. */
function locate(text, byteLength, violations) {
  const isAscii = byteLength === text.length;
  const spans = violations.map(({ span }) => span ?? { offset: 0, length: 0 });
  const offsets = isAscii ? [] : spans.flatMap(({ offset, length }) => [offset, offset + length]);
  const known = toStringOffsets(text, offsets.sort((left, right) => left - right));
  return violations.map((violation, index) => {
    const { offset, length } = spans[index];
    const [from, to] = [offset, offset + length].map((one) => (isAscii ? one : known.get(one)));
    return { ...violation, from, to };
  });
}

export class Validator {
  constructor(module) {
    this.module = module;
    this.start();
  }

  start() {
    this.exports = new WebAssembly.Instance(this.module).exports;
    this.policy = { key: "", handles: [], number: 0 };
  }

  write(bytes) {
    if (bytes.length === 0) return 0;
    const address = this.exports.mpp_alloc(bytes.length) >>> 0;
    if (address === 0) throw new RangeError(NO_MEMORY);
    new Uint8Array(this.exports.memory.buffer).set(bytes, address);
    return address;
  }

  /** Calls a function with texts, each as an address and a length, and returns its result. */
  call(name, texts, { before = [], after = [] } = {}) {
    try {
      const addresses = texts.map((text) => this.write(text));
      const inputs = texts.flatMap((text, index) => [addresses[index], text.length]);
      const result = this.exports[name](...before, ...inputs, ...after) >>> 0;
      if (result === 0) throw new RangeError(NO_MEMORY);
      const length = new DataView(this.exports.memory.buffer).getUint32(result, true);
      const json = decoder.decode(new Uint8Array(this.exports.memory.buffer, result + 4, length));
      for (const address of [...addresses.filter(Boolean), result]) this.exports.mpp_free(address);
      return JSON.parse(json);
    } catch (error) {
      // After a trap, the memory of the instance is not usable.
      this.start();
      throw error;
    }
  }

  /** Selects a policy: `strict`, `lenient`, or the TOML of a policy file. Throws the error in it. */
  setPolicy(name, toml, edition) {
    const key = JSON.stringify([name, toml, edition]);
    if (this.policy.key === key) return;
    for (const handle of this.policy.handles) this.exports.mpp_policy_free(handle);
    this.policy = { key: "", handles: [], number: name === "lenient" ? 1 : 0 };
    const create = (...call) => {
      const { policy, error } = this.call(...call);
      if (error) throw new PolicyError(error);
      this.policy.handles.push(policy);
      this.policy.number = policy;
    };
    if (name === "custom") create("mpp_policy_toml", [encode(toml)]);
    if (edition) create("mpp_policy_edition", [encode(edition)], { before: [this.policy.number] });
    this.policy.key = key;
  }

  /** Validates a document. Violations are in the order of the text. */
  check(type, text) {
    const bytes = encode(text);
    const report = this.call("mpp_check", [encode(type), bytes], { after: [this.policy.number] });
    if (report.error) throw new Error(report.error.message);
    const all = [
      ...report.violations.map((one) => ({ ...one, tolerated: false })),
      ...(report.tolerated ?? []).map((one) => ({ ...one, tolerated: true })),
    ];
    const violations = locate(text, bytes.length, all);
    violations.sort((left, right) => left.from - right.from);
    return { valid: report.valid, violations };
  }
}

export class PolicyError extends Error {
  constructor({ line, column, message }) {
    super(line === undefined ? message : `line ${line}, column ${column}: ${message}`);
    this.line = line;
  }
}
