// Compares reports on generated documents with those of the command: `node compare.mjs MPP COUNT`.
import { execFileSync } from "node:child_process";
import { check, types } from "./dist/index.js";

const [mpp, count] = process.argv.slice(2);
const kinds = [[], ["--invalid"], ["--fuzz"], ["--fuzz", "--invalid"]];
const names = types();
const perRun = Math.ceil(Number(count) / (names.length * kinds.length));
const run = (options, input) => execFileSync(mpp, options, { input, maxBuffer: 1 << 30 });

const sorted = (value) =>
  value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : Array.isArray(value)
      ? value.map(sorted)
      : value;

/** Converts a report of the command to that on the line alone. */
function reportOfLine(report, offset) {
  const toLine = ({ span, ...violation }) =>
    span ? { ...violation, span: { ...span, offset: span.offset - offset, line: 1 } } : violation;
  const { valid, violations, tolerated = [] } = report;
  return { valid, violations: violations.map(toLine), tolerated: tolerated.map(toLine) };
}

let documents = 0;
let different = 0;
for (const [index, type] of names.entries()) {
  for (const kind of kinds) {
    for (const policy of ["strict", "lenient"]) {
      const length = String(policy === "strict" ? perRun : Math.ceil(perRun / 4));
      const seed = String(index);
      const lines = run(["sample", type, "--count", length, "--seed", seed, "--policy", policy, ...kind]);
      let reports;
      try {
        reports = run(["check", "--type", type, "--policy", policy, "--lines", "--format", "json", "--fail-on", "never"], lines);
      } catch (error) {
        throw new Error(`${type}: ${error.stderr}`);
      }
      reports = reports.toString().trimEnd().split("\n").map((line) => JSON.parse(line));
      let offset = 0;
      for (const report of reports) {
        const end = lines.indexOf(0x0a, offset);
        const document = lines.subarray(offset, end);
        const expected = JSON.stringify(sorted(reportOfLine(report, offset)));
        const found = JSON.stringify(sorted(check(type, document, { policy })));
        documents += 1;
        if (found !== expected) {
          different += 1;
          if (different < 5) console.error(`${type}: ${document}\n  expected ${expected}\n  found    ${found}`);
        }
        offset = end + 1;
      }
    }
  }
}
console.log(`${documents} documents, ${different} with different reports`);
process.exit(different > 0 || documents < Number(count) ? 1 : 0);
