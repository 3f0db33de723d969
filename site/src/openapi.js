// The OpenAPI document, shown by Redoc.
import { readBlock } from "./data.js";
import { applyTheme, startThemeButton } from "./theme.js";

const LIGHT = { background: "#ffffff", surface: "#f6f8f8", text: "#1b2426", muted: "#546166", border: "#d8dfe0", accent: "#0b6464", invalid: "#b3261e" };
const DARK = { background: "#14171a", surface: "#1b1f23", text: "#e3e7e8", muted: "#a3aeb3", border: "#363d43", accent: "#63cfc9", invalid: "#ff9c93" };

function theme({ background, surface, text, muted, border, accent, invalid }) {
  const mono = 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace';
  return {
    colors: {
      // The text on buttons of this color is white.
      primary: { main: "#0b6464" },
      success: { main: accent },
      error: { main: invalid },
      text: { primary: text, secondary: muted },
      border: { dark: border, light: border },
      responses: {
        success: { color: accent, backgroundColor: surface, tabTextColor: accent },
        error: { color: invalid, backgroundColor: surface, tabTextColor: invalid },
      },
      http: { post: "#0b6464" },
    },
    schema: { linesColor: border, nestedBackground: surface, typeNameColor: text, typeTitleColor: text, requireLabelColor: invalid, defaultDetailsWidth: "75%" },
    typography: {
      fontSize: "15px",
      fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
      headings: { fontFamily: "inherit", fontWeight: "600" },
      code: { fontFamily: mono, color: text, backgroundColor: surface, wrap: true },
      links: { color: accent, visited: accent, hover: accent },
    },
    sidebar: { backgroundColor: surface, textColor: text, activeTextColor: accent, width: "260px" },
    rightPanel: { backgroundColor: "#14171a", textColor: "#e3e7e8" },
    codeBlock: { backgroundColor: "#22272c" },
    fab: { backgroundColor: surface, color: accent },
  };
}

/** Redoc's lists of examples have no label. */
function labelLists() {
  for (const list of document.querySelectorAll("#redoc select:not([aria-label])")) list.setAttribute("aria-label", "Example or media type");
}

async function start() {
  // Redoc has no dark scheme that can be switched, so the page starts again.
  startThemeButton(document.getElementById("theme"), () => location.reload());
  const isDark = applyTheme();
  document.documentElement.toggleAttribute("data-dark", isDark);
  const bytes = await readBlock("document");
  const openapi = JSON.parse(new TextDecoder().decode(bytes));
  const options = {
    disableSearch: true,
    hideDownloadButton: true,
    nativeScrollbars: true,
    requiredPropsFirst: false,
    sortPropsAlphabetically: false,
    schemaExpansionLevel: 0,
    hideLoading: true,
    theme: theme(isDark ? DARK : LIGHT),
  };
  const container = document.getElementById("redoc");
  new MutationObserver(labelLists).observe(container, { childList: true, subtree: true });
  globalThis.Redoc.init(openapi, options, container, () => {
    document.documentElement.dataset.ready = "true";
  });
}

start();
