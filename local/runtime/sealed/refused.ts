/**
 * A module that a function may load but not use: what reaches for the machine says so when it is called, not when it is imported,
 * for bundles import far more than they run. Members of `table` are given instead.
 */
export function partly<Module extends object>(name: string, real: Module, table: Readonly<Record<string, unknown>>): object {
  const refusal = (member: string): unknown => {
    if (typeof Reflect.get(real, member) !== 'function') return undefined;
    // A declaration, so that it can be called with `new` and extended.
    function refuse(): never {
      throw new Error(
        `${name}.${member} is not there for a function run here: contexts are sealed. What is, and what differs from AWS: docs/services/lambda.md`,
      );
    }
    return refuse;
  };
  return new Proxy(table, {
    get: (target, member) => (member in target || typeof member !== 'string' ? Reflect.get(target, member) : refusal(member)),
    has: (target, member) => member in target || member in real,
  });
}

/** A copy of a module with some members replaced; getters stay getters, for some load much. */
export function derived<Module extends object>(real: Module, replaced: Readonly<Record<string, unknown>>): object {
  const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(real);
  for (const [name, value] of Object.entries(replaced)) members[name] = { value, writable: true, configurable: true, enumerable: true };
  return Object.defineProperties({}, members);
}
