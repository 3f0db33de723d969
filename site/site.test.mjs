// Drives the built pages in headless Chromium, from files and over HTTP.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { format } from "./src/format.js";

const dist = new URL("dist/", import.meta.url);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [390, 800, 1400];
const SCHEMES = ["light", "dark"];
/** The time in milliseconds within which a page must react on a slow machine. */
const RESPONSIVE = 3000;

let browser;
let server;
let requests = [];

before(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  server = createServer((request, response) => {
    requests.push(request.url);
    const name = request.url.split("?")[0].slice(1) || "index.html";
    const isKnown = ["index.html", "openapi.html"].includes(name);
    response.writeHead(isKnown ? 200 : 404, { "Content-Type": "text/html" });
    response.end(isKnown ? readFileSync(new URL(name, dist)) : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
});

after(async () => {
  await browser?.close();
  server?.close();
});

const file = (address = "", name = "index.html") => `${new URL(name, dist)}${address}`;
const ready = (page) => page.waitForSelector("html[data-ready]");

/** Opens a page. A test fails if the page reports an error, or asks for anything but itself. */
async function open(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") page.errors.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && !request.isNavigationRequest()) page.errors.push(`request of ${request.url()}`);
  });
  await page.goto(address);
  await ready(page);
  return page;
}

async function close(page) {
  assert.deepEqual(page.errors, []);
  await page.context().close();
}

const status = (page) => page.locator("#status").textContent();
const waitForStatus = (page, text) => page.waitForFunction((expected) => document.getElementById("status").textContent === expected, text);

/** Waits until exactly these violations are shown below their lines. */
const waitForFindings = (page, findings) => page.waitForFunction(
  (expected) => JSON.stringify([...document.querySelectorAll(".finding")].map((one) => one.textContent)) === expected,
  JSON.stringify(findings),
);

/** Pastes text in place of the document. */
async function paste(page, text) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.evaluate((content) => {
    const data = new DataTransfer();
    data.setData("text/plain", content);
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.querySelector(".cm-content").dispatchEvent(event);
  }, text);
}

/** Measures the longest time for which the page does not react while an action runs. */
async function longestPause(page, action) {
  await page.evaluate(() => {
    window.longest = 0;
    let last = performance.now();
    const tick = () => {
      window.longest = Math.max(window.longest, performance.now() - last);
      last = performance.now();
      window.ticking = setTimeout(tick, 0);
    };
    tick();
  });
  await action();
  return page.evaluate(() => {
    clearTimeout(window.ticking);
    return window.longest;
  });
}

const VALID_AMOUNT = '{"currency": "USD", "value": 4990}';

test("shows violations as one types", async () => {
  const page = await open(file("#/check/Amount"));
  await page.locator("#clear").click();
  assert.equal(await status(page), "Paste or type a JSON document.");
  await page.keyboard.type('{\n"currency": "usd",\n"value": "4990"\n}');
  await waitForFindings(page, [
    "format currency must be a current ISO 4217 currency code",
    "type value must be an integer, not a string",
  ]);
  assert.equal(await status(page), "2 violations");
  // The violation is below its line: the widget follows the line with the value.
  const before = await page.locator(".findings").first().evaluate((widget) => widget.previousElementSibling.textContent);
  assert.equal(before.trim(), '"currency": "usd",');
  assert.deepEqual(await page.locator(".squiggle").allTextContents(), ['"usd"', '"4990"']);
  assert.deepEqual(await page.locator("#violations .position").allTextContents(), ["line 2, column 15", "line 3, column 12"]);
  await close(page);
});

test("explains the selected violation", async () => {
  const page = await open(file("#/check/Amount"));
  await paste(page, '{"currency": "usd", "value": "4990"}');
  await waitForStatus(page, "2 violations");
  const second = page.locator("#violations button").nth(1);
  await second.click();
  assert.equal(await second.getAttribute("aria-expanded"), "true");
  const explanation = await page.locator("#explanation-1").textContent();
  assert.match(explanation, /Amount\.value/);
  assert.match(explanation, /The value has the wrong JSON type/);
  assert.ok(await page.locator("#explanation-0").isHidden());
  await close(page);
});

