// The subset of Markdown that the explanations use: paragraphs, lists, code blocks, code spans and links.
import { element } from "./dom.js";

/** Returns the nodes of a paragraph. Interpretations such as J1 become links. */
export function inline(text) {
  const nodes = [];
  const pattern = /`([^`]+)`|\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])/g;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    nodes.push(text.slice(end, match.index));
    nodes.push(match[1] === undefined ? match[2] : element("code", null, match[1]));
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}

function interpretations(line) {
  const numbers = line.match(/[A-Z]+\d+/g) ?? [];
  const links = numbers.flatMap((number) => [element("a", { href: `#/interpretation/${number}` }, number), ", "]);
  return element("p", null, "Interpretation of the specification: ", links.slice(0, -1));
}

/** Returns the elements of a text. */
export function markdown(text) {
  const blocks = [];
  let lines = [];
  let isCode = false;
  const finish = () => {
    if (lines.length > 0) blocks.push(block(lines));
    lines = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      if (isCode) blocks.push(element("pre", { tabindex: "0" }, element("code", null, lines.join("\n"))));
      else finish();
      if (isCode) lines = [];
      isCode = !isCode;
    } else if (isCode) lines.push(line);
    else if (line.trim() === "") finish();
    else lines.push(line);
  }
  finish();
  return blocks;
}

function block(lines) {
  if (lines[0].startsWith("- ")) {
    const items = lines.join("\n").slice(2).split("\n- ");
    return element("ul", null, items.map((item) => element("li", null, inline(item.replaceAll("\n", " ")))));
  }
  const text = lines.join(" ");
  return text.startsWith("Interpretation: ") ? interpretations(text) : element("p", null, inline(text));
}
