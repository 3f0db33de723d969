// The search field: a combobox over all names.
import { byId, element, fill } from "./dom.js";
import { firstSentence } from "./data.js";

const MAX_RESULTS = 12;
const NO_MATCH = 5;
/** The kinds with a page of their own, which precede others that match as well. */
const MAIN_KINDS = ["type", "endpoint", "code", "enum"];

/** Returns the searchable entries, the most important kinds first. */
export function createIndex(reference) {
  const entries = [];
  const add = (kind, name, detail, href) => entries.push({ kind, name, detail, href, key: name.toLowerCase() });
  for (const { name, description } of reference.types) add("type", name, firstSentence(description), `#/type/${name}`);
  for (const { name, description, paths } of reference.endpoints) {
    add("endpoint", name, firstSentence(description), `#/endpoint/${name}`);
    for (const path of paths) add("path", path, name, `#/endpoint/${name}`);
  }
  for (const { code, description } of reference.codes) add("code", code, firstSentence(description), `#/code/${code}`);
  for (const { name, description } of reference.enums) add("enum", name, description, `#/enum/${name}`);
  for (const edition of reference.editions) {
    for (const { name, paths } of edition.endpoints) {
      const known = reference.endpointByName.get(name).paths;
      for (const path of paths.filter((one) => !known.includes(one))) {
        add("path", path, `${name}, edition ${edition.name}`, `#/endpoint/${name}?edition=${edition.name}`);
      }
    }
  }
  for (const type of reference.types) {
    for (const { name, description } of type.fields) {
      entries.push({ kind: "field", name: `${type.name}.${name}`, detail: firstSentence(description), href: `#/type/${type.name}/${name}`, key: name.toLowerCase(), longKey: `${type.name}.${name}`.toLowerCase() });
    }
  }
  for (const { name, values } of reference.enums) {
    for (const { value, description } of values) add("value", value, `${name}: ${description}`, `#/enum/${name}`);
  }
  const codes = new Map();
  for (const { name, resultCodes } of reference.endpoints) {
    for (const { code } of resultCodes) codes.set(code, [...(codes.get(code) ?? []), name]);
  }
  for (const [code, names] of codes) add("result code", code, `of ${names.length} endpoint${names.length === 1 ? "" : "s"}, such as ${names[0]}`, `#/endpoint/${names[0]}`);
  for (const { number, question } of reference.interpretations) add("interpretation", number, question, `#/interpretation/${number}`);
  return entries;
}

function score(entry, query) {
  const { key, longKey = key } = entry;
  if (key === query || longKey === query) return 0;
  if (key.startsWith(query)) return 1;
  if (longKey.startsWith(query)) return 2;
  if (longKey.includes(query)) return 3;
  return entry.detail.toLowerCase().includes(query) ? 4 : NO_MATCH;
}

const weight = ({ entry }) => (MAIN_KINDS.includes(entry.kind) ? 0 : 1);

/** Returns the entries that match a query, the best first. */
export function find(index, text) {
  const query = text.trim().toLowerCase();
  if (query === "") return [];
  const matches = index.map((entry, order) => ({ entry, order, rank: score(entry, query) })).filter(({ rank }) => rank < NO_MATCH);
  matches.sort((left, right) => left.rank - right.rank || weight(left) - weight(right) || left.entry.key.length - right.entry.key.length || left.order - right.order);
  return matches.slice(0, MAX_RESULTS).map(({ entry }) => entry);
}

export function startSearch(reference) {
  const index = createIndex(reference);
  const input = byId("search");
  const box = byId("search-results");
  let results = [];
  let active = -1;

  const setActive = (next) => {
    active = next;
    [...box.children].forEach((option, position) => option.setAttribute("aria-selected", String(position === next)));
    const option = box.children[next];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    box.hidden = true;
    input.setAttribute("aria-expanded", "false");
    setActive(-1);
  };
  const open = (entry) => {
    input.value = "";
    close();
    location.hash = entry.href;
  };
  const update = () => {
    results = find(index, input.value);
    const isOpen = input.value.trim() !== "";
    box.hidden = !isOpen || results.length === 0;
    input.setAttribute("aria-expanded", String(!box.hidden));
    fill(box, results.map((entry, position) =>
      element("div", { role: "option", id: `result-${position}`, "aria-selected": "false",
        onmousedown: (event) => event.preventDefault(), onclick: () => open(entry) },
        element("span", { class: "result-name" }, element("code", null, entry.name), element("span", { class: "result-kind" }, entry.kind)),
        element("span", { class: "result-detail" }, entry.detail))));
    setActive(results.length > 0 ? 0 : -1);
    const count = `${results.length}${results.length === MAX_RESULTS ? " or more" : ""} result${results.length === 1 ? "" : "s"}`;
    fill(byId("search-status"), isOpen ? (results.length === 0 ? "No results" : count) : "");
    byId("search-status").classList.toggle("visible", isOpen && results.length === 0);
  };
  input.addEventListener("input", update);
  input.addEventListener("focus", update);
  input.addEventListener("blur", () => {
    close();
    fill(byId("search-status"));
    byId("search-status").classList.remove("visible");
  });
  input.addEventListener("keydown", (event) => {
    const last = results.length - 1;
    if (event.key === "ArrowDown" && last >= 0) setActive(active >= last ? 0 : active + 1);
    else if (event.key === "ArrowUp" && last >= 0) setActive(active <= 0 ? last : active - 1);
    else if (event.key === "Enter" && results[active]) open(results[active]);
    else if (event.key === "Escape") {
      input.value = "";
      update();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const isTyping = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
}
