// The pages of the reference.
import { DEFAULT_EDITION, firstSentence } from "./data.js";
import { element } from "./dom.js";
import { inline, markdown } from "./markdown.js";

const code = (text) => element("code", null, text);
/** Returns a name that can be broken after underscores. */
const breakable = (name) => element("code", null, name.split(/(?<=_)/).flatMap((part) => [part, element("wbr")]));
const link = (href, ...children) => element("a", { href }, ...children);
const heading = (text, id) => element("h2", id ? { id } : null, text);
const badge = (text, kind) => element("span", { class: `badge ${kind}` }, text);

/** Returns a list of items separated by commas. */
const joined = (items) => items.flatMap((item) => [item, ", "]).slice(0, -1);

const facts = (pairs) => {
  const present = pairs.filter(([, value]) => value !== null && value !== undefined && value.length !== 0);
  return element("dl", { class: "facts" }, present.map(([name, value]) => [element("dt", null, name), element("dd", null, value)]));
};

const list = (items, map) => element("ul", null, items.map((item) => element("li", null, map(item))));

function directory(groups) {
  return [...groups].map(([title, entries]) => {
    const id = `group-${title.replaceAll(" ", "-")}`;
    return element("section", { "aria-labelledby": id },
      element("h2", { id }, title),
      element("dl", { class: "directory" }, entries.map(({ href, name, detail, isDeprecated }) =>
        element("div", null,
          element("dt", null, link(href, code(name)), isDeprecated && badge("deprecated", "neutral")),
          element("dd", null, inline(detail))))));
  });
}

function grouped(items, groupOf, entryOf) {
  const groups = new Map();
  for (const item of items) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), entryOf(item)]);
  return groups;
}

const capitalize = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The pages, which link to each other in the selected edition. */
export class Pages {
  constructor(reference) {
    this.reference = reference;
    this.edition = DEFAULT_EDITION;
  }

  href(path) {
    return this.edition === DEFAULT_EDITION ? `#${path}` : `#${path}?edition=${this.edition}`;
  }

  /** Returns the title and the content of the page with the given path, or `undefined`. */
  find([kind, name, part]) {
    const { reference } = this;
    switch (kind) {
      case "types":
        return name === undefined && this.types();
      case "enums":
        return name === undefined && this.enums();
      case "endpoints":
        return name === undefined && this.endpoints();
      case "codes":
        return name === undefined && this.codes();
      case "interpretation":
        return (name === undefined || reference.interpretationByNumber.has(name)) && this.interpretations(name);
      case "type": {
        const type = reference.type(name, this.edition);
        const isKnown = type && (part === undefined || type.fields.some((field) => field.name === part));
        return isKnown && this.type(type, part);
      }
      case "enum":
        return reference.enumByName.has(name) && this.enum(reference.enumByName.get(name));
      case "endpoint":
        return reference.endpointByName.has(name) && this.endpoint(reference.endpoint(name, this.edition));
      case "code":
        return reference.codeByName.has(name) && this.code(reference.codeByName.get(name));
      default:
        return undefined;
    }
  }

  types() {
    const entry = (type) => ({
      href: this.href(`/type/${type.name}`),
      name: type.name,
      detail: firstSentence(type.description),
    });
    const groups = grouped(this.reference.types, (type) => capitalize(type.family ?? "data dictionary"), entry);
    return {
      title: "Types",
      hasEdition: true,
      content: [
        element("p", { class: "lead" }, "The tables of the data dictionary, and the requests and responses of the endpoints."),
        directory(groups),
      ],
    };
  }

  enums() {
    const entry = ({ name, description }) => ({ href: this.href(`/enum/${name}`), name, detail: description });
    const groups = grouped(this.reference.enums, (one) => (one.open ? "Open enums" : "Closed enums"), entry);
    return {
      title: "Enums",
      content: [
        element("p", { class: "lead" }, "Unknown values are valid in open enums, and violations in closed ones."),
        directory(groups),
      ],
    };
  }

