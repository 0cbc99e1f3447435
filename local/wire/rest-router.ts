import type { HttpRequest } from '../kernel/http.ts';
import type { HttpBinding, ServiceModel } from './model.ts';

/** A REST operation found for a method and path, with what its labels were filled with. */
export interface RestMatch {
  readonly operation: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: string;
  readonly segments: readonly Segment[];
  /** A query that belongs to the route: `?List=ALL` tells two operations of one path apart. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

type Segment = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'label' | 'greedy'; readonly name: string };

function segmentsOf(path: string): Segment[] {
  return partsOf(path).map((part) => {
    if (!part.startsWith('{')) return { kind: 'literal', text: part };
    return part.endsWith('+}') ? { kind: 'greedy', name: part.slice(1, -2) } : { kind: 'label', name: part.slice(1, -1) };
  });
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

/** Literals before labels, so that `/aliases/latest` is not taken for an alias. */
function bySpecificity(a: Route, b: Route): number {
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index];
    if (!other || segment.kind === other.kind) continue;
    const rank = { literal: 0, label: 1, greedy: 2 };
    return rank[segment.kind] - rank[other.kind];
  }
  return b.segments.length - a.segments.length || b.query.length - a.query.length;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function labelsOf(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.kind === 'literal') {
      if (segment.text !== part) return undefined;
      continue;
    }
    const tail = segments.length - index - 1;
    const text = decode(segment.kind === 'greedy' ? parts.slice(index, parts.length - tail).join('/') : part);
    if (text === undefined) return undefined;
    labels[segment.name] = text;
    if (segment.kind === 'greedy') return labels;
  }
  return segments.length === parts.length ? labels : undefined;
}

/** Compiles a service's REST routes; the answer is `undefined` where no operation has that method and path. */
export function restRouter(model: ServiceModel): (request: HttpRequest) => RestMatch | undefined {
  const byMethod = new Map<string, Route[]>();
  for (const { operation, http } of model.httpBindings()) {
    const [method, path]: HttpBinding = http;
    const routes = byMethod.get(method) ?? [];
    const [pathPart = '', query] = path.split('?');
    routes.push({ operation, segments: segmentsOf(pathPart), query: [...new URLSearchParams(query)] });
    byMethod.set(method, routes);
  }
  for (const routes of byMethod.values()) routes.sort(bySpecificity);
  return ({ method, target }) => {
    const [path = '', queryText] = target.split('?');
    const parts = partsOf(path);
    for (const { operation, segments, query } of byMethod.get(method) ?? []) {
      const labels = labelsOf(segments, parts);
      if (!labels) continue;
      const sent = query.length > 0 ? new URLSearchParams(queryText) : undefined;
      if (query.every(([name, value]) => sent?.get(name) === value)) return { operation, labels };
    }
    return undefined;
  };
}
