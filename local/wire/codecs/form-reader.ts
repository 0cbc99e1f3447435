import type { Member, Shape, StructureShape } from '../shapes.ts';
import { serializationException } from './faults.ts';
import { scalarFromText } from './scalars.ts';

/** A form's keys as a tree: `Tags.member.1.Key=a` is four nodes deep. */
export interface FormNode {
  text: string | undefined;
  children: Map<string, FormNode> | undefined;
}

/** Parts of one form key; AWS's deepest input has about a dozen. */
const DEPTH_MAX = 64;

/** Makes the tree of a form's keys. */
export function formTree(form: URLSearchParams): FormNode {
  const root: FormNode = { text: undefined, children: undefined };
  for (const [key, text] of form) {
    const parts = key.split('.');
    if (parts.length > DEPTH_MAX) throw serializationException('The parameter name is nested too deeply');
    let node = root;
    for (const part of parts) {
      node.children ??= new Map();
      let child = node.children.get(part);
      if (!child) {
        child = { text: undefined, children: undefined };
        node.children.set(part, child);
      }
      node = child;
    }
    node.text = text;
  }
  return root;
}

type FormRead = (node: FormNode) => unknown;

/** The numbered entries below a node, in the order of their numbers. Holes close up, as on AWS. */
function numbered(node: FormNode | undefined): FormNode[] {
  const entries: { index: number; child: FormNode }[] = [];
  for (const [key, child] of node?.children ?? []) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0) throw serializationException(`${key} is not the number of a list entry`);
    entries.push({ index, child });
  }
  return entries.sort((a, b) => a.index - b.index).map(({ child }) => child);
}

/** Compiles readers of forms (awsQuery input); each structure once. @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export class FormReaders {
  readonly #structures = new Map<StructureShape, FormRead>();

  /** The reader of a shape whose own traits (flattening) are `traits`. */
  of(shape: Shape, traits: Member['traits']): FormRead {
    switch (shape.kind) {
      case 'list':
        return this.#list(shape.item, traits);
      case 'map':
        return this.#map(shape.key, shape.value, traits);
      case 'structure':
      case 'union':
        return this.#structure(shape);
      default:
        return ({ text }) => {
          if (text === undefined) throw serializationException('A value was expected where a structure was found');
          return scalarFromText(shape, text);
        };
    }
  }

  #list(item: Member, traits: Member['traits']): FormRead {
    const read = this.of(item.shape, item.traits);
    const wrapper = item.traits.xmlName ?? 'member';
    return (node) => numbered(traits.xmlFlattened ? node : node.children?.get(wrapper)).map(read);
  }

  #map(key: Member, value: Member, traits: Member['traits']): FormRead {
    const readKey = this.of(key.shape, key.traits);
    const readValue = this.of(value.shape, value.traits);
    const keyName = key.traits.xmlName ?? 'key';
    const valueName = value.traits.xmlName ?? 'value';
    return (node) => {
      const entries: [string, unknown][] = [];
      for (const entry of numbered(traits.xmlFlattened ? node : node.children?.get('entry'))) {
        const keyNode = entry.children?.get(keyName);
        const valueNode = entry.children?.get(valueName);
        if (keyNode) entries.push([readKey(keyNode) as string, valueNode && readValue(valueNode)]);
      }
      return Object.fromEntries(entries);
    };
  }

  #structure(shape: StructureShape): FormRead {
    const known = this.#structures.get(shape);
    if (known) return known;
    const members: { name: string; formName: string; read: FormRead }[] = [];
    const read: FormRead = ({ children }) => {
      const out: Record<string, unknown> = {};
      if (!children) return out;
      for (const member of members) {
        const node = children.get(member.formName);
        if (node) out[member.name] = member.read(node);
      }
      return out;
    };
    this.#structures.set(shape, read);
    for (const { name, shape: memberShape, traits } of shape.members) {
      members.push({ name, formName: traits.xmlName ?? name, read: this.of(memberShape, traits) });
    }
    return read;
  }
}
