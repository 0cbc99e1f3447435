import type { Member, Shape, StructureShape } from '../shapes.ts';
import type { Constraints, ShapeConstraints } from './constraints.ts';
import { bracketsOf, type Rule, rulesOf } from './rules.ts';
import { camelCase, type UnmodelledMembers, type ValueStyle, valueText } from './values.ts';

/** What was found wrong so far, and where the walk is. */
interface Findings {
  readonly path: string[];
  readonly messages: string[];
}

/** What a message is about. */
interface Subject {
  readonly shape: Shape;
  readonly isFloat: boolean;
}

type Check = (value: unknown, findings: Findings) => void;

/** Checks a typed input; answers the failures in AWS's words, none where it satisfies the model. */
export type InputCheck = (input: object) => readonly string[];

const NONE: readonly string[] = [];

/** Failures AWS lists in one message. Recorded from DynamoDB. */
const FAILURES_MAX = 10;

/** Compiles the checker of each operation's input from the generated constraints: a tree of closures over constrained members only. */
export class Checkers {
  readonly #constraints: Constraints;
  readonly #style: ValueStyle;
  readonly #unmodelled: UnmodelledMembers | undefined;
  readonly #checks = new Map<StructureShape, Check>();

  constructor(constraints: Constraints, style: ValueStyle, unmodelled?: UnmodelledMembers) {
    this.#constraints = constraints;
    this.#style = style;
    this.#unmodelled = unmodelled;
  }

  /** The checker of an operation's input. */
  of(operation: string, input: StructureShape): InputCheck {
    const root = this.#constraints.operations[operation];
    const check = root === undefined ? undefined : this.#check(input, root);
    if (!check) return () => NONE;
    return (value) => {
      const findings: Findings = { path: [], messages: [] };
      check(value, findings);
      return findings.messages.length > FAILURES_MAX ? findings.messages.slice(0, FAILURES_MAX) : findings.messages;
    };
  }

  /** The members that an operation's input must have. */
  requiredOf(operation: string): readonly string[] {
    return this.#constraints.shapes[this.#constraints.operations[operation] ?? '']?.required ?? NONE;
  }

  #check(shape: Shape, name: string | undefined): Check | undefined {
    const constraints = name === undefined ? undefined : this.#constraints.shapes[name];
    if (!constraints) return undefined;
    if (shape.kind === 'structure' || shape.kind === 'union') return this.#structure(shape, constraints);
    const rules = rulesOf(shape, constraints, this.#constraints.order);
    const own: Check | undefined =
      rules.length > 0 ? (value, findings) => this.#apply({ shape, isFloat: constraints.isFloat === true }, rules, value, findings) : undefined;
    const below = shape.kind === 'list' ? this.#list(shape, constraints) : shape.kind === 'map' ? this.#map(shape, constraints) : undefined;
    if (!own || !below) return own ?? below;
    return (value, findings) => {
      own(value, findings);
      below(value, findings);
    };
  }

