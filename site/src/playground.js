// The playground: validates the text in the editor as it changes.
import { DEFAULT_EDITION } from "./data.js";
import { byId, element, fill } from "./dom.js";
import { createEditor } from "./editor.js";
import { format } from "./format.js";
import { inline, markdown } from "./markdown.js";
import { PolicyError } from "./validator.js";

/** The number of violations that are shown. A policy can report more. */
const MAX_SHOWN = 100;
const MAX_PATH_LENGTH = 200;
const LONG_TEXT = 100_000;
const VERY_LONG_TEXT = 4_000_000;
const EXAMPLE_POLICY = `# The keys of a policy file for \`mpp check --policy\`
base = "lenient"
deny = ["unknownEnumValue"]
unknownFields = "reject"

[fields.Order.orderDescription]
maxLength = 32
`;

const kindOf = { strict: "strict", lenient: "lenient", custom: "custom" };

export class Playground {
  /** `navigate` replaces the state in the address. */
  constructor(reference, samples, validator, navigate) {
    Object.assign(this, { reference, samples, validator, navigate });
    this.type = "Order";
    this.policyName = "strict";
    this.edition = DEFAULT_EDITION;
    this.findings = [];
    this.selected = -1;
    this.timer = 0;
    this.example = "";
    this.editor = createEditor(byId("editor"), {
      change: () => this.schedule(),
      move: (from, to, head) => this.followCursor(from, to, head),
      select: (index) => this.select(index, { scroll: true }),
      step: (direction) => this.step(direction),
    });
    this.createControls();
    byId("policy-text").value = EXAMPLE_POLICY;
    this.insertExample("invalid");
  }

