// The tables, which the page contains as compressed data, in each edition.

/** Reads a compressed data block of the page. */
export async function readBlock(id) {
  const block = document.getElementById(id);
  const bytes = Uint8Array.from(atob(block.textContent), (one) => one.charCodeAt(0));
  block.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

export const DEFAULT_EDITION = "v2";

/** The tables, with lookups by name. */
export class Reference {
  constructor(tables) {
    Object.assign(this, tables);
    const byName = (list, key = "name") => new Map(list.map((one) => [one[key], one]));
    this.typeByName = byName(tables.types);
    this.enumByName = byName(tables.enums);
    this.endpointByName = byName(tables.endpoints);
    this.editionByName = byName(tables.editions);
    this.codeByName = byName(tables.codes, "code");
    this.interpretationByNumber = byName(tables.interpretations, "number");
    for (const edition of tables.editions) {
      edition.typeByName = byName(edition.types);
      edition.endpointByName = byName(edition.endpoints);
    }
  }

  type(name, edition) {
    return this.editionByName.get(edition)?.typeByName.get(name) ?? this.typeByName.get(name);
  }

  endpoint(name, edition) {
    return this.editionByName.get(edition)?.endpointByName.get(name) ?? this.endpointByName.get(name);
  }

  /** Returns the editions in which a type or endpoint differs from the default edition. */
  differingEditions(kind, name) {
    return this.editions.filter((edition) => edition[`${kind}ByName`].has(name));
  }

  /** Returns the type and the field to which a JSON Pointer leads, if there are any. */
  resolve(typeName, pointer, edition) {
    let owner = this.type(typeName, edition);
    let field;
    for (const part of pointer.split("/").slice(1)) {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      // An index into an array belongs to the same field.
      if (field !== undefined && /^\d+$/.test(name) && field.type.startsWith("Array")) continue;
      if (field !== undefined) owner = field.object ? this.type(field.object, edition) : undefined;
      field = owner?.fields.find((one) => one.name === name);
      if (field === undefined) return { owner, field: undefined };
    }
    return { owner, field };
  }
}

/** Returns the first sentence of a description. */
export function firstSentence(text) {
  const end = text.indexOf(". ");
  return end < 0 ? text : text.slice(0, end + 1);
}
