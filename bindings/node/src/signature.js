// Signatures of requests and responses: RSA (PKCS #1 v1.5) with SHA-256, by WebCrypto.

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const DEFAULT_MAX_CLOCK_SKEW = 5 * 60 * 1000;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?:Z|([+-]\d{2}):?(\d{2}))$/;
const VISIBLE_PATH = /^\/[\x21-\x7e]*$/;
/** The algorithm identifier and version that precede a PKCS #1 key in PKCS #8. */
const PKCS8_HEAD = [2, 1, 0, 48, 13, 6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 1, 5, 0];

const encoder = new TextEncoder();

/** Returns WebCrypto, which is not a global object in Node 18. */
async function subtle() {
  // Bundlers for browsers do not find the name of the module.
  const name = ["node", "crypto"].join(":");
  const crypto = globalThis.crypto ?? (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)).webcrypto;
  return crypto.subtle;
}

/** The error in a signature. Its message contains no value of the message or of a key. */
export class SignatureError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "SignatureError";
    this.code = code;
  }
}

const malformedKey = () => new SignatureError("malformedKey", "malformed key: expected PEM or Base64-encoded DER");
const unsupportedKey = () =>
  new SignatureError("unsupportedKey", "unsupported key: an RSA key of 2048 to 8192 bits is required");

function decodeBase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const binary = atob(text);
  // Unused bits must be zero, so that every signature has one form.
  return btoa(binary) === text ? Uint8Array.from(binary, (one) => one.charCodeAt(0)) : undefined;
}

/** Returns the label and the content of a key in PEM, or in Base64 without a label. */
function decodeKey(encoded) {
  const pem = /^-----BEGIN ([A-Z ]+)-----([\s\S]*)-----END \1-----$/.exec(encoded.trim());
  const der = decodeBase64((pem ? pem[2] : encoded).replace(/\s+/g, ""));
  if (der === undefined || der.length === 0) throw malformedKey();
  return { label: pem?.[1], der };
}

