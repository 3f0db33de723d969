// Starts the page, and shows what the address names.
import { DEFAULT_EDITION, Reference, readBlock } from "./data.js";
import { byId, element, fill } from "./dom.js";
import { Pages } from "./pages.js";
import { Playground } from "./playground.js";
import { startSearch } from "./search.js";
import { startThemeButton } from "./theme.js";
import { Validator } from "./validator.js";

const SITE = "miniprogram-protocol";
const NAVIGATION = { check: "check", type: "types", types: "types", enum: "enums", enums: "enums", endpoint: "endpoints", endpoints: "endpoints", code: "codes", codes: "codes", interpretation: "codes" };

/** Returns the parts of the path in the address, and its query. */
function parseAddress() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const decode = (part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return { parts: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

async function start() {
  startThemeButton(byId("theme"));
  const [tables, wasm] = await Promise.all([readBlock("tables"), readBlock("module")]);
  const { reference: exported, samples } = JSON.parse(new TextDecoder().decode(tables));
  const reference = new Reference(exported);
  const validator = new Validator(await WebAssembly.compile(wasm));
  const pages = new Pages(reference);
  fill(byId("version"), `Version ${exported.version}`);

  const editionOptions = () => reference.editions.map(({ name, description }) =>
    element("option", { value: name }, `${name} — ${description.replace(/\.$/, "")}`));
  fill(byId("edition"), editionOptions());
  fill(byId("page-edition"), editionOptions());

  // Controls replace the address instead of adding to the history.
  const navigate = (address) => {
    if (location.hash !== address) history.replaceState(null, "", address);
  };
  let playground;
  let isFirst = true;
  const createPlayground = () => {
    playground ??= new Playground(reference, samples, validator, navigate);
    return playground;
  };

  const show = () => {
    const { parts, query } = parseAddress();
    const [kind = "check"] = parts;
    const edition = reference.editionByName.has(query.get("edition")) ? query.get("edition") : DEFAULT_EDITION;
    const isPlayground = kind === "check" && (parts[1] === undefined || reference.typeByName.has(parts[1]));
    byId("playground").hidden = !isPlayground;
    byId("page").hidden = isPlayground;
    byId("main").className = isPlayground ? "wide" : "";
    for (const item of document.querySelectorAll("nav a[data-page]")) {
      if (item.dataset.page === NAVIGATION[kind]) item.setAttribute("aria-current", "page");
      else item.removeAttribute("aria-current");
    }
    if (isPlayground) {
      const isPlain = parts.length === 0;
      // An own policy is not part of the address, so it remains selected when the page is shown again.
      const keepsPolicy = playground?.policyName === "custom" && !query.has("policy");
      createPlayground().update({
        type: parts[1] ?? playground.type,
        policyName: keepsPolicy ? "custom" : (query.get("policy") ?? (isPlain ? playground.policyName : "strict")),
        edition: query.has("edition") || !isPlain ? edition : playground.edition,
      });
      document.title = `Playground — ${SITE}`;
    } else showPage(parts, edition);
    if (!isFirst) {
      const title = (isPlayground ? byId("playground") : byId("page")).querySelector("h1");
      title.focus({ preventScroll: true });
      if (!document.querySelector(".selected")) scrollTo(0, 0);
    }
    isFirst = false;
  };

  const showPage = (parts, edition) => {
    pages.edition = edition;
    byId("page-edition").value = edition;
    const page = pages.find(parts) || {
      title: "Not found",
      content: [element("p", null, "There is no such page. Search for a name, or start with the ", element("a", { href: "#/types" }, "types"), ".")],
    };
    document.title = `${page.title} — ${SITE}`;
    byId("page-edition-label").hidden = !page.hasEdition;
    fill(byId("page-title"), page.title);
    fill(byId("page-content"), page.content);
    if (page.selected) byId(`field-${page.selected}`)?.scrollIntoView({ block: "start" });
  };

  byId("page-edition").addEventListener("change", (event) => {
    const { parts, query } = parseAddress();
    if (event.target.value === DEFAULT_EDITION) query.delete("edition");
    else query.set("edition", event.target.value);
    const text = String(query);
    navigate(`#/${parts.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`);
    showPage(parts, event.target.value);
  });
  addEventListener("hashchange", show);
  startSearch(reference);
  show();
  byId("loading").remove();
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => fill(byId("loading"), `The page cannot start: ${error.message}. A browser of 2023 or later is required.`));
