import type { Shape } from '../shapes.ts';

/** How AWS prints a refused value: as its Java objects print themselves, or as JSON (DynamoDB). */
export type ValueStyle = 'java' | 'json';

/** `TableName` as messages have it: `tableName`. */
export const camelCase = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Members of structures that AWS has and its public model has not: printed values show them, empty. */
export type UnmodelledMembers = Readonly<Record<string, readonly string[]>>;

/** A whole float is printed with its fraction: `2.0`. The SDK's schemas do not tell floats from integers, the constraints do. */
export interface Printing {
  readonly style: ValueStyle;
  readonly isFloat: boolean;
  readonly unmodelled?: UnmodelledMembers | undefined;
}

function javaText(shape: Shape, value: unknown, printing: Printing): string {
  if (value === undefined || value === null) return 'null';
  switch (shape.kind) {
    case 'list':
      return `[${(value as unknown[]).map((item) => javaText(shape.item.shape, item, printing)).join(', ')}]`;
    case 'map':
      return `{${Object.entries(value)
        .map(([key, entry]) => `${key}=${javaText(shape.value.shape, entry, printing)}`)
        .join(', ')}}`;
    case 'structure':
    case 'union': {
      const below = { ...printing, isFloat: false };
      const members = shape.members.map(
        (member) => `${camelCase(member.name)}=${javaText(member.shape, (value as Record<string, unknown>)[member.name], below)}`,
      );
      const unmodelled = (printing.unmodelled?.[shape.name] ?? []).map((name) => `${name}=null`);
      return `${shape.name}(${[...members, ...unmodelled].join(', ')})`;
    }
    default:
      return printing.isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
  }
}

const jsonText = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** The value as it stands between quotes in a validation message. */
export function valueText(shape: Shape, value: unknown, printing: Printing): string {
  if (printing.style === 'java') return javaText(shape, value, printing);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  return typeof value === 'object' && value !== null ? jsonText(value) : String(value);
}