/** Encodes an element of DER. */
function element(tag, content) {
  const length = [];
  for (let rest = content.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  const head = content.length < 128 ? [content.length] : [0x80 | length.length, ...length];
  return Uint8Array.from([tag, ...head, ...content]);
}

function checkKey({ algorithm }) {
  const { modulusLength, publicExponent } = algorithm;
  const exponent = Array.from(publicExponent).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  // With the exponent 1, signatures are trivial to forge.
  const isSupported = modulusLength >= 2048 && modulusLength <= 8192 && exponent > 1n && exponent < 1n << 33n;
  if (!isSupported || exponent % 2n === 0n) throw unsupportedKey();
}

async function importKey(format, der, usage) {
  const provider = await subtle();
  const key = await provider.importKey(format, der, ALGORITHM, true, [usage]).catch(() => {
    throw unsupportedKey();
  });
  checkKey(key);
  return key;
}

/** Reads a private key: PKCS #8 or PKCS #1 in PEM, or PKCS #8 in Base64. */
export async function importPrivateKey(encoded) {
  const { label = "PRIVATE KEY", der } = decodeKey(encoded);
  if (label === "RSA PRIVATE KEY") {
    return importKey("pkcs8", element(48, [...PKCS8_HEAD, ...element(4, der)]), "sign");
  }
  if (label !== "PRIVATE KEY") throw unsupportedKey();
  return importKey("pkcs8", der, "sign");
}

/** Reads a public key: SPKI in PEM or in Base64. */
export async function importPublicKey(encoded) {
  const { label = "PUBLIC KEY", der } = decodeKey(encoded);
  if (label !== "PUBLIC KEY") throw unsupportedKey();
  return importKey("spki", der, "verify");
}

const toBytes = (body) => (typeof body === "string" ? encoder.encode(body) : body);

/** Returns the bytes that are signed for a request or a response. */
export function signingInput(path, clientId, time, body) {
  const head = encoder.encode(`POST ${path}\n${clientId}.${time}.`);
  const content = toBytes(body);
  const input = new Uint8Array(head.length + content.length);
  input.set(head);
  input.set(content, head.length);
  return input;
}

/** Returns the milliseconds since 1970 of a time header, or `undefined` if it is malformed. */
function parseTime(text) {
  if (/^\d{13}$/.test(text)) return Number(text);
  const parts = DATE_TIME.exec(text);
  if (!parts) return undefined;
  const offset = parts[2] === undefined ? "Z" : `${parts[2]}:${parts[3]}`;
  const time = Date.parse(parts[1] + offset);
  return Number.isNaN(time) ? undefined : time;
}

const timeHeader = (kind) => (kind === "response" ? "Response-Time" : "Request-Time");

/** Signs a request, or the response to a request of the path. Returns the headers to send. */
export async function sign({ key, clientId, path, body, kind, time = new Date(), keyVersion = 1, pathPrefix = "" }) {
  // With a line feed in the path, the signature could also be valid for another message.
  if (!VISIBLE_PATH.test(path)) {
    throw new SignatureError("malformedPath", "the path must start with '/' and consist of visible ASCII characters");
  }
  if (!/^[\x21-\x7e]+$/.test(clientId)) throw new SignatureError("header", "the Client-Id header is malformed");
  const sent = typeof time === "string" ? time : time.toISOString();
  if (parseTime(sent) === undefined) throw new SignatureError("header", `the ${timeHeader(kind)} header is malformed`);
  const privateKey = typeof key === "string" ? await importPrivateKey(key) : key;
  const input = signingInput(pathPrefix + path, clientId, sent, body);
  const signature = new Uint8Array(await (await subtle()).sign(ALGORITHM, privateKey, input));
  const encoded = encodeURIComponent(btoa(String.fromCharCode(...signature)));
  return {
    "Content-Type": "application/json; charset=UTF-8",
    "Client-Id": clientId,
    [timeHeader(kind)]: sent,
    Signature: `algorithm=RSA256, keyVersion=${keyVersion}, signature=${encoded}`,
  };
}

/** Returns the value of a header. A header that appears more than once is an error. */
function header(headers, name) {
  const pairs = typeof headers.entries === "function" ? [...headers.entries()] : Object.entries(headers);
  const values = pairs
    .filter(([other, value]) => other.toLowerCase() === name.toLowerCase() && value !== undefined)
    .flatMap(([, value]) => value);
  if (values.length === 0) throw new SignatureError("header", `the ${name} header is missing`);
  if (values.length > 1) throw new SignatureError("header", `the ${name} header appears more than once`);
  return values[0].replace(/^[ \t]+|[ \t]+$/g, "");
}

function parseSignature(text) {
  const malformed = () => new SignatureError("header", "the Signature header is malformed");
  const known = new Map();
  for (const parameter of text.split(",").map((one) => one.replace(/^[ \t]+|[ \t]+$/g, ""))) {
    if (parameter === "") continue;
    const parts = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(\S+)$/.exec(parameter);
    if (!parts || (known.has(parts[1]) && /^(algorithm|keyVersion|signature)$/.test(parts[1]))) throw malformed();
    known.set(parts[1], parts[2]);
  }
  const [algorithm, version, signature] = ["algorithm", "keyVersion", "signature"].map((name) => known.get(name));
  if (signature === undefined) throw malformed();
  if (!/^(rsa256|sha256withrsa)$/i.test(algorithm ?? "RSA256")) {
    throw new SignatureError("header", "the Signature header has an unsupported value");
  }
  if (version !== undefined && (!/^\d+$/.test(version) || Number(version) > 0xffffffff)) throw malformed();
  return { signature, keyVersion: version === undefined ? undefined : Number(version) };
}

function decodeSignature(text) {
  if (!text.includes("%")) return decodeBase64(text);
  // URL encoding escapes every `+`, `/` and `=`, so a mixture of escaped and unescaped ones is malformed.
  if (/[+/=]/.test(text) || /%(?!2B|2F|3D)/i.test(text)) return undefined;
  return decodeBase64(decodeURIComponent(text));
}

/** Finds a key by client ID and version, or the one with the highest version. */
function findKey(keys, clientId, version) {
  const versions = Object.hasOwn(keys, clientId) ? keys[clientId] : undefined;
  if (versions === undefined) throw new SignatureError("unknownClient", "unknown client");
  const selected = version ?? Math.max(...Object.keys(versions).map(Number));
  if (!Object.hasOwn(versions, selected)) throw new SignatureError("unknownKey", "unknown key version");
  return { key: versions[selected], keyVersion: selected };
}

/** Verifies the signature of a request, or of the response to a request of the path. */
export async function verify({
  keys,
  headers,
  path,
  body,
  kind,
  now = new Date(),
  maxClockSkew = DEFAULT_MAX_CLOCK_SKEW,
  pathPrefix = "",
}) {
  const clientId = header(headers, "Client-Id");
  if (!/^[\x21-\x7e]+$/.test(clientId)) throw new SignatureError("header", "the Client-Id header is malformed");
  const name = timeHeader(kind);
  const time = header(headers, name);
  const sent = parseTime(time);
  if (sent === undefined) throw new SignatureError("header", `the ${name} header is malformed`);
  const parsed = parseSignature(header(headers, "Signature"));
  const { key, keyVersion } = findKey(keys, clientId, parsed.keyVersion);
  const publicKey = typeof key === "string" ? await importPublicKey(key) : key;
  const signature = decodeSignature(parsed.signature);
  const input = signingInput(pathPrefix + path, clientId, time, body);
  const matches = signature !== undefined && (await (await subtle()).verify(ALGORITHM, publicKey, signature, input));
  if (!matches) throw new SignatureError("mismatch", "signature mismatch");
  if (Math.abs(sent - Number(now)) > maxClockSkew) {
    throw new SignatureError("clockSkew", "the message time is outside the allowed clock skew");
  }
  return { clientId, keyVersion, time: new Date(sent) };
}