  #apply(subject: Subject, rules: readonly Rule[], value: unknown, findings: Findings): void {
    for (const rule of rules) if (!rule.isMet(value)) this.#report(subject, value, rule.text, findings);
  }

  #report({ shape, isFloat }: Subject, value: unknown, text: string, { path, messages }: Findings): void {
    const shown =
      value === undefined || value === null ? 'null' : `'${valueText(shape, value, { style: this.#style, isFloat, unmodelled: this.#unmodelled })}'`;
    messages.push(`Value ${shown} at '${path.join('.')}' failed to satisfy constraint: ${text}`);
  }

  #structure(shape: StructureShape, constraints: ShapeConstraints): Check {
    const known = this.#checks.get(shape);
    if (known) return known;
    const required = new Set(constraints.required);
    const members: { member: Member; isRequired: boolean; segment: string; check: Check | undefined }[] = [];
    const check: Check = (value, findings) => {
      for (const { member, isRequired, segment, check: below } of members) {
        const present = (value as Record<string, unknown>)[member.name];
        const isAbsent = present === undefined || present === null;
        if (isAbsent ? !isRequired : !below) continue;
        findings.path.push(segment);
        if (isAbsent) this.#report({ shape: member.shape, isFloat: false }, present, 'Member must not be null', findings);
        else below?.(present, findings);
        findings.path.pop();
      }
    };
    this.#checks.set(shape, check);
    for (const member of this.#ordered(shape.members)) {
      const below = this.#check(member.shape, constraints.members?.[member.name]);
      if (below || required.has(member.name)) {
        members.push({ member, isRequired: required.has(member.name), segment: camelCase(member.name), check: below });
      }
    }
    return check;
  }

  #ordered(members: readonly Member[]): readonly Member[] {
    const last = this.#constraints.order?.last ?? NONE;
    return last.length === 0 ? members : [...members.filter(({ name }) => !last.includes(name)), ...members.filter(({ name }) => last.includes(name))];
  }

  /** Scalar entries fail together, with the whole list as the value; others each under its own path, counted from 1. */
  #list(shape: Shape & { kind: 'list' }, constraints: ShapeConstraints): Check | undefined {
    const item = shape.item.shape;
    if (isScalar(item)) return this.#together(shape, item, constraints.member, { words: 'Member', entriesOf: (value) => value as unknown[] });
    const check = this.#check(item, constraints.member);
    if (!check) return undefined;
    return (value, findings) => {
      for (const [index, entry] of (value as unknown[]).entries()) {
        if (entry === undefined || entry === null) continue;
        findings.path.push(String(index + 1), 'member');
        check(entry, findings);
        findings.path.length -= 2;
      }
    };
  }

  #map(shape: Shape & { kind: 'map' }, constraints: ShapeConstraints): Check | undefined {
    const keys = this.#together(shape, shape.key.shape, constraints.key, { words: 'Map keys', entriesOf: (value) => Object.keys(value as object) });
    const values = this.#mapValues(shape, constraints);
    if (!keys || !values) return keys ?? values;
    return (value, findings) => {
      keys(value, findings);
      values(value, findings);
    };
  }

  #mapValues(shape: Shape & { kind: 'map' }, constraints: ShapeConstraints): Check | undefined {
    const item = shape.value.shape;
    if (isScalar(item)) return this.#together(shape, item, constraints.value, { words: 'Map value', entriesOf: (value) => Object.values(value as object) });
    const own =
      item.kind === 'list'
        ? this.#together(shape, item, constraints.value, { words: 'Map value', entriesOf: (value) => Object.values(value as object) })
        : undefined;
    const below = item.kind === 'list' ? this.#list(item, this.#constraints.shapes[constraints.value ?? ''] ?? {}) : this.#check(item, constraints.value);
    if (!own && !below) return undefined;
    return (value, findings) => {
      own?.(value, findings);
      if (!below) return;
      for (const [key, entry] of Object.entries(value as object)) {
        if (entry === undefined || entry === null) continue;
        findings.path.push(key, 'member');
        below(entry, findings);
        findings.path.length -= 2;
      }
    };
  }

  #together(
    shape: Shape,
    item: Shape,
    name: string | undefined,
    { words, entriesOf }: { readonly words: string; readonly entriesOf: (value: unknown) => readonly unknown[] },
  ): Check | undefined {
    const constraints = name === undefined ? undefined : this.#constraints.shapes[name];
    const rules = constraints ? rulesOf(item, constraints) : [];
    if (rules.length === 0) return undefined;
    const text = `${words} must satisfy constraint: ${bracketsOf(rules)}`;
    return (value, findings) => {
      const isMet = entriesOf(value).every((entry) => entry === undefined || rules.every((rule) => rule.isMet(entry)));
      if (!isMet) this.#report({ shape, isFloat: constraints?.isFloat === true }, value, text, findings);
    };
  }
}

const isScalar = (shape: Shape): boolean => !['list', 'map', 'structure', 'union'].includes(shape.kind);
