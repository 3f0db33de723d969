// The validator of miniprogram-protocol. `build` adds the module, the guards and the copy for CommonJS.
import { wasm } from "./wasm.js";

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** The capacity for the name of a type, which precedes the document in the buffer. */
const NAME_CAPACITY = 256;
/** A larger buffer is freed after each call. */
const KEPT_CAPACITY = 1024 * 1024;
/** The length of `{"valid":true,"violations":[]}`. */
const VALID_LENGTH = 30;
const MAX_POLICIES = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
let compiled;
let current;

/** An instance of the WebAssembly module, with a buffer for arguments. */
class Module {
  constructor() {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasm), (one) => one.charCodeAt(0)));
    this.exports = new WebAssembly.Instance(compiled).exports;
    this.bytes = new Uint8Array(this.exports.memory.buffer);
    this.address = 0;
    this.capacity = 0;
    this.name = "";
    this.policies = new Map();
  }

  /** Returns the memory, which is replaced when it grows. */
  memory() {
    if (this.bytes.byteLength === 0) this.bytes = new Uint8Array(this.exports.memory.buffer);
    return this.bytes;
  }

  reserve(length) {
    if (this.capacity >= length) return;
    this.release();
    const capacity = Math.max(length, 16 * 1024);
    const address = this.exports.mpp_alloc(capacity);
    if (address === 0) throw new RangeError("not enough memory for the document");
    this.address = address >>> 0;
    this.capacity = capacity;
  }

  release() {
    if (this.capacity > 0) this.exports.mpp_free(this.address);
    this.address = this.capacity = 0;
    this.name = "";
  }

  /** Writes text to the buffer, and returns its length in bytes. */
  write(text, offset) {
    if (typeof text === "string") {
      const isLong = text.length > KEPT_CAPACITY;
      this.reserve(offset + (isLong ? utf8Length(text) : text.length * 3));
      const start = this.address + offset;
      const target = this.memory().subarray(start, this.address + this.capacity);
      return isWellFormed(text) ? encoder.encodeInto(text, target).written : encodeSurrogates(text, target);
    }
    this.reserve(offset + text.byteLength);
    this.memory().set(text, this.address + offset);
    return text.byteLength;
  }

  writeName(name) {
    this.reserve(NAME_CAPACITY);
    if (this.name === name) return name.length;
    const target = this.memory().subarray(this.address, this.address + NAME_CAPACITY);
    const { written } = encoder.encodeInto(name, target);
    this.name = written === name.length ? name : "";
    return written;
  }

  /** Reads a result, and frees it. */
  read(address) {
    if (address === 0) throw new RangeError("not enough memory for the result");
    address >>>= 0;
    const bytes = this.memory();
    const length =
      (bytes[address] | (bytes[address + 1] << 8) | (bytes[address + 2] << 16) | (bytes[address + 3] << 24)) >>> 0;
    const start = address + 4;
    // The tenth byte of the report on a valid document is that of `true`.
    const isValid = length === VALID_LENGTH && bytes[start + 9] === 0x74;
    const text = isValid ? "" : decoder.decode(bytes.subarray(start, start + length));
    this.exports.mpp_free(address);
    return isValid ? { valid: true, violations: [] } : JSON.parse(text);
  }
}

/** Calls a function with the module. After a trap, the next call creates another module. */
function withModule(use) {
  current ??= new Module();
  try {
    return use(current);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      current = undefined;
      throw new Error("the validator ran out of memory", { cause: error });
    }
    throw error;
  }
}

const isWellFormed = (text) => (text.isWellFormed ? text.isWellFormed() : !/\p{Surrogate}/u.test(text));

/** Returns the length in UTF-8, in which a lone surrogate takes three bytes. */
function utf8Length(text) {
  let length = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) length += unit > 0x7ff ? 2 : 1;
    if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      index += 1;
    }
  }
  return length;
}

/** Encodes lone surrogates like other characters. The validator rejects them as malformed UTF-8. */
function encodeSurrogates(text, target) {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code >= 0xd800 && code <= 0xdfff) {
      target.set([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)], length);
      length += 3;
    } else {
      length += encoder.encodeInto(character, target.subarray(length, length + 4)).written;
    }
  }
  return length;
}

/** Returns the policy as JSON text, or the name of a policy of the module. */
function policyText(policy, edition) {
  if (policy === undefined || policy === "strict" || policy === "lenient") {
    if (edition === undefined) return policy ?? "strict";
    policy = { base: policy ?? "strict" };
  }
  if (typeof policy === "string" && edition === undefined) return policy;
  const object = typeof policy === "string" ? JSON.parse(policy) : policy;
  return JSON.stringify(edition === undefined ? object : { ...object, edition });
}

