// Writes dist/: node build.mjs MPP MODULE.wasm
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [mpp, wasmFile] = process.argv.slice(2);
const here = new URL("./", import.meta.url);
const read = (path) => readFileSync(new URL(path, here), "utf8");
const run = (...options) => execFileSync(mpp, options, { encoding: "utf8", maxBuffer: 1 << 28 });
const compress = (content) => gzipSync(content, { level: 9 }).toString("base64");
/** The number of examples per type, valid and invalid. */
const EXAMPLES = "3";

/** Bundles a script, whose text can be part of a page. */
async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, here).pathname],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    legalComments: "inline",
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

/** Changes what would end a script element, or change how its text is read. */
const embeddable = (script) => script.replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
const hash = (script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`;

/** Returns a page that may run only its own scripts, and load nothing. */
function page(template, parts, scripts, extraSources = "") {
  const sources = Object.values(scripts).map(hash).join(" ");
  const csp = `default-src 'none'; script-src ${sources}${extraSources}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  const all = { ...parts, ...scripts, CSP: csp };
  return template.replaceAll(/\b(CSP|STYLE|TABLES|MODULE|DOCUMENT|REDOC|SCRIPT)\b/g, (name) => all[name] ?? name);
}

const reference = JSON.parse(run("types", "--format", "json"));
const samples = {};
for (const { name } of reference.types) {
  const lines = (...options) => run("sample", name, "--count", EXAMPLES, ...options).trimEnd().split("\n");
  samples[name] = { valid: lines(), invalid: lines("--invalid") };
}

rmSync(new URL("dist", here), { recursive: true, force: true });
mkdirSync(new URL("dist", here));
const write = (name, content) => {
  writeFileSync(new URL(`dist/${name}`, here), content);
  const size = (bytes) => `${Math.round(bytes / 1024)} KB`;
  console.log(`dist/${name}: ${size(Buffer.byteLength(content))}, ${size(gzipSync(content).length)} compressed`);
};

// The logo would be loaded from another host.
const LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const [beforeLogo, afterLogo, ...others] = read("node_modules/redoc/bundles/redoc.standalone.js").split(LOGO);
if (afterLogo === undefined || others.length > 0) throw new Error(`expected ${LOGO} once`);
const redoc = `${beforeLogo}data:,${afterLogo}`;

const style = read("src/style.css");
write("index.html", page(
  read("src/index.html"),
  { STYLE: style, TABLES: compress(JSON.stringify({ reference, samples })), MODULE: compress(readFileSync(wasmFile)) },
  { SCRIPT: embeddable(await bundle("src/main.js")) },
  " 'wasm-unsafe-eval'",
));
write("openapi.html", page(
  read("src/openapi.html"),
  { STYLE: style + read("src/openapi.css"), DOCUMENT: compress(run("openapi")) },
  { REDOC: embeddable(redoc), SCRIPT: embeddable(await bundle("src/openapi.js")) },
));
copyFileSync(new URL("node_modules/redoc/bundles/redoc.standalone.js.LICENSE.txt", here), new URL("dist/redoc-licenses.txt", here));
