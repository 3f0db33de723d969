// The color scheme: that of the system, unless the reader selects another one.
const KEY = "miniprogram-protocol-theme";
const NAMES = ["auto", "light", "dark"];

function load() {
  try {
    const stored = localStorage.getItem(KEY);
    return NAMES.includes(stored) ? stored : "auto";
  } catch {
    return "auto";
  }
}

/** Applies the stored scheme, and returns whether the page is dark. */
export function applyTheme(theme = load()) {
  document.documentElement.dataset.theme = theme;
  return theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
}

export function startThemeButton(button, change = () => {}) {
  const show = (theme) => {
    applyTheme(theme);
    button.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[theme];
    button.setAttribute("aria-label", `Colors: ${theme}`);
  };
  show(load());
  button.addEventListener("click", () => {
    const next = NAMES[(NAMES.indexOf(load()) + 1) % NAMES.length];
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Without storage, the system's scheme remains.
    }
    show(next);
    change();
  });
}
