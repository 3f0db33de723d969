// Puts the package together in dist/: the module, the guards, the copy for CommonJS, and the types.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const [wasmFile] = process.argv.slice(2);
const here = new URL("./", import.meta.url);
const root = new URL("../../", here);
const read = (path) => readFileSync(new URL(path, here), "utf8");
const write = (path, content) => writeFileSync(new URL(`dist/${path}`, here), content);

rmSync(new URL("dist", here), { recursive: true, force: true });
mkdirSync(new URL("dist/schema", here), { recursive: true });

const wasm = readFileSync(wasmFile);
write("module.wasm", wasm);
const wasmSource = `export const wasm = "${wasm.toString("base64")}";\n`;
write("wasm.js", wasmSource);

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
const address = exports.mpp_types() >>> 0;
const view = new DataView(exports.memory.buffer);
const types = JSON.parse(Buffer.from(exports.memory.buffer, address + 4, view.getUint32(address, true)).toString());

const guards = types.map(
  (type) => `/** Returns whether a value is a valid ${type}. */
export const is${type} = (value, options) => is("${type}", value, options);`,
);
const index = `${read("src/index.js")}\n${guards.join("\n")}\n`;
const signature = read("src/signature.js");
write("index.js", `${index}\nexport * from "./signature.js";\n`);
write("signature.js", signature);

/** Converts a module without default exports. */
function toCommonJs(source) {
  const names = [...source.matchAll(/^export (?:async )?(?:const|class|function) (\w+)/gm)].map((match) => match[1]);
  const body = source
    .replace(/^import \{ (.+) \} from "(.+)\.js";$/gm, 'const { $1 } = require("$2.cjs");')
    .replace(/^export (?=async|const|class|function)/gm, "");
  return `"use strict";\n${body}\n${names.map((name) => `exports.${name} = ${name};`).join("\n")}\n`;
}
write("wasm.cjs", toCommonJs(wasmSource));
write("signature.cjs", toCommonJs(signature));
write("index.cjs", `${toCommonJs(index)}Object.assign(exports, require("./signature.cjs"));\n`);

for (const license of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(new URL(license, root), new URL(`dist/${license}`, here));
cpSync(new URL("schema/miniprogram-protocol.d.ts", root), new URL("dist/types.d.ts", here));
const declarations = read("src/index.d.ts")
  .replace("TYPES", types.map((type) => `${type}: Protocol.${type};`).join("\n  "))
  .replace(
    "GUARDS",
    types
      .map(
        (type) => `/** Returns whether a value is a valid ${type}. */
export function is${type}(value: unknown, options?: CheckOptions): value is Protocol.${type};`,
      )
      .join("\n"),
  );
write("index.d.ts", declarations);
write("types.d.cts", readFileSync(new URL("dist/types.d.ts", here)));
write("index.d.cts", declarations.replaceAll("./types.js", "./types.cjs"));

for (const file of readdirSync(new URL("schema/", root)).filter((name) => name.endsWith(".json"))) {
  cpSync(new URL(`schema/${file}`, root), new URL(`dist/schema/${file}`, here));
}
const pages = read("../../VIOLATION-CODES.md").split("\n## ").slice(1);
const codes = pages.map((page) => [page.split("\n", 1)[0].replaceAll("`", ""), page.slice(page.indexOf("\n")).trim()]);
write("violation-codes.json", `${JSON.stringify(Object.fromEntries(codes), null, 1)}\n`);
