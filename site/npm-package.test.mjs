// Bundles the npm package with esbuild, and uses it in headless Chromium. `bindings/node/build` must have built the package.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const data = new URL("../tests/data/", import.meta.url);
const key = (name) => readFileSync(new URL(`keys/${name}.pem`, data), "utf8");

async function bundle() {
  const result = await build({
    stdin: { contents: 'globalThis.protocol = { ...await import("../bindings/node/dist/index.js") };', resolveDir: new URL(".", import.meta.url).pathname },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return result.outputFiles[0].text;
}

test("the npm package works in a browser", async () => {
  const script = await bundle();
  const server = createServer((_, response) => response.end("<!doctype html><title>Test</title>"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.addScriptTag({ content: script, type: "module" });
    await page.waitForFunction(() => globalThis.protocol);
    const [vector] = JSON.parse(readFileSync(new URL("signatures.json", data), "utf8"));
    const found = await page.evaluate(
      async ({ vector, privateKey }) => {
        const { check, isAmount, sign } = globalThis.protocol;
        const { clientId, path, body, time } = vector;
        const { Signature } = await sign({ key: privateKey, clientId, path, body, time });
        const codes = check("Amount", '{"currency":"usd","value":"1"}').violations.map(({ code }) => code);
        const amount = { currency: "USD", value: 1 };
        return { codes, guards: [isAmount(amount), isAmount({})], lenient: check("Amount", { ...amount, value: "1" }, { policy: "lenient" }).valid, Signature };
      },
      { vector, privateKey: key(`${vector.key}.private`) },
    );
    assert.deepEqual(found, {
      codes: ["format", "type"],
      guards: [true, false],
      lenient: true,
      Signature: `algorithm=RSA256, keyVersion=1, signature=${encodeURIComponent(vector.signature)}`,
    });
  } finally {
    await browser.close();
    server.close();
  }
});