  createControls() {
    const groups = Map.groupBy
      ? Map.groupBy(this.reference.types, (type) => type.family ?? "data dictionary")
      : groupBy(this.reference.types, (type) => type.family ?? "data dictionary");
    for (const [label, types] of groups) {
      const options = types.map(({ name }) => element("option", { value: name }, name));
      byId("type").append(element("optgroup", { label }, options));
    }
    byId("type").addEventListener("change", (event) => this.update({ type: event.target.value }));
    byId("policy").addEventListener("change", (event) => this.update({ policyName: event.target.value }));
    byId("edition").addEventListener("change", (event) => this.update({ edition: event.target.value }));
    byId("policy-text").addEventListener("input", () => this.schedule());
    byId("insert-valid").addEventListener("click", () => this.insertExample("valid"));
    byId("insert-invalid").addEventListener("click", () => this.insertExample("invalid"));
    byId("format").addEventListener("click", () => this.setText(format(this.editor.text())));
    byId("clear").addEventListener("click", () => {
      this.setText("");
      this.editor.focus();
    });
    byId("file").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (file) this.setText(await file.text());
      event.target.value = "";
    });
    byId("copy-link").addEventListener("click", () => this.copyLink());
  }

  async copyLink() {
    const url = location.href.split("#")[0] + this.address();
    let message = "Link copied. It contains the type, the policy's name and the edition, but not the document.";
    try {
      await navigator.clipboard.writeText(url);
    } catch {
      message = `The browser does not allow copying. The link is ${url}`;
    }
    fill(byId("notice"), message);
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => fill(byId("notice")), 8000);
  }

  /** Returns the address of the state. The document and the text of a policy are not part of it. */
  address() {
    const query = new URLSearchParams();
    if (this.policyName === "lenient") query.set("policy", "lenient");
    if (this.edition !== DEFAULT_EDITION) query.set("edition", this.edition);
    return `#/check/${this.type}${query.size > 0 || String(query) ? `?${query}` : ""}`;
  }

  /** Changes the state as a control or the address requires. */
  update({ type = this.type, policyName = this.policyName, edition = this.edition }) {
    const isOtherType = type !== this.type;
    this.type = this.reference.typeByName.has(type) ? type : this.type;
    this.policyName = kindOf[policyName] ?? "strict";
    this.edition = this.reference.editionByName.has(edition) ? edition : DEFAULT_EDITION;
    byId("type").value = this.type;
    byId("policy").value = this.policyName;
    byId("edition").value = this.edition;
    byId("custom-policy").hidden = this.policyName !== "custom";
    byId("type-link").href = `#/type/${this.type}`;
    this.navigate(this.address());
    // An unchanged example of another type is replaced by one of this type.
    if (isOtherType && this.editor.text() === this.example) this.insertExample(this.exampleKind);
    else this.validate();
  }

  insertExample(kind) {
    const samples = this.samples[this.type][kind];
    this.exampleIndex = ((this.exampleIndex ?? -1) + 1) % samples.length;
    this.exampleKind = kind;
    this.example = format(samples[this.exampleIndex]);
    this.setText(this.example);
  }

  setText(text) {
    this.editor.setText(text);
    this.validate();
  }

  /** Validates the text soon, so that typing is not delayed. */
  schedule() {
    clearTimeout(this.timer);
    const length = this.editor.length();
    const delay = length > VERY_LONG_TEXT ? 800 : length > LONG_TEXT ? 250 : 60;
    this.timer = setTimeout(() => this.validate(), delay);
  }

  validate() {
    clearTimeout(this.timer);
    const text = this.editor.text();
    fill(byId("policy-error"));
    byId("policy-text").removeAttribute("aria-invalid");
    if (text.trim() === "") return this.show([], "Paste or type a JSON document.", "empty");
    try {
      const edition = this.policyName === "custom" && this.edition === DEFAULT_EDITION ? undefined : this.edition;
      this.validator.setPolicy(this.policyName, byId("policy-text").value, edition);
    } catch (error) {
      if (!(error instanceof PolicyError)) return this.show([], `Cannot validate: ${error.message}.`, "invalid");
      fill(byId("policy-error"), error.message);
      byId("policy-text").setAttribute("aria-invalid", "true");
      return this.show([], "The policy is not valid.", "invalid");
    }
    try {
      const { valid, violations } = this.validator.check(this.type, text);
      this.show(violations, this.summarize(valid, violations), valid ? "valid" : "invalid");
    } catch (error) {
      this.show([], `Cannot validate: ${error.message}.`, "invalid");
    }
  }

  summarize(valid, violations) {
    const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
    const tolerated = violations.filter((one) => one.tolerated).length;
    const deviations = tolerated > 0 ? `, ${count(tolerated, "tolerated deviation")}` : "";
    if (valid) return `Valid ${this.type}${deviations}`;
    return `${count(violations.length - tolerated, "violation")}${deviations}`;
  }

  show(violations, summary, state) {
    const shown = violations.slice(0, MAX_SHOWN).map((violation, index) => ({ ...violation, index }));
    const previous = this.findings[this.selected];
    this.findings = shown;
    // The status is announced only if it changes.
    if (byId("status").textContent !== summary) fill(byId("status"), summary);
    byId("status").dataset.state = state;
    const more = violations.length - shown.length;
    byId("more").hidden = more === 0;
    fill(byId("more"), more > 0 ? `${more.toLocaleString("en")} more are not shown.` : "");
    fill(byId("violations"), shown.map((violation) => this.createItem(violation)));
    this.editor.setFindings(shown);
    const same = ({ path, code }) => previous && path === previous.path && code === previous.code;
    this.selected = -1;
    const next = shown.findIndex(same);
    if (shown.length > 0) this.select(Math.max(next, 0), { quiet: true });
  }

  createItem({ index, path, code, message, tolerated, from }) {
    const { line, column } = this.editor.position(from);
    const shortPath = path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path;
    const button = element(
      "button",
      {
        type: "button",
        class: "violation",
        "aria-expanded": "false",
        "aria-controls": `explanation-${index}`,
        onclick: () => {
          if (this.selected === index) this.select(-1);
          else this.select(index, { reveal: true });
        },
      },
      element("span", { class: "violation-head" },
        element("span", { class: tolerated ? "badge tolerated" : "badge invalid" }, tolerated ? `tolerated: ${code}` : code),
        element("span", { class: "position" }, `line ${line}, column ${column}`)),
      element("code", { class: "path" }, shortPath || "(the document)"),
      element("span", { class: "message" }, message),
    );
    const region = element("div", { class: "explanation", id: `explanation-${index}`, hidden: true });
    return element("li", null, button, region);
  }

  /** Expands a violation, and collapses the others. */
  select(index, { reveal = false, scroll = false, quiet = false } = {}) {
    const items = byId("violations").children;
    const setExpanded = (item, expanded) => {
      if (!item) return;
      item.querySelector("button").setAttribute("aria-expanded", String(expanded));
      const region = item.querySelector(".explanation");
      region.hidden = !expanded;
      fill(region, expanded ? this.explain(this.findings[index]) : []);
    };
    if (this.selected !== index) setExpanded(items[this.selected], false);
    setExpanded(items[index], index >= 0);
    this.selected = index;
    if (quiet || index < 0) return;
    if (reveal) this.editor.reveal(this.findings[index].from, false);
    // Collapsing an earlier violation can move this one out of sight.
    const list = byId("results");
    const { top } = items[index].getBoundingClientRect();
    const isInner = list.scrollHeight > list.clientHeight;
    if (isInner) list.scrollTop += top - list.getBoundingClientRect().top;
    else if (top < 0 && !scroll) scrollBy(0, top);
  }

  step(direction) {
    if (this.findings.length === 0) return;
    const index = (this.selected + direction + this.findings.length) % this.findings.length;
    this.select(index, { scroll: true });
    this.editor.reveal(this.findings[index].from, true);
    const { code, message } = this.findings[index];
    fill(byId("announcement"), `Violation ${index + 1} of ${this.findings.length}: ${code}: ${message}`);
  }

  followCursor(from, to, head) {
    const selected = this.findings[this.selected];
    if (selected && selected.from >= from && selected.from <= to) return;
    const inLine = this.findings.filter((one) => one.from >= from && one.from <= to);
    const finding = inLine.find((one) => head >= one.from && head <= one.to) ?? inLine[0];
    if (finding) this.select(finding.index, { scroll: true });
  }

  /** Returns what is known about a violation: its field, and the explanation of its code. */
  explain({ path, code, params }) {
    const { owner, field } = this.reference.resolve(this.type, path, this.edition);
    const page = this.reference.codeByName.get(code);
    const nodes = [];
    if (field) {
      const name = `${owner.name}.${field.name}`;
      nodes.push(
        element("h3", null, element("a", { href: `#/type/${owner.name}/${field.name}` }, name)),
        element("p", null, inline(field.description)),
      );
      if (field.constraints.length > 0) nodes.push(element("p", { class: "constraints" }, `${field.type}: ${field.constraints.join("; ")}`));
      for (const rule of field.rules) nodes.push(element("p", { class: "constraints" }, rule));
    }
    const pairs = Object.entries(params ?? {});
    if (pairs.length > 0) {
      const list = pairs.map(([name, value]) => [
        element("dt", null, name),
        element("dd", null, typeof value === "string" ? value : JSON.stringify(value)),
      ]);
      nodes.push(element("dl", { class: "params" }, list));
    }
    if (page) {
      nodes.push(element("h3", null, element("a", { href: `#/code/${code}` }, element("code", null, code))));
      nodes.push(...markdown(page.text));
    }
    return nodes;
  }
}

function groupBy(list, keyOf) {
  const groups = new Map();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
