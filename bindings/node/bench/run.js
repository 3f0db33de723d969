// Compares the time of a check with that of JSON.parse and ajv: `node bench/run.js`.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { check } from "../dist/index.js";
import { order } from "./payloads.js";

const schema = JSON.parse(readFileSync(new URL("../../../schema/Order.json", import.meta.url), "utf8"));
const start = performance.now();
const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false });
addFormats(ajv);
const validate = ajv.compile(schema);
const ajvStart = performance.now() - start;
const before = performance.now();
check("Order", "{}");
const checkStart = performance.now() - before;

const CALLS = 500;

/** Returns the CPU time of a call in microseconds: the median of several batches. */
function measure(call) {
  const times = [];
  for (let batch = 0; batch < 20; batch += 1) {
    const begin = process.cpuUsage();
    for (let index = 0; index < CALLS; index += 1) call();
    const { user, system } = process.cpuUsage(begin);
    times.push((user + system) / CALLS);
  }
  return times.sort((a, b) => a - b)[times.length >> 1].toFixed(1);
}

console.log("| payload | JSON.parse | check, bytes | check, string | JSON.parse + ajv |\n|---|---|---|---|---|");
for (const [name, goods, invalid] of [["order, 1 item", 1], ["order, 10 items", 10], ["order, 100 items", 100], ["order, 10 items, 20 violations", 10, true]]) {
  const text = JSON.stringify(order(goods, invalid));
  const bytes = new TextEncoder().encode(text);
  const times = [() => JSON.parse(text), () => check("Order", bytes), () => check("Order", text), () => validate(JSON.parse(text))];
  console.log(`| ${name}, ${bytes.length} bytes | ${times.map((call) => `${measure(call)} µs`).join(" | ")} |`);
}
console.log(`\nFirst check: ${checkStart.toFixed(1)} ms; ajv compiles one schema in ${ajvStart.toFixed(1)} ms.`);
