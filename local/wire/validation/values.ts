import type { Shape } from '../shapes.ts';

/** How AWS prints a refused value: as its Java objects print themselves, or as JSON (DynamoDB). */
export type ValueStyle = 'java' | 'json';

/** `TableName` as messages have it: `tableName`. */
export const camelCase = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** A whole float is printed with its fraction: `2.0`. The SDK's schemas do not tell floats from integers, the constraints do. */
export interface Printing {
  readonly style: ValueStyle;
  readonly isFloat: boolean;
}

function javaText(shape: Shape, value: unknown, isFloat: boolean): string {
  if (value === undefined || value === null) return 'null';
  switch (shape.kind) {
    case 'list':
      return `[${(value as unknown[]).map((item) => javaText(shape.item.shape, item, isFloat)).join(', ')}]`;
    case 'map':
      return `{${Object.entries(value)
        .map(([key, entry]) => `${key}=${javaText(shape.value.shape, entry, isFloat)}`)
        .join(', ')}}`;
    case 'structure':
    case 'union': {
      const members = shape.members.map(
        (member) => `${camelCase(member.name)}=${javaText(member.shape, (value as Record<string, unknown>)[member.name], false)}`,
      );
      return `${shape.name}(${members.join(', ')})`;
    }
    default:
      return isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
  }
}

const jsonText = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** The value as it stands between quotes in a validation message. */
export function valueText(shape: Shape, value: unknown, { style, isFloat }: Printing): string {
  if (style === 'java') return javaText(shape, value, isFloat);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  return typeof value === 'object' && value !== null ? jsonText(value) : String(value);
}