  endpoints() {
    const entry = (name) => {
      const endpoint = this.reference.endpoint(name, this.edition);
      return {
        href: this.href(`/endpoint/${name}`),
        name,
        detail: `${endpoint.method} ${endpoint.paths[0]} — ${firstSentence(endpoint.description)}`,
        isDeprecated: endpoint.replacedBy !== null,
      };
    };
    const groups = grouped(this.reference.endpoints, ({ family }) => capitalize(family), ({ name }) => entry(name));
    return {
      title: "Endpoints",
      hasEdition: true,
      content: [
        element("p", { class: "lead" }, "The same endpoints as an ", link("openapi.html", "OpenAPI document"), "."),
        directory(groups),
      ],
    };
  }

  codes() {
    const entries = this.reference.codes.map(({ code: name, description }) => ({
      href: `#/code/${name}`,
      name,
      detail: firstSentence(description),
    }));
    return {
      title: "Violation codes",
      content: [
        element("p", { class: "lead" }, "A code is the JSON Schema keyword, if there is one. ",
          link("#/interpretation", "The interpretation of the specification"), " explains its open questions."),
        element("dl", { class: "directory" }, entries.map(({ href, name, detail }) =>
          element("div", null, element("dt", null, link(href, code(name))), element("dd", null, inline(detail))))),
      ],
    };
  }

  type(type, selected) {
    const { reference } = this;
    const uses = reference.types.flatMap(({ name }) =>
      reference.type(name, this.edition).fields
        .filter((field) => field.object === type.name)
        .map((field) => link(this.href(`/type/${name}/${field.name}`), `${name}.${field.name}`)));
    const endpoints = reference.endpoints
      .filter(({ request, response }) => request === type.name || response === type.name)
      .map(({ name }) => link(this.href(`/endpoint/${name}`), name));
    const editions = reference.differingEditions("type", type.name)
      .map(({ name }) => link(`#/type/${type.name}?edition=${name}`, name));
    return {
      title: type.name,
      selected,
      hasEdition: true,
      content: [
        element("p", { class: "lead" }, inline(type.description)),
        facts([
          ["Source", inline(type.source)],
          ["Confidence", type.confidence],
          ["Used by", joined([...endpoints, ...uses])],
          ["Differs in", joined(editions)],
        ]),
        element("p", null, link(`#/check/${type.name}${this.edition === DEFAULT_EDITION ? "" : `?edition=${this.edition}`}`, "Validate a document of this type")),
        type.rules.length > 0 && [heading("Cross-field rules"), list(type.rules, (rule) => rule)],
        heading("Fields"),
        element("div", { class: "fields" }, type.fields.map((field) => this.field(type, field, field.name === selected))),
      ],
    };
  }

  field(type, field, isSelected) {
    const typeText = field.object
      ? field.type.split(field.object).flatMap((part, index) => (index === 0 ? [part] : [link(this.href(`/type/${field.object}`), field.object), part]))
      : field.type;
    // Other facts and the badge show these two.
    const constraints = field.constraints.filter((one) => one !== "sensitive" && one !== `format ${field.format?.name}`);
    const policy = [...field.limits.map((limit) => code(`fields.${type.name}.${field.name}.${limit}`))];
    const details = element("details", isSelected ? { open: true } : null,
      element("summary", null, "Violations and policy"),
      facts([
        ["Violation codes", joined(field.codes.map((name) => link(`#/code/${name}`, code(name))))],
        ["Deviations that a policy can allow", joined(field.deviations)],
        ["Limits that a policy file can set", joined(policy)],
      ]));
    return element("section", { class: isSelected ? "field selected" : "field", "aria-label": field.name, id: `field-${field.name}` },
      element("h3", null,
        link(this.href(`/type/${type.name}/${field.name}`), code(field.name)),
        element("span", { class: "field-type" }, typeText),
        field.required && badge("required", "required"),
        field.sensitive && badge("sensitive", "neutral")),
      element("p", null, inline(field.description)),
      facts([
        ["Constraints", capitalize(constraints.join("; "))],
        ["Enum", field.enum ? link(this.href(`/enum/${field.enum}`), field.enum) : null],
        ["Format", field.format ? [code(field.format.name), ": ", ...inline(field.format.description)] : null],
        ["Cross-field rules", field.rules.length > 0 ? list(field.rules, (rule) => rule) : null],
        ["Rules of the exchange", field.exchangeRules.length > 0 ? list(field.exchangeRules, (rule) => rule) : null],
        ["Example", field.example ? code(field.example) : null],
      ]),
      details);
  }

