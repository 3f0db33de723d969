import assert from "node:assert/strict";
import { order } from "../bench/payloads.js";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { Policy, PolicyError, ValidationError, assert as assertValid, check, is, isAmount, parse } from "../dist/index.js";

const AMOUNT = '{"currency":"USD","value":"4990"}';
const codes = (report) => report.violations.map(({ code }) => code);

test("reports violations with spans", () => {
  assert.deepEqual(check("Amount", AMOUNT), {
    valid: false,
    violations: [
      {
        path: "/value",
        code: "type",
        message: "must be an integer, not a string",
        params: { expected: "integer", found: "string" },
        span: { offset: 26, length: 6, line: 1, column: 27 },
      },
    ],
    tolerated: [],
  });
  assert.equal("span" in check("Amount", JSON.parse(AMOUNT)).violations[0], false);
});

test("applies policies and editions", () => {
  const report = check("Amount", AMOUNT, { policy: "lenient" });
  assert.deepEqual([report.valid, report.tolerated[0].code], [true, "type"]);
  assert.equal(check("Amount", AMOUNT, { policy: { allow: ["amountAsString"] } }).valid, true);
  const policy = new Policy({ fields: { Amount: { value: { maximum: 5 } } } });
  assert.deepEqual(codes(check("Amount", { currency: "USD", value: 6 }, { policy })), ["maximum"]);
  for (const name of ["strict", "lenient"]) {
    assert.deepEqual(check("Amount", AMOUNT, { policy: new Policy(name) }), check("Amount", AMOUNT, { policy: name }));
  }
  const payment = JSON.stringify({ paymentId: "1" });
  const [other, v2] = ["mandiri", "v2"].map((edition) => check("NotifyPaymentRequest", payment, { edition }));
  assert.ok(other.violations.some(({ path }) => path === "/paymentCreateTime"));
  assert.ok(!v2.violations.some(({ path }) => path === "/paymentCreateTime"));
});

test("rejects invalid policies, types and values", () => {
  assert.throws(() => new Policy({ maxbytes: 1 }), (error) => error instanceof PolicyError && /maxBytes/.test(error.message));
  assert.throws(() => check("Amount", AMOUNT, { policy: "tolerant" }), PolicyError);
  assert.throws(() => check("Amount", AMOUNT, { policy: '{"a":\n', edition: "v1" }), (error) => error.line === 2);
  for (const type of ["amount", "", "__proto__", "A".repeat(1e6), undefined]) {
    assert.throws(() => check(type, AMOUNT), TypeError);
  }
  for (const value of [undefined, () => 1, 1n]) assert.throws(() => check("Amount", value), TypeError);
});

test("asserts, parses and guards", () => {
  const amount = { currency: "USD", value: 1 };
  assertValid("Amount", amount);
  assert.deepEqual(parse("Amount", Buffer.from(JSON.stringify(amount))), amount);
  assert.throws(() => parse("Amount", AMOUNT), (error) => {
    assert.equal(error.message, "invalid Amount: /value must be an integer, not a string");
    return error instanceof ValidationError && error.violations.length === 1;
  });
  assert.deepEqual([isAmount(amount), isAmount(JSON.stringify(amount)), isAmount(null), is("Amount", {})], [true, false, false, false]);
});

test("survives hostile input", () => {
  const syntax = ["syntax"];
  assert.deepEqual(codes(check("Order", "[".repeat(1_000_000))), syntax);
  assert.deepEqual(codes(check("Order", '{"a":'.repeat(100_000))), syntax);
  for (const surrogate of ["\ud800", "\udc00", "\udc00\ud800", "😀\ud800"]) {
    assert.deepEqual(codes(check("Amount", `{"currency":"USD","value":1,"a":"${surrogate}"}`)), syntax);
    assert.deepEqual(codes(check("Amount", { currency: "USD", value: 1, a: surrogate })), syntax);
  }
  assert.equal(check("Amount", '{"currency":"USD","value":1,"a":"😀é€"}').valid, true);
  for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], []]) {
    assert.deepEqual(codes(check("Amount", Uint8Array.from(bytes))), syntax);
  }
  const deep = [];
  for (let at = deep, level = 0; level < 100_000; level += 1) at.push((at = []));
  assert.equal(check("Order", deep).valid, false);
  const goods = `{"goods":[${"1,".repeat(1_500_000)}1]}`;
  assert.ok(codes(check("Order", goods)).includes("tooMany"));
  const long = check("Order", '"' + "é".repeat(40 << 20) + '"');
  assert.deepEqual(long.violations[0].params, { maxBytes: 64 << 20, bytes: (80 << 20) + 2 });
  assert.equal(check("Order", '"' + "a".repeat(300 << 20)).violations[0].code, "maxBytes");
  assert.deepEqual(check("Order", new Uint8Array(2 ** 31 + 1)).violations[0].params, { maxBytes: 64 << 20, bytes: 2 ** 31 + 1 });
  assert.equal(check("Amount", '{"currency":"USD","value":1}').valid, true);
});

test("does not grow the memory", () => {
  const text = JSON.stringify(order(10));
  const before = process.memoryUsage().external;
  for (let index = 0; index < 20_000; index += 1) {
    check("Order", text);
    check("Order", "{}", { policy: { maxViolations: index % 100 } });
  }
  assert.ok(process.memoryUsage().external - before < 8 << 20);
});

test("runs in workers, also in one that is terminated", async () => {
  const source = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(workerData.url).then(({ check }) => {
      for (;;) {
        for (let index = 0; index < 1000; index += 1) {
          if (check("Amount", '{"currency":"USD","value":-1}').violations[0].code !== "minimum") throw new Error();
        }
        parentPort.postMessage("done");
        if (!workerData.forever) break;
      }
    });`;
  const url = new URL("../dist/index.js", import.meta.url).href;
  const start = (forever) => new Worker(source, { eval: true, workerData: { url, forever } });
  const finished = (worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  const endless = start(true);
  await Promise.all([finished(endless), ...[1, 2, 3].map(() => finished(start(false)))]);
  await endless.terminate();
  assert.equal(check("Amount", AMOUNT).valid, false);
});
