import type { Shape } from '../shapes.ts';

/** What the types of a service are called in its errors. */
export interface JavaTypes {
  /** The package of its structures; errors leave the type out where it is not known. */
  readonly package?: string | undefined;
  /** Members that are longs: the SDK's schemas do not tell them from integers. */
  readonly longMembers?: readonly string[] | undefined;
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'java.lang.String',
  boolean: 'java.lang.Boolean',
  number: 'java.lang.Integer',
  blob: 'java.nio.ByteBuffer',
  timestamp: 'java.util.Date',
  document: 'java.lang.Object',
  unit: 'java.lang.Object',
};

/** Java's name of a shape, as AWS's reader prints it in errors; `undefined` where the package is not known. */
export function javaTypeOf(shape: Shape, types: JavaTypes): string | undefined {
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return types.package === undefined ? undefined : `${types.package}.${shape.name}`;
    case 'list': {
      const item = javaTypeOf(shape.item.shape, types);
      return item === undefined ? undefined : `java.util.List<${item}>`;
    }
    case 'map': {
      const value = javaTypeOf(shape.value.shape, types);
      return value === undefined ? undefined : `java.util.Map<java.lang.String, ${value}>`;
    }
    default:
      return SCALARS[shape.kind];
  }
}