test("keeps the selected violation in sight", async () => {
  for (const width of [390, 1400]) {
    const page = await open(file("#/check/Amount"), { viewport: { width, height: 700 } });
    const unknown = Array.from({ length: 40 }, (_, index) => `"currency": ${index},`).join("\n");
    await paste(page, `{\n${unknown}\n"value": "1"\n}`);
    await page.waitForFunction(() => document.querySelectorAll("#violations button").length > 30);
    const last = page.locator("#violations button").last();
    await last.click();
    const { top, bottom } = await last.evaluate((button) => button.getBoundingClientRect().toJSON());
    assert.ok(top >= 0 && bottom <= 700, `${width}: ${top} to ${bottom}`);
    assert.equal(await last.getAttribute("aria-expanded"), "true");
    // The editor shows the line.
    assert.match(await page.locator(".cm-activeLine").textContent(), /"value": "1"/);
    await close(page);
  }
});

test("applies the policy and the edition", async () => {
  const page = await open(file("#/check/Amount"));
  await paste(page, '{"currency": "USD", "value": "4990"}');
  await waitForStatus(page, "1 violation");
  await page.locator("#policy").selectOption("lenient");
  await waitForStatus(page, "Valid Amount, 1 tolerated deviation");
  assert.match(page.url(), /#\/check\/Amount\?policy=lenient$/);

  await page.locator("#policy").selectOption("custom");
  await page.locator("#policy-text").fill('[fields.Amount.value]\nmaximum = 10');
  await paste(page, VALID_AMOUNT);
  await waitForFindings(page, ["maximum value must be at most 10"]);
  // The text of a policy is not part of the address.
  assert.match(page.url(), /#\/check\/Amount$/);
  await page.locator("#policy-text").fill("base = 'lenient'\nmaxbytes = 1");
  await waitForStatus(page, "The policy is not valid.");
  assert.match(await page.locator("#policy-error").textContent(), /^line 2, column 1: /);
  await page.locator("#policy-text").fill("maxBytes = 5");
  await waitForStatus(page, "1 violation");
  await page.locator("#policy").selectOption("strict");
  await waitForStatus(page, "Valid Amount");

  await page.locator("#type").selectOption("RefundRequest");
  await page.locator("#insert-valid").click();
  await waitForStatus(page, "Valid RefundRequest");
  await page.locator("#edition").selectOption("v1");
  assert.match(page.url(), /#\/check\/RefundRequest\?edition=v1$/);
  await close(page);
});

test("validates examples of every type in every edition", async () => {
  const page = await open(file());
  const types = await page.locator("#type option").evaluateAll((options) => options.map(({ value }) => value));
  const editions = await page.locator("#edition option").evaluateAll((options) => options.map(({ value }) => value));
  assert.ok(types.length >= 90 && editions.length >= 8);
  const wrong = await page.evaluate(({ types, editions }) => {
    const set = (id, value) => {
      const select = document.getElementById(id);
      select.value = value;
      select.dispatchEvent(new Event("change"));
    };
    const text = () => document.getElementById("status").textContent;
    const found = [];
    for (const type of types) {
      set("type", type);
      document.getElementById("insert-valid").click();
      if (text() !== `Valid ${type}`) found.push(`${type}: ${text()}`);
      document.getElementById("insert-invalid").click();
      if (!/^\d+ violation/.test(text())) found.push(`${type}: ${text()}`);
    }
    for (const edition of editions) {
      set("edition", edition);
      if (text().startsWith("Cannot")) found.push(`${edition}: ${text()}`);
    }
    return found;
  }, { types, editions });
  assert.deepEqual(wrong, []);
  await close(page);
});

test("links restore the state but never contain the document", async () => {
  const page = await open(file("#/check/Order?policy=lenient&edition=v1"));
  assert.deepEqual(
    await Promise.all(["type", "policy", "edition"].map((id) => page.locator(`#${id}`).inputValue())),
    ["Order", "lenient", "v1"],
  );
  await paste(page, '{"orderDescription": "secret-value"}');
  await page.locator("#copy-link").click();
  await page.waitForSelector("#notice:not(:empty)");
  assert.ok(!page.url().includes("secret"));
  assert.ok(!(await page.locator("#notice").textContent()).includes("secret"));
  // Another page does not discard the document.
  await page.locator("nav a", { hasText: "Types" }).click();
  await page.goBack();
  assert.match(await page.locator(".cm-content").textContent(), /secret-value/);
  await close(page);
});

for (const [place, address] of [["a file", () => file()], ["HTTP", () => `http://127.0.0.1:${server.address().port}/`]]) {
  test(`follows deep links from ${place}`, async () => {
    requests = [];
    const page = await open(`${address()}#/type/Order/goods`);
    assert.equal(await page.title(), "Order — miniprogram-protocol");
    assert.ok(await page.locator("#field-goods.selected").isVisible());
    await page.locator("#field-goods h3 a", { hasText: "Goods" }).last().click();
    await page.waitForFunction(() => document.getElementById("page-title").textContent === "Goods");
    // The title has the focus, so that a screen reader announces it.
    assert.equal(await page.evaluate(() => document.activeElement.id), "page-title");
    for (const [hash, title] of [
      ["#/endpoint/pay?edition=gcashV1", "pay"],
      ["#/code/maxLength", "maxLength"],
      ["#/enum/MessageChannel", "MessageChannel"],
      ["#/interpretation/J1", "Interpretation of the specification"],
      ["#/types", "Types"],
      ["#/enums", "Enums"],
      ["#/endpoints", "Endpoints"],
      ["#/codes", "Violation codes"],
      ["#/type/Order/unknown", "Not found"],
      ["#/type/__proto__", "Not found"],
      ["#/%E0%A4%A/<img src=x onerror=alert(1)>", "Not found"],
    ]) {
      await page.evaluate((next) => (location.hash = next), hash);
      await page.waitForFunction((expected) => document.getElementById("page-title").textContent === expected, title);
    }
    await page.evaluate(() => (location.hash = "#/endpoint/pay?edition=gcashV1"));
    await page.waitForSelector(".path-line");
    assert.match(await page.locator(".path-line").textContent(), /\/v1\/payments\/pay\.htm/);
    await page.locator("#page-edition").selectOption("v2");
    assert.match(await page.locator(".path-line").textContent(), /\/v2\/payments\/pay/);
    assert.ok(requests.length <= 1, requests.join());
    await close(page);
  });
}

test("every link in the reference leads to a page", async () => {
  const page = await open(file("#/types"));
  const seen = new Set();
  const queue = ["#/types", "#/enums", "#/endpoints", "#/codes", "#/interpretation"];
  const broken = [];
  while (queue.length > 0) {
    const batch = queue.splice(0, 50);
    const found = await page.evaluate(async (hashes) => {
      const links = [];
      for (const hash of hashes) {
        location.hash = hash;
        await new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
        links.push({ hash, title: document.getElementById("page-title").textContent, hrefs: [...document.querySelectorAll('#page-content a[href^="#"]')].map((one) => one.getAttribute("href")) });
      }
      return links;
    }, batch.filter((hash) => hash !== new URL(page.url()).hash || !seen.add(hash)));
    for (const { hash, title, hrefs } of found) {
      seen.add(hash);
      if (title === "Not found") broken.push(hash);
      // A field is on the page of its type, so one visit of each type is enough.
      for (const href of hrefs.filter((one) => !one.startsWith("#/check/"))) {
        const page = href.replace(/^(#\/type\/[^/?]+)\/[^?]+/, "$1");
        if (!seen.has(page)) {
          seen.add(page);
          queue.push(page);
        }
      }
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(seen.size > 170, String(seen.size));
  await close(page);
});

test("searches names with the keyboard", async () => {
  const page = await open(file("#/types"));
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  for (const [query, first] of [
    ["order", "Order"],
    ["order.goods", "Order.goods"],
    ["maxlength", "maxLength"],
    ["/v2/payments/refund", "/v2/payments/refund"],
    ["INBOX", "INBOX"],
    ["PROCESS_FAIL", "PROCESS_FAIL"],
    ["J12", "J12"],
  ]) {
    await page.locator("#search").fill(query);
    assert.equal(await page.locator("[role=option] code").first().textContent(), first);
  }
  await page.locator("#search").fill("no such name");
  assert.equal(await page.locator("#search-status").textContent(), "No results");
  await page.locator("#search").fill("pay");
  await page.keyboard.press("ArrowDown");
  const option = await page.locator("#search").getAttribute("aria-activedescendant");
  assert.equal(option, "result-1");
  assert.equal(await page.locator("#result-1 code").textContent(), "PayRequest");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("page-title").textContent === "PayRequest");
  await close(page);
});

test("works with the keyboard alone", async () => {
  const page = await open(file("#/check/Amount"));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "skip");
  const reached = new Set();
  for (let index = 0; index < 60; index += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.textContent));
  }
  for (const id of ["search", "theme", "type", "policy", "edition", "insert-valid", "file", "copy-link", "results"]) {
    assert.ok(reached.has(id), `${id}: ${[...reached].join()}`);
  }
  // Tab enters the editor and leaves it.
  assert.ok([...reached].some((one) => one.includes("cm-content")));
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type('{\n"currency": "usd",\n"value": "1"\n}');
  await waitForFindings(page, [
    "format currency must be a current ISO 4217 currency code",
    "type value must be an integer, not a string",
  ]);
  await page.keyboard.press("F8");
  assert.match(await page.locator("#announcement").textContent(), /^Violation 2 of 2: type: /);
  await page.keyboard.press("Shift+F8");
  assert.match(await page.locator("#announcement").textContent(), /^Violation 1 of 2: format: /);
  assert.equal(await page.locator("#violations button").first().getAttribute("aria-expanded"), "true");
  await close(page);
});

test("stays responsive with long documents", async () => {
  const goods = '{"referenceGoodsId":"1","goodsName":"a shoe","goodsUnitAmount":{"currency":"usd","value":"1"}}';
  const order = (count) => `{"goods":[${Array(count).fill(goods).join(",")}]}`;
  const lines = order(11_000);
  assert.ok(lines.length > 1_000_000);
  const page = await open(file("#/check/Order"));
  for (const [name, text] of [
    ["one line", lines],
    ["lines", lines.replaceAll(",", ",\n")],
    ["escapes", `{"extendInfo":"${"\\n".repeat(600_000)}"}`],
    ["other characters", `{"extendInfo":"${"é💳".repeat(300_000)}"}`],
    ["nesting", "[".repeat(500_000)],
    ["many fields", `{${Array.from({ length: 60_000 }, (_, index) => `"f${index}":1`).join(",")}}`],
  ]) {
    const pause = await longestPause(page, async () => {
      await paste(page, text);
      await page.waitForFunction(() => /violation/.test(document.getElementById("status").textContent));
      await page.waitForTimeout(400);
      await page.keyboard.press("Control+End");
      await page.keyboard.type(" ");
      await page.waitForTimeout(400);
    });
    console.log(`${name}: ${text.length} characters, longest pause ${Math.round(pause)} ms`);
    assert.ok(pause < RESPONSIVE, `${name}: ${pause}`);
    assert.ok((await page.locator("#violations li").count()) <= 100);
    await page.locator("#clear").click();
    await waitForStatus(page, "Paste or type a JSON document.");
  }
  // A policy may report more violations than the page shows.
  await page.locator("#policy").selectOption("custom");
  await page.locator("#policy-text").fill("maxViolations = 100000");
  const pause = await longestPause(page, async () => {
    await paste(page, lines);
    await page.waitForFunction(() => /^33,\d{3} violations/.test(document.getElementById("status").textContent));
  });
  console.log(`33,000 violations: longest pause ${Math.round(pause)} ms`);
  assert.ok(pause < RESPONSIVE, String(pause));
  assert.equal(await page.locator("#violations li").count(), 100);
  assert.match(await page.locator("#more").textContent(), /more are not shown/);
  const pauseOfFormat = await longestPause(page, () => page.locator("#format").click());
  assert.ok(pauseOfFormat < RESPONSIVE, String(pauseOfFormat));
  await close(page);
});

test("never interprets a document as HTML", async () => {
  const page = await open(file("#/check/Amount"));
  await page.locator("#policy").selectOption("custom");
  const html = "<img src=x onerror=window.hit=1></script><script>window.hit=1</script>";
  await page.locator("#policy-text").fill(`unknownFields = "reject"\n# ${html}`);
  const name = html.replaceAll("/", "\\/");
  for (const text of [
    `{"${name}": 1, "${"<b>".repeat(1000)}": 2, "currency": "${html}"}`,
    '{"\u2028": 1, "\u0000": 1}',
    '{"currency": "\ud800", "\udc00": 1}',
    html,
    "<!--",
    "\ufeff{}",
    "",
    "null",
    "\r\n\r\n{\r\n\"currency\": \"usd\"\r\n}",
  ]) {
    await paste(page, text);
    await page.waitForTimeout(150);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator("main img, main b, main script").count(), 0);
  }
  await paste(page, `{"${name}": 1}`);
  await waitForStatus(page, "3 violations");
  assert.ok((await page.locator("#violations").textContent()).includes("<img src=x onerror"));
  // Nothing can be loaded, and no other script can run.
  const blocked = await page.evaluate(async () => {
    const isBlocked = await fetch("https://example.com").then(() => false, () => true);
    const script = document.createElement("script");
    script.textContent = "window.hit = 1";
    document.body.append(script);
    return [isBlocked, window.hit];
  });
  assert.deepEqual(blocked, [true, undefined]);
  page.errors = page.errors.filter((error) => !/Content Security Policy|example\.com/.test(error));
  await close(page);
});

test("locates violations after characters of any length", async () => {
  const page = await open(file("#/check/Amount"));
  for (const before of ["é", "漢", "💳", "\ud800"]) {
    await paste(page, `{"currency": "USD", "${before}": 1,\n"value": "4990"}`);
    await page.waitForTimeout(200);
    const squiggles = await page.locator(".squiggle").allTextContents();
    // A lone surrogate is a syntax error.
    if (before !== "\ud800") assert.deepEqual(squiggles, ['"4990"'], before);
    else assert.match(await page.locator("#violations").textContent(), /syntax/);
  }
  await close(page);
});

test("formats without changing values", () => {
  for (const [text, expected] of [
    ['{"a":[],"b":{},"c":[1,{"d":"x, y"}]}', '{\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    {\n      "d": "x, y"\n    }\n  ]\n}'],
    ["[1.50,1e400,12345678901234567890]", "[\n  1.50,\n  1e400,\n  12345678901234567890\n]"],
    ['{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
    ['"unfinished \\" {', '"unfinished \\" {'],
    ["1 2", "1 2"],
    ["", ""],
  ]) {
    assert.equal(format(text), expected);
    assert.equal(format(expected), expected);
  }
  assert.ok(format("[".repeat(10_000)).length < 2_000_000);
});

/** Runs axe, and returns the serious and critical issues. */
async function seriousIssues(page) {
  // The pages forbid other scripts, but not those of the debugger.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).slice(0, 3).join(" | ")}`);
}

test("has no serious accessibility issue in light and dark", async () => {
  const pages = ["#/check/Order", "#/types", "#/type/Order/goods", "#/enum/MessageChannel", "#/endpoint/pay", "#/code/maxLength", "#/interpretation/J1"];
  for (const colorScheme of SCHEMES) {
    for (const width of [390, 1400]) {
      const page = await open(file(), { colorScheme, viewport: { width, height: 900 } });
      const run = async (name) => {
        assert.deepEqual(await seriousIssues(page), [], `${name} ${colorScheme} ${width}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${name} ${width}: ${overflow} pixels too wide`);
      };
      for (const hash of pages) {
        await page.evaluate((next) => (location.hash = next), hash);
        await page.waitForTimeout(50);
        await run(hash);
      }
      await page.locator("#search").fill("order");
      await run("search");
      await page.evaluate(() => (location.hash = "#/check/Amount"));
      await page.locator("#policy").selectOption("custom");
      await page.locator("#policy-text").fill("maxbytes = 1");
      await waitForStatus(page, "The policy is not valid.");
      await run("policy");
      await page.locator("#policy").selectOption("lenient");
      await paste(page, '{"currency": "USD", "value": "4990"}');
      await waitForStatus(page, "Valid Amount, 1 tolerated deviation");
      await run("tolerated");
      await close(page);
    }
  }
});

test("shows the OpenAPI document without loading anything", async () => {
  for (const colorScheme of SCHEMES) {
    const page = await open(file("", "openapi.html"), { colorScheme });
    await page.waitForSelector("h1");
    assert.match(await page.locator("h1").first().textContent(), /Mini Program/);
    assert.ok((await page.locator("[data-section-id^='tag/']").count()) >= 30);
    assert.deepEqual(await seriousIssues(page), [], colorScheme);
    await close(page);
  }
});

test("remembers the selected colors", async () => {
  const page = await open(file("", "index.html"));
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.locator("#theme").click();
  assert.equal(await page.locator("#theme").textContent(), "Light");
  const light = await background();
  await page.locator("#theme").click();
  assert.notEqual(await background(), light);
  await page.reload();
  await ready(page);
  assert.equal(await page.locator("#theme").textContent(), "Dark");
  await close(page);
});

test("writes screenshots", { skip: !process.env.SCREENSHOTS }, async () => {
  const directory = process.env.SCREENSHOTS;
  mkdirSync(directory, { recursive: true });
  const pages = { playground: "", type: "#/type/Order/goods", types: "#/types", endpoint: "#/endpoint/pay", code: "#/code/maxLength" };
  for (const colorScheme of SCHEMES) {
    for (const width of WIDTHS) {
      for (const [name, hash] of [...Object.entries(pages), ["openapi", undefined]]) {
        const address = hash === undefined ? file("", "openapi.html") : file(hash);
        const page = await open(address, { colorScheme, viewport: { width, height: 900 } });
        await page.screenshot({ path: `${directory}/${name}-${width}-${colorScheme}.png` });
        await close(page);
      }
    }
  }
});
