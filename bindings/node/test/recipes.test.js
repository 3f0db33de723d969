// Runs the recipes of the README, with the servers for which they are written.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const files = [];
const servers = [];
after(() => {
  for (const file of files) rmSync(file);
  for (const server of servers) server.close();
});

/** Imports the code below a heading of the README, which defines `app`. */
async function recipe(heading) {
  const [, code] = readme.match(new RegExp(`## ${heading}\\n\\n\`\`\`js\\n(.*?)\`\`\``, "s"));
  const file = new URL(`recipe-${heading.toLowerCase()}.mjs`, import.meta.url);
  writeFileSync(file, `${code}\nexport { app };\n`);
  files.push(file);
  return (await import(file)).app;
}

const starts = {
  async Express() {
    const server = createServer(await recipe("Express"));
    servers.push(server);
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${server.address().port}`;
  },
  async Fastify() {
    const app = await recipe("Fastify");
    servers.push(app);
    return app.listen({ port: 0, host: "127.0.0.1" });
  },
};

const valid = {
  paymentId: "P1",
  paymentRequestId: "R1",
  paymentAmount: { currency: "USD", value: 4990 },
};

for (const [name, start] of Object.entries(starts)) {
  let address;
  const post = async (body) => {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(`${address}/v2/payments/notifyPayment`, { method: "POST", headers, body });
    assert.equal(response.status, 200);
    return (await response.json()).result;
  };

  before(async () => {
    address = await start();
  });

  test(`${name}: a valid request succeeds`, async () => {
    assert.deepEqual(await post(JSON.stringify(valid)), { resultStatus: "S", resultCode: "SUCCESS" });
  });

  test(`${name}: violations and malformed JSON are reported`, async () => {
    for (const [body, message] of [
      [JSON.stringify({ ...valid, paymentId: 1 }), /\/paymentId must be a string/],
      [JSON.stringify(valid).replace("{", '{"paymentId":"twice",'), /\/paymentId .*duplicate/],
      ['{"paymentId":', /JSON|end/],
      [Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
    ]) {
      const result = await post(body);
      assert.equal(result.resultStatus, "F");
      assert.equal(result.resultCode, "PARAM_ILLEGAL");
      assert.match(result.resultMessage, message);
    }
  });
}