/** Returns the number of a policy in the module, and its limit on bytes. */
function findPolicy(module, policy, edition) {
  if (policy instanceof Policy) policy = policy.source;
  if (edition === undefined && (policy === undefined || policy === "strict")) return [0, DEFAULT_MAX_BYTES];
  if (edition === undefined && policy === "lenient") return [1, DEFAULT_MAX_BYTES];
  // Reports errors in a policy with their line and column before the edition is added.
  if (typeof policy === "string" && edition !== undefined) findPolicy(module, policy);
  const text = policyText(policy, edition);
  const known = module.policies.get(text);
  if (known !== undefined) return known;
  const length = module.write(text, NAME_CAPACITY);
  const result = module.read(module.exports.mpp_policy(module.address + NAME_CAPACITY, length));
  if (result.error) throw new PolicyError(result.error);
  const created = [result.policy, JSON.parse(text).maxBytes ?? DEFAULT_MAX_BYTES];
  if (module.policies.size >= MAX_POLICIES) {
    const [oldest, [number]] = module.policies.entries().next().value;
    module.exports.mpp_policy_free(number);
    module.policies.delete(oldest);
  }
  module.policies.set(text, created);
  return created;
}

/** An error in a policy, with its line and column in the JSON text. */
export class PolicyError extends Error {
  constructor({ message, line, column }) {
    super(message);
    this.name = "PolicyError";
    this.line = line;
    this.column = column;
  }
}

/** A policy that has been checked. */
export class Policy {
  constructor(policy = {}) {
    this.source = typeof policy === "string" ? policy : JSON.stringify(policy);
    withModule((module) => findPolicy(module, this.source));
    Object.freeze(this);
  }
}

/** The error that `assert` and `parse` throw. Its message contains no value of the document. */
export class ValidationError extends Error {
  constructor(type, { violations, tolerated }) {
    const shown = violations.slice(0, 3).map(({ path, message }) => `${path || "the document"} ${message}`);
    const more = violations.length - shown.length;
    super(`invalid ${type}: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`);
    this.name = "ValidationError";
    this.type = type;
    this.violations = violations;
    this.tolerated = tolerated;
  }
}

/** JSON with more levels than any policy allows. */
const TOO_DEEP = "[".repeat(200);

function serialize(value) {
  try {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError("the value has no representation in JSON");
    return text;
  } catch (error) {
    // A value that is nested too deeply for JSON.stringify is an invalid document.
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

function tooLong(maxBytes, bytes) {
  const message = `must be at most ${maxBytes} bytes (got ${bytes})`;
  const violation = { path: "", code: "maxBytes", message, params: { maxBytes, bytes } };
  return { valid: false, violations: [violation], tolerated: [] };
}

/** Validates a document: JSON as a string or bytes, or a value, which is written as JSON first. */
export function check(type, data, { policy, edition } = {}) {
  const isBytes = data instanceof Uint8Array;
  const isText = isBytes || typeof data === "string";
  const text = isText ? data : serialize(data);
  return withModule((module) => {
    const [number, maxBytes] = findPolicy(module, policy, edition);
    if (text.length > maxBytes) return tooLong(maxBytes, isBytes ? text.length : utf8Length(text));
    const length = module.write(text, NAME_CAPACITY);
    const nameLength = module.writeName(String(type));
    const { address } = module;
    const result = module.read(module.exports.mpp_check(address, nameLength, address + NAME_CAPACITY, length, number));
    if (module.capacity > KEPT_CAPACITY) module.release();
    if (result.error) throw new TypeError(`${result.error.message}: ${type}`);
    result.tolerated ??= [];
    if (!isText) {
      // The caller has no text to which a span could refer.
      for (const violation of result.violations) delete violation.span;
      for (const violation of result.tolerated) delete violation.span;
    }
    return result;
  });
}

/** Throws a ValidationError unless the document is valid. */
export function assert(type, data, options) {
  const result = check(type, data, options);
  if (!result.valid) throw new ValidationError(type, result);
}

/** Parses JSON, and throws a ValidationError unless the document is valid. */
export function parse(type, json, options) {
  assert(type, json, options);
  return JSON.parse(typeof json === "string" ? json : decoder.decode(json));
}

/** Returns whether a value, and not its JSON text, is a valid document. */
export function is(type, value, options) {
  const isObject = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
  return isObject && check(type, value, options).valid;
}

/** Returns the names of the types. */
export const types = () => withModule((module) => module.read(module.exports.mpp_types()));

/** Returns the version of the validator. */
export const version = () => withModule((module) => module.read(module.exports.mpp_version()).version);
