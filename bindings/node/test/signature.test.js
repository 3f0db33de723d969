import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { importPrivateKey, importPublicKey, sign, signingInput, verify } from "../dist/index.js";

const data = new URL("../../../tests/data/", import.meta.url);
const vectors = JSON.parse(readFileSync(new URL("signatures.json", data), "utf8"));
const key = (name) => readFileSync(new URL(`keys/${name}.pem`, data), "utf8");
const publicKey = (vector) => key(`${vector.key}.public`);
const base64 = (pem) => pem.replace(/-----.*-----/g, "");

function message(vector, signature = encodeURIComponent(vector.signature)) {
  const { clientId, path, body, time } = vector;
  const headers = { "client-id": clientId, "request-time": time, signature: `algorithm=RSA256, keyVersion=1, signature=${signature}` };
  const now = /^\d+$/.test(time) ? Number(time) : new Date(time.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return { keys: { [clientId]: { 1: publicKey(vector) } }, headers, path, body, now };
}

test("signs and verifies the vectors made by OpenSSL", async () => {
  for (const vector of vectors) {
    const { clientId, path, body, time } = vector;
    assert.equal(new TextDecoder().decode(signingInput(path, clientId, time, body)), vector.content);
    const verified = await verify(message(vector));
    assert.deepEqual([verified.clientId, verified.keyVersion], [clientId, 1]);
    await verify(message(vector, vector.signature));
    const headers = await sign({ key: key(`${vector.key}.private`), clientId, path, body, time });
    assert.equal(headers.Signature, `algorithm=RSA256, keyVersion=1, signature=${encodeURIComponent(vector.signature)}`);
  }
});

test("reads keys in PKCS #1 and in Base64", async () => {
  const [vector] = vectors;
  const { clientId, path, body, time } = vector;
  for (const encoded of [key("first.pkcs1"), base64(key("first.private"))]) {
    const headers = await sign({ key: await importPrivateKey(encoded), clientId, path, body, time });
    assert.match(headers.Signature, new RegExp(`${encodeURIComponent(vector.signature).replaceAll(".", "\\.")}$`));
  }
  await verify({ ...message(vector), keys: { [clientId]: { 1: await importPublicKey(base64(key("first.public"))) } } });
});

test("rejects keys of other types and sizes", async () => {
  for (const name of ["rsa1024", "ec"]) {
    await assert.rejects(importPublicKey(key(`${name}.public`)), { code: "unsupportedKey" });
    await assert.rejects(importPrivateKey(key(`${name}.private`)), { code: "unsupportedKey" });
  }
  await assert.rejects(importPublicKey(key("first.pkcs1.public")), { code: "unsupportedKey" });
  for (const encoded of ["", "-", "AAA", "-----BEGIN PUBLIC KEY-----\n#\n-----END PUBLIC KEY-----"]) {
    await assert.rejects(importPublicKey(encoded), { code: "malformedKey" });
  }
});

test("rejects messages that were changed", async () => {
  const original = message(vectors[0]);
  const changes = [
    [{ body: `${original.body} ` }, "mismatch"],
    [{ path: `${original.path}?` }, "mismatch"],
    [{ keys: {} }, "unknownClient"],
    [{ keys: { [vectors[0].clientId]: { 2: publicKey(vectors[0]) } } }, "unknownKey"],
    [{ now: Number(original.now) + 300_001 }, "clockSkew"],
    [{ headers: {} }, "header"],
    [{ headers: { ...original.headers, "Client-Id": "2" } }, "header"],
    [{ headers: { ...original.headers, signature: "algorithm=none, signature=AA==" } }, "header"],
    [{ headers: { ...original.headers, signature: `signature=${vectors[0].signature.replace("=", "%3D")}` } }, "mismatch"],
  ];
  for (const [change, code] of changes) await assert.rejects(verify({ ...original, ...change }), { code });
});

test("does not sign a path with a line feed", async () => {
  const options = { key: key("first.private"), clientId: "C", body: "{}", path: "/a\nC" };
  await assert.rejects(sign(options), { code: "malformedPath" });
});

test("verifies signed responses", async () => {
  const { path, body } = vectors[0];
  const headers = await sign({ key: key("first.private"), clientId: "C", path, body, kind: "response" });
  const keys = { C: { 1: key("first.public") } };
  await verify({ keys, headers: new Headers(headers), path, body: Buffer.from(body), kind: "response" });
  await assert.rejects(verify({ keys, headers, path, body }), { code: "header" });
});