  enum({ name, description, open, values, usedBy }) {
    return {
      title: name,
      content: [
        element("p", { class: "lead" }, inline(description)),
        facts([
          ["Kind", open ? "open enum: unknown values are valid" : "closed enum: unknown values are invalid"],
          ["Used by", joined(usedBy.map(({ type, field }) => link(this.href(`/type/${type}/${field}`), `${type}.${field}`)))],
        ]),
        heading("Values"),
        element("dl", { class: "directory" }, values.map(({ value, description: text }) =>
          element("div", null, element("dt", null, code(value)), element("dd", null, inline(text))))),
      ],
    };
  }

  endpoint(endpoint) {
    const { reference } = this;
    const type = (name) => link(this.href(`/type/${name}`), name);
    const editions = reference.differingEditions("endpoint", endpoint.name)
      .map(({ name }) => link(`#/endpoint/${endpoint.name}?edition=${name}`, name));
    const status = { S: "success", F: "failure", U: "unknown", A: "accepted" };
    return {
      title: endpoint.name,
      hasEdition: true,
      content: [
        element("p", { class: "path-line" }, badge(endpoint.method, "method"), code(endpoint.paths[0])),
        element("p", { class: "lead" }, inline(endpoint.description)),
        facts([
          ["Deprecated", endpoint.replacedBy ? [link(this.href(`/endpoint/${endpoint.replacedBy}`), endpoint.replacedBy), " replaces it"] : null],
          ["Other paths", joined(endpoint.paths.slice(1).map(code))],
          ["Direction", `${endpoint.caller} → ${endpoint.callee}`],
          ["Request", type(endpoint.request)],
          ["Response", type(endpoint.response)],
          ["Idempotency key", endpoint.idempotencyKey ? code(endpoint.idempotencyKey) : null],
          ["Source", inline(endpoint.source)],
          ["Confidence", endpoint.confidence],
          ["Differs in", joined(editions)],
        ]),
        endpoint.rules.length > 0 && [heading("Rules that relate the response to the request"), list(endpoint.rules, (rule) => rule)],
        heading("Result codes"),
        element("p", null, "Other codes are possible."),
        element("table", null,
          element("thead", null, element("tr", null, ["Code", "Status", "Message"].map((one) => element("th", { scope: "col" }, one)))),
          element("tbody", null, endpoint.resultCodes.map(({ code: name, status: letter, message }) =>
            element("tr", null,
              element("th", { scope: "row" }, breakable(name)),
              element("td", null, letter ? `${letter} (${status[letter] ?? "other"})` : "—"),
              element("td", null, message ?? ""))))),
      ],
    };
  }

  code({ code: name, text, documents }) {
    const { reference } = this;
    const rows = reference.types.flatMap((type) => {
      const fields = reference.type(type.name, this.edition).fields.filter((field) => field.codes.includes(name));
      const document = documents.includes(type.name) ? ["(the document)"] : [];
      const links = [...document, ...fields.map((field) => link(this.href(`/type/${type.name}/${field.name}`), field.name))];
      return links.length > 0 ? [[link(this.href(`/type/${type.name}`), type.name), joined(links)]] : [];
    });
    const count = rows.length;
    return {
      title: name,
      content: [
        element("div", { class: "prose" }, markdown(text)),
        count > 0 && element("details", { class: "where" },
          element("summary", null, `Fields that can have this violation (${count} ${count === 1 ? "type" : "types"})`), facts(rows)),
      ],
    };
  }

  interpretations(selected) {
    return {
      title: "Interpretation of the specification",
      selected,
      content: [
        element("p", { class: "lead" }, "Where the specification is silent or contradicts itself, the validator behaves as follows."),
        this.reference.interpretations.map(({ number, question, behavior }) =>
          element("section", { class: number === selected ? "field selected" : "field", id: `field-${number}`, "aria-label": number },
            element("h2", { class: "question" }, link(`#/interpretation/${number}`, number), " ", inline(question)),
            element("p", null, inline(behavior)))),
      ],
    };
  }
}
