import type { Integration, Route } from './state.ts';

/** A route with where it leads. */
export interface Destination {
  readonly route: Route;
  readonly integration: Integration | undefined;
  /** Names of the path's variables, in order. */
  readonly variables: readonly string[];
}

export interface RouteMatch {
  readonly destination: Destination;
  /** Decoded; `undefined` where the route has none. */
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
}

/** A segment of paths, and what follows it. */
interface Node {
  readonly statics: Map<string, Node>;
  variable: Node | undefined;
  /** By method: `{name+}` takes this and all further segments. */
  readonly greedy: Map<string, Destination>;
  /** By method: routes that end here. */
  readonly ends: Map<string, Destination>;
}

const newNode = (): Node => ({ statics: new Map(), variable: undefined, greedy: new Map(), ends: new Map() });

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}

/**
 * Finds the most specific route: a full match before a greedy variable, a fixed segment before a variable, a method before `ANY`, and `$default` last.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export class RoutingTable {
  readonly #root = newNode();
  #default: Destination | undefined;

  constructor(routes: readonly Route[], integrations: readonly Integration[]) {
    const byId = new Map(integrations.map((integration) => [integration.integrationId, integration]));
    for (const route of routes) this.#add(route, route.integrationId === undefined ? undefined : byId.get(route.integrationId));
  }

  match(method: string, path: string): RouteMatch | undefined {
    const segments = path.split('/').slice(1);
    const values: string[] = [];
    const destination = this.#full(this.#root, segments, 0, method, values) ?? this.#greedy(this.#root, segments, 0, method, values) ?? this.#default;
    if (!destination) return undefined;
    if (destination.variables.length === 0) return { destination, pathParameters: undefined };
    return { destination, pathParameters: Object.fromEntries(destination.variables.map((name, index) => [name, decode(values[index] ?? '')])) };
  }

  #add(route: Route, integration: Integration | undefined): void {
    if (route.routeKey === '$default') {
      this.#default = { route, integration, variables: [] };
      return;
    }
    const [method = '', path = ''] = route.routeKey.split(' ');
    const variables: string[] = [];
    let node = this.#root;
    for (const segment of path.split('/').slice(1)) {
      const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
      if (name !== undefined) variables.push(name);
      if (plus) {
        node.greedy.set(method, { route, integration, variables });
        return;
      }
      node = name === undefined ? child(node, segment) : variableChild(node);
    }
    node.ends.set(method, { route, integration, variables });
  }

  #full(node: Node, segments: readonly string[], index: number, method: string, values: string[]): Destination | undefined {
    if (index === segments.length) return node.ends.get(method) ?? node.ends.get('ANY');
    const segment = segments[index] ?? '';
    const fixed = node.statics.get(segment);
    const found = fixed && this.#full(fixed, segments, index + 1, method, values);
    if (found || !node.variable || segment === '') return found;
    values.push(segment);
    const varied = this.#full(node.variable, segments, index + 1, method, values);
    if (!varied) values.pop();
    return varied;
  }

  /** The longest way to a greedy variable. */
  #greedy(node: Node, segments: readonly string[], index: number, method: string, values: string[]): Destination | undefined {
    if (index === segments.length) return undefined;
    const segment = segments[index] ?? '';
    const fixed = node.statics.get(segment);
    const found = fixed && this.#greedy(fixed, segments, index + 1, method, values);
    if (found) return found;
    if (node.variable && segment !== '') {
      values.push(segment);
      const varied = this.#greedy(node.variable, segments, index + 1, method, values);
      if (varied) return varied;
      values.pop();
    }
    // It takes at least one character: `/{proxy+}` is not for `/`.
    const rest = segments.slice(index).join('/');
    const here = rest === '' ? undefined : (node.greedy.get(method) ?? node.greedy.get('ANY'));
    if (here) values.push(rest);
    return here;
  }
}

function child(node: Node, segment: string): Node {
  let next = node.statics.get(segment);
  if (!next) {
    next = newNode();
    node.statics.set(segment, next);
  }
  return next;
}

function variableChild(node: Node): Node {
  node.variable ??= newNode();
  return node.variable;
}
