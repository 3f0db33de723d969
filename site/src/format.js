// Changes only the whitespace of JSON, so that duplicate fields, the digits of numbers and errors remain.

const MAX_INDENT = 64;

/** Returns the text with one value per line. Text that is not JSON is indented as far as possible. */
export function format(text) {
  const parts = [];
  let depth = 0;
  const newLine = () => `\n${"  ".repeat(Math.min(depth, MAX_INDENT))}`;
  const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|[[\]{},:]|[ \t\n\r]+|[^"[\]{},: \t\n\r]+/g;
  let previous = "";
  for (const [found] of text.matchAll(token)) {
    if (/^[ \t\n\r]/.test(found)) continue;
    const isClosing = found === "}" || found === "]";
    if (isClosing) depth = Math.max(0, depth - 1);
    const isEmpty = isClosing && (previous === "{" || previous === "[");
    if ((isClosing && !isEmpty) || (!isClosing && (previous === "{" || previous === "[")) || previous === ",") {
      parts.push(newLine());
    } else if (previous === ":") parts.push(" ");
    else if (/[^[\]{},:]$/.test(previous) && !/^[[\]{},:]/.test(found)) parts.push(" ");
    parts.push(found);
    if (found === "{" || found === "[") depth += 1;
    previous = found;
  }
  return parts.join("");
}
