import { Fault } from '../../kernel/errors.ts';
import type { Member, Shape, StructureShape } from '../shapes.ts';
import { scalarFromText } from './scalars.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const malformedXml = (): Fault =>
  new Fault('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema', { status: 400 });

/** An element: its text where it has no children. */
export interface XmlElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** Elements within elements; S3's deepest input has about eight. */
const DEPTH_MAX = 64;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;\s]{0,12});?/g, (_whole, name: string) => {
    const known = ENTITIES[name];
    if (known !== undefined) return known;
    const code = /^#x([0-9a-fA-F]{1,6})$/.exec(name)?.[1] ?? /^#([0-9]{1,7})$/.exec(name)?.[1];
    const point = code === undefined ? Number.NaN : Number.parseInt(code, name.startsWith('#x') ? 16 : 10);
    if (!(point <= 0x10ffff)) throw malformedXml();
    return String.fromCodePoint(point);
  });
}

/** A comment, a declaration, a CDATA section, a tag, or text; what is none of these is malformed. */
const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>|([^<]+)/y;

/** `s3:Key` is `Key`: prefixes stand for the one namespace that there is. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Parses a document without a type definition: entities of its own have no place here. */
export function parseXml(text: string): XmlElement {
  const root: XmlElement = { name: '', text: '', children: [] };
  const open: XmlElement[] = [root];
  TOKEN.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    if (!token) throw malformedXml();
    const [, data, closing, name, , selfClosing, characters] = token;
    const parent = open.at(-1) as XmlElement;
    if (characters !== undefined) parent.text += unescapeXml(characters);
    else if (data !== undefined) parent.text += data;
    else if (name !== undefined && closing) {
      if (open.length === 1 || parent.name !== localName(name)) throw malformedXml();
      open.pop();
    } else if (name !== undefined) {
      const element: XmlElement = { name: localName(name), text: '', children: [] };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
      if (open.length > DEPTH_MAX) throw malformedXml();
    }
  }
  const [document] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || !document || root.text.trim() !== '') throw malformedXml();
  return document;
}

type XmlRead = (element: XmlElement) => unknown;

/** Compiles XML readers (restXml input); each structure once. @see https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
export class XmlReaders {
  readonly #structures = new Map<StructureShape, XmlRead>();

  /** The reader of a shape's element. */
  of(shape: Shape): XmlRead {
    switch (shape.kind) {
      case 'list': {
        const read = this.of(shape.item.shape);
        return ({ children }) => children.map(read);
      }
      case 'structure':
      case 'union':
        return this.#structure(shape);
      case 'map':
        throw new Error('No service of this protocol has a map in its input');
      default:
        return ({ text, children }) => {
          if (children.length > 0) throw malformedXml();
          return scalarFromText(shape, shape.kind === 'string' ? text : text.trim());
        };
    }
  }

  #structure(shape: StructureShape): XmlRead {
    const known = this.#structures.get(shape);
    if (known) return known;
    const byElement = new Map<string, (values: Record<string, unknown>, element: XmlElement) => void>();
    const read: XmlRead = ({ children }) => {
      const values: Record<string, unknown> = {};
      for (const child of children) byElement.get(child.name)?.(values, child);
      return values;
    };
    this.#structures.set(shape, read);
    for (const member of shape.members) byElement.set(member.traits.xmlName ?? member.name, this.#memberReader(member));
    return read;
  }

  #memberReader({ name, shape, traits }: Member): (values: Record<string, unknown>, element: XmlElement) => void {
    if (traits.xmlFlattened && shape.kind === 'list') {
      const read = this.of(shape.item.shape);
      return (values, element) => {
        const list = (values[name] as unknown[] | undefined) ?? [];
        list.push(read(element));
        values[name] = list;
      };
    }
    const read = this.of(shape);
    return (values, element) => {
      values[name] = read(element);
    };
  }
}
