import type { Member, Shape, StructureShape } from '../shapes.ts';
import { scalarToText } from './scalars.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' };

/** Escapes text for an XML element. A carriage return is written as a reference, or a reader would make a line feed of it. */
export function escapeXml(text: string): string {
  return /[&<>"\r]/.test(text) ? text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character) : text;
}

/** Writes what stands inside the element of a value. */
export type XmlWrite = (value: unknown) => string;

/** Writes whole elements: one for most values, several for a flattened list. */
type XmlElements = (value: unknown) => string;

/** Compiles XML writers (awsQuery output); each structure once. */
export class XmlWriters {
  readonly #structures = new Map<StructureShape, XmlWrite>();

  /** The writer of what stands inside a shape's element. */
  of(shape: Shape): XmlWrite {
    switch (shape.kind) {
      case 'list': {
        const elements = this.#elements(shape.item.traits.xmlName ?? 'member', shape.item);
        return (value) => (value as readonly unknown[]).map(elements).join('');
      }
      case 'map': {
        const entry = this.#entry(shape.key, shape.value);
        return (value) =>
          Object.entries(value as object)
            .map((pair) => `<entry>${entry(pair)}</entry>`)
            .join('');
      }
      case 'structure':
      case 'union':
        return this.#structure(shape);
      default:
        return (value) => escapeXml(scalarToText(shape, value, 'date-time'));
    }
  }

  #entry(key: Member, value: Member): (pair: readonly [string, unknown]) => string {
    const keyElement = this.#elements(key.traits.xmlName ?? 'key', key);
    const valueElement = this.#elements(value.traits.xmlName ?? 'value', value);
    return ([name, entry]) => keyElement(name) + valueElement(entry);
  }

  #elements(name: string, { shape, traits }: Member): XmlElements {
    if (traits.xmlFlattened && shape.kind === 'list') {
      const element = this.#elements(name, shape.item);
      return (value) => (value as readonly unknown[]).map(element).join('');
    }
    if (traits.xmlFlattened && shape.kind === 'map') {
      const entry = this.#entry(shape.key, shape.value);
      return (value) =>
        Object.entries(value as object)
          .map((pair) => `<${name}>${entry(pair)}</${name}>`)
          .join('');
    }
    const inner = this.of(shape);
    return (value) => `<${name}>${inner(value)}</${name}>`;
  }

  #structure(shape: StructureShape): XmlWrite {
    const known = this.#structures.get(shape);
    if (known) return known;
    const members: { name: string; elements: XmlElements }[] = [];
    const write: XmlWrite = (value) => {
      let out = '';
      for (const { name, elements } of members) {
        const member = (value as Record<string, unknown>)[name];
        if (member !== undefined && member !== null) out += elements(member);
      }
      return out;
    };
    this.#structures.set(shape, write);
    for (const member of shape.members) members.push({ name: member.name, elements: this.#elements(member.traits.xmlName ?? member.name, member) });
    return write;
  }
}
