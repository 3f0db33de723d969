// Writes samples.ts: every valid sample must be assignable to its type, and wrong values must not be.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const samples = [];
// The table in the README of the payloads lists the type of each file.
const payloads = "examples/payloads/";
const rows = readFileSync(`${payloads}README.md`, "utf8").matchAll(/^\| `(valid\/.*)` \| (\w+) \|$/gm);
for (const [, file, type] of rows) {
  const text = readFileSync(payloads + file, "utf8");
  // Split at LF only: strings may contain other separators of lines.
  const documents = file.endsWith(".ndjson") ? text.split("\n").filter(Boolean) : [text];
  samples.push(...documents.map((json) => ({ type, json })));
}
if (samples.length === 0) throw new Error("no payloads");
for (const file of readdirSync("tests/conformance").filter((file) => file.endsWith(".json"))) {
  const { type, vectors } = JSON.parse(readFileSync(`tests/conformance/${file}`));
  const valid = vectors.filter((vector) => vector.violations.length === 0 && !vector.needs);
  // A few vectors of each field are enough, because the compiler is slow.
  const counts = new Map();
  for (const { field, json } of valid) {
    counts.set(field, (counts.get(field) ?? 0) + 1);
    if (counts.get(field) <= 3) samples.push({ type, json });
  }
}

const wrong = [
  ["OsType", '"SYMBIAN"'],
  ["Amount", '{ currency: "usd", value: 1 }'],
  ["Amount", '{ currency: "USD", value: "1" }'],
  ["Amount", '{ currency: "USD" }'],
  ["Message", "null"],
  ["User", '{ userId: "1", gender: "X" }'],
  ["User", '{ userId: "1", userAddresses: {} }'],
  ["ContactInfo", '{ contactType: 1, contactNo: "1" }'],
];
const types = new Set([...samples.map(({ type }) => type), ...wrong.map(([type]) => type)]);
const lines = [`import type { ${[...types].join(", ")} } from "./miniprogram-protocol.js";`];
samples.forEach(({ type, json }, index) => {
  lines.push(`export const sample${index}: ${type} = ${JSON.stringify(JSON.parse(json))};`);
});
wrong.forEach(([type, literal], index) => {
  lines.push(`// @ts-expect-error`, `export const wrong${index}: ${type} = ${literal};`);
});
writeFileSync("samples.ts", lines.join("\n") + "\n");
console.log(`${samples.length} samples, ${wrong.length} wrong values`);
