import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { check, types } from "../dist/index.js";

const directory = new URL("../../../tests/conformance/", import.meta.url);
const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
const sort = (violations) => violations.map(({ path, code }) => `${path} ${code}`).sort();

test("finds the violations of the conformance suite", () => {
  let count = 0;
  for (const file of files) {
    const { type, vectors } = JSON.parse(readFileSync(new URL(file, directory), "utf8"));
    for (const { json, violations, about } of vectors) {
      const report = check(type, json);
      assert.deepEqual(sort(report.violations), sort(violations), `${type}: ${about}`);
      assert.equal(report.valid, violations.length === 0);
      count += 1;
    }
  }
  assert.ok(count > 30_000, `${count} vectors`);
});

test("finds the same violations in bytes and values", () => {
  for (const file of ["Order.json", "User.json"]) {
    const { type, vectors } = JSON.parse(readFileSync(new URL(file, directory), "utf8"));
    for (const { json, violations, needs, about } of vectors) {
      assert.deepEqual(sort(check(type, Buffer.from(json)).violations), sort(violations), about);
      // A string is JSON text, not a value.
      if (needs || typeof JSON.parse(json) === "string") continue;
      assert.deepEqual(sort(check(type, JSON.parse(json)).violations), sort(violations), about);
    }
  }
});

test("has one conformance file per type", () => {
  assert.deepEqual(files.map((name) => name.replace(".json", "")).sort(), types().sort());
});

test("can be required", () => {
  const required = createRequire(import.meta.url)("../dist/index.cjs");
  assert.equal(required.isAmount({ currency: "USD", value: 1 }), true);
  assert.equal(typeof required.sign, "function");
});
