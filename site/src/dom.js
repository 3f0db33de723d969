// Elements are created with text nodes only, so text from documents and tables is never parsed as HTML.

/** Creates an element. `on…` properties are listeners, others are attributes; `false` and `null` are omitted. */
export function element(tag, properties, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) created.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) created.setAttribute(name, value === true ? "" : value);
  }
  append(created, children);
  return created;
}

function append(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
}

export const byId = (id) => document.getElementById(id);

/** Replaces all children of an element. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}
